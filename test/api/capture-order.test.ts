/** Covers: api/routes/checkout.ts, workers/payment/capture-payment.ts. */
import { expect } from 'chai';
import { until } from '../support/until.ts';
import { approvedCart, capture, fillCart, performNext } from './cart.ts';
import { leavesNothing } from './footprint.ts';
import { type Api, type Member, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

describe('api: a checkout is captured', () => {
  let api: Api;
  let mia: Member;
  let tom: Member;
  before(async () => {
    api = await openApi();
    [mia, tom] = [await api.hire(), await api.hire()];
  });
  after(() => api[Symbol.asyncDispose]());
  afterEach(() => {
    api.stage.jobs.length = 0;
  });

  const asked = { buyer: () => undefined, owner: () => mia, admin: () => api.admin };
  for (const [who, as] of Object.entries(asked)) {
    it(`when the ${who} asks: 202 and where to look, then the money comes`, async () => {
      const cart = await approvedCart(api, await api.stage.stockUp(mia));
      const answer = await capture(api, cart, as());
      expect(answer.status).to.equal(202);
      expect(answer.headers.get('location')).to.equal(`/api/orders/${cart.orderId}`);
      expect(answer.json).to.include({ orderId: cart.orderId, status: 'CREATED', outcome: 'unknown' });
      expect(answer.headers.get('retry-after')).to.equal('2');
      expect(await performNext(api)).to.equal('PAID');
      expect((await api.stage.order(cart.orderId)).status).to.equal('PAID');
      const payments = await api.rows('select status, amount_minor, currency from payments where order_id = ?', [
        cart.orderId,
      ]);
      expect(payments).to.deep.equal([{ status: 'COMPLETED', amount_minor: '2999', currency: 'USD' }]);
    });
  }

  it('for nobody else: everybody else is told that there is no such order', async () => {
    const goods = await api.stage.stockUp(mia);
    const [cart, another] = [await approvedCart(api, goods), await approvedCart(api, await api.stage.stockUp(tom))];
    const { orderId, checkoutToken } = cart;
    await api.stage.drain();
    const tries = [
      { body: { orderId } },
      { body: { orderId, checkoutToken: another.checkoutToken } },
      { body: { orderId, checkoutToken: checkoutToken.slice(0, -1) } },
      { body: { orderId, checkoutToken: `${checkoutToken}A` } },
      { body: { orderId, checkoutToken: checkoutToken.toLowerCase() } },
      { body: { orderId }, as: tom },
      { body: { orderId, checkoutToken: another.checkoutToken }, as: tom },
      { body: { orderId: '00000000-0000-4000-8000-000000000000', checkoutToken } },
    ];
    await leavesNothing(api, async () => {
      const texts = new Set<string>();
      for (const options of tries) {
        const answer = await api.call('POST', '/api/paypal/capture-order', options);
        expectProblem(answer, 404, 'NOT_FOUND');
        texts.add(answer.text);
      }
      expect(texts.size, 'all are told the same').to.equal(1);
    });
  });

  it('for no marketplace’s order', async () => {
    const goods = await api.stage.stockUp(mia, { listedOn: 'ebay' });
    await api.stage.control('settings', { webhooks: true });
    const lines = [{ legacyItemId: goods.listingId, totalMinor: '100' }];
    await api.stage.control('orders', {
      marketplace: 'ebay',
      accountId: mia.ebay.accountId,
      currency: 'USD',
      shipTo: null,
      lines,
    });
    await until(() => api.stage.jobs.length === 1);
    await api.stage.control('settings', { webhooks: false });
    await performNext(api);
    const [{ id: orderId }] = await api.rows(`select id from orders where channel = 'ebay'`);
    const answer = await api.call('POST', '/api/paypal/capture-order', { as: mia, body: { orderId } });
    expectProblem(answer, 404, 'NOT_FOUND');
  });

  it('once, however often and by whomever it is asked for', async () => {
    const cart = await approvedCart(api, await api.stage.stockUp(mia));
    await Promise.all([capture(api, cart), capture(api, cart), capture(api, cart, mia), capture(api, cart, api.admin)]);
    for (const { payload } of api.stage.jobs.splice(0))
      await api.stage.perform('capture-payment', String(payload.orderId));
    expect((await capture(api, cart)).json.status).to.equal('PAID');
    expect(
      api.stage.jobs.map(({ queue }) => queue),
      'nothing is captured anew',
    ).not.to.include('capture-payment');
    const captures = (await api.stage.effects('capture')).filter(({ key }) => key === cart.paypalOrderId);
    expect(captures).to.have.length(1);
    expect(await api.rows('select count(*)::int as n from payments where order_id = ?', [cart.orderId])).to.deep.equal([
      { n: 1 },
    ]);
  });

  it('not before the buyer has approved', async () => {
    const cart = await fillCart(api, await api.stage.stockUp(mia));
    expect((await capture(api, cart)).status).to.equal(202);
    expect(await performNext(api)).to.match(/not approved/);
    expect((await api.stage.order(cart.orderId)).status).to.equal('CREATED');
  });

  it('also when the buyer never comes back: PayPal tells that they approved', async () => {
    const cart = await fillCart(api, await api.stage.stockUp(mia));
    await api.stage.control('settings', { webhooks: true });
    await api.stage.control('approve', { paypalOrderId: cart.paypalOrderId });
    await until(() => api.stage.jobs.length === 1);
    await api.stage.control('settings', { webhooks: false });
    await api.stage.drain();
    expect((await api.stage.order(cart.orderId)).status).to.equal('PURCHASED');
  });

  describe('and its buyer', () => {
    const look = (orderId: string, token?: string, as?: Member) =>
      api.call('GET', `/api/orders/${orderId}`, {
        as,
        ...(token === undefined ? {} : { headers: { 'x-checkout-token': token } }),
      });

    it('sees how it stands, and nothing of the business behind it', async () => {
      const cart = await approvedCart(api, await api.stage.stockUp(mia));
      const { approveUrl } = await api.stage.order(cart.orderId);
      expect((await look(cart.orderId, cart.checkoutToken)).json).to.deep.equal({
        id: cart.orderId,
        status: 'CREATED',
        payment: null,
        outcome: 'not-approved',
        approveUrl,
        next: 'Approve the payment at PayPal (approveUrl), then ask here again.',
      });
      await capture(api, cart);
      await api.stage.drain();
      expect((await look(cart.orderId, cart.checkoutToken)).json).to.deep.equal({
        id: cart.orderId,
        status: 'PURCHASED',
        payment: 'COMPLETED',
        outcome: 'paid',
        next: 'Nothing: it is paid.',
      });
    });

    it('is anybody with the key, and nobody without it', async () => {
      const [cart, another] = [
        await fillCart(api, await api.stage.stockUp(mia)),
        await fillCart(api, await api.stage.stockUp(mia)),
      ];
      expectProblem(await look(cart.orderId), 401, 'LOGIN_NEEDED');
      for (const token of ['', 'x', another.checkoutToken, cart.checkoutToken.slice(1)])
        expectProblem(await look(cart.orderId, token), 404, 'NOT_FOUND');
      expectProblem(await look(another.orderId, cart.checkoutToken), 404, 'NOT_FOUND');
    });

    it('has no other right: neither the address nor the lists open with the key', async () => {
      const { orderId, checkoutToken } = await fillCart(api, await api.stage.stockUp(mia));
      const headers = { 'x-checkout-token': checkoutToken, authorization: `Bearer ${checkoutToken}` };
      for (const [method, path] of [
        ['PUT', `/api/orders/${orderId}/address`],
        ['GET', '/api/orders'],
        ['GET', '/api/sales'],
      ] as const) {
        const answer = await api.call(method, path, { headers });
        expect(answer.status, answer.request).to.equal(401);
      }
    });
  });
});
