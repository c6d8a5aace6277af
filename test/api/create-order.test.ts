/** Covers: api/routes/checkout.ts, store/orders/new-orders.ts. */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { Retryable } from '../../domain/call-outcome.ts';
import { berlin } from '../support/stage.ts';
import { capture, fillCart, performNext, wantOne } from './cart.ts';
import { type Api, type Json, type Member, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

describe('api: a checkout is created', () => {
  let api: Api;
  let mia: Member;
  before(async () => {
    api = await openApi();
    mia = await api.hire();
  });
  after(() => api[Symbol.asyncDispose]());
  afterEach(async () => {
    await fetch(`${api.stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
    api.stage.jobs.length = 0;
  });

  const newest = async (): Promise<Json> =>
    (await api.rows('select * from orders order by created_at desc limit 1'))[0];
  const create = (body: Json, as?: Member) => api.call('POST', '/api/paypal/create-order', { body, as });

  it('with its address, PayPal’s page and a key for the buyer', async () => {
    const { status, headers, json } = await create(wantOne(await api.stage.stockUp(mia)));
    expect(status).to.equal(201);
    expect(headers.get('location')).to.equal(`/api/orders/${json.orderId}`);
    expect(Object.keys(json).sort()).to.deep.equal(['approveUrl', 'checkoutToken', 'orderId']);
    const order = await newest();
    expect(json.orderId).to.equal(order.id);
    expect(json.approveUrl).to.equal(`${api.stage.sandboxUrl}/paypal/checkoutnow?token=${order.external_order_id}`);
    expect(order).to.include({ status: 'CREATED', channel: 'paypal', user_id: mia.id, approve_url: json.approveUrl });
  });

  it('for a buyer whose country has no regions, and goes on to be bought', async () => {
    const { region: _, ...withoutRegion } = { ...berlin, company: 'Vogel GmbH', city: 'Bonn', postalCode: '53111' };
    const body = { ...wantOne(await api.stage.stockUp(mia)), shippingAddress: withoutRegion };
    const { status, json } = await create(body);
    expect(status).to.equal(201);
    const order = await newest();
    expect((await api.stage.order(order.id)).shipTo).to.deep.equal({ ...withoutRegion, region: '' });
    await api.stage.control('approve', { paypalOrderId: order.external_order_id });
    await capture(api, { ...json, paypalOrderId: order.external_order_id });
    await api.stage.drain();
    expect((await newest()).status).to.equal('PURCHASED');
  });

  it('the key is long, never the same, and only its hash is kept', async () => {
    const goods = await api.stage.stockUp(mia);
    const carts = [await fillCart(api, goods), await fillCart(api, goods)];
    const tokens = carts.map(({ checkoutToken }) => checkoutToken);
    expect(new Set(tokens).size).to.equal(2);
    for (const { orderId, checkoutToken } of carts) {
      expect(Buffer.from(checkoutToken, 'base64url')).to.have.length(32);
      const [row] = await api.rows('select to_jsonb(o)::text as text, checkout_token_hash from orders o where id = ?', [
        orderId,
      ]);
      expect(row.checkout_token_hash).to.equal(createHash('sha256').update(checkoutToken).digest('base64url'));
      expect(row.text).not.to.include(checkoutToken);
    }
  });

  it('at the price that the database has, whatever that is at the moment', async () => {
    const goods = await api.stage.stockUp(mia);
    await api.rows(`update products set price_minor = 3141 where id = ?`, [goods.productId]);
    const cart = await fillCart(api, goods, 3);
    expect(await newest()).to.include({ sale_minor: '9423', sale_currency: 'USD', quantity: 3 });
    await api.rows(`update products set price_minor = 1 where id = ?`, [goods.productId]);
    await api.stage.control('approve', { paypalOrderId: cart.paypalOrderId });
    await capture(api, cart);
    await performNext(api);
    const captured = (await api.stage.effects('capture')).find(({ key }) => key === cart.paypalOrderId);
    expect(captured).to.include({ amountMinor: '9423', currency: 'USD' });
    expect(captured?.detail).to.include({ customId: cart.orderId });
    expect((await api.stage.order(cart.orderId)).status).to.equal('PAID');
  });

  it('in forints, of which PayPal takes whole ones only: sent and read whole, kept to the hundredth', async () => {
    const goods = await api.stage.stockUp(mia);
    await api.rows(`update products set price_minor = 1299000, price_currency = 'HUF' where id = ?`, [goods.productId]);
    const cart = await fillCart(api, goods, 2);
    await api.stage.control('approve', { paypalOrderId: cart.paypalOrderId });
    await capture(api, cart);
    await performNext(api);
    const captured = (await api.stage.effects('capture')).find(({ key }) => key === cart.paypalOrderId);
    expect(captured).to.include({ amountMinor: '25980', currency: 'HUF' });
    const [payment] = await api.rows('select amount_minor, currency from payments where order_id = ?', [cart.orderId]);
    expect(payment).to.deep.equal({ amount_minor: '2598000', currency: 'HUF' });
  });

  it('at no price that PayPal takes no such fraction of: refused before anything is stored, and never rounded', async () => {
    const goods = await api.stage.stockUp(mia);
    await api.rows(`update products set price_minor = 1299050, price_currency = 'HUF' where id = ?`, [goods.productId]);
    const before = await newest();
    expect(expectProblem(await create(wantOne(goods)), 422, 'AMOUNT_TOO_FINE')).to.deep.equal(['price']);
    expect((await newest()).id).to.equal(before.id);
  });

  it('belongs to whose product it is, whoever asks', async () => {
    const goods = await api.stage.stockUp(mia);
    const tom = await api.hire();
    for (const as of [tom, { ...tom, token: api.admin.token }]) {
      await create(wantOne(goods), as);
      expect((await newest()).user_id).to.equal(mia.id);
    }
  });

  for (const supplier of ['platform', 'reseller'] as const) {
    it(`remembers that the ${supplier} pays the supplier, and that the platform holds the proceeds`, async () => {
      await fillCart(api, await api.stage.stockUp(await api.hire({ supplier, proceeds: 'reseller' })));
      expect(await newest()).to.include({ proceeds_held_by: 'platform', supplier_paid_by: supplier });
    });
  }

  it('is stored before PayPal is asked', async () => {
    let stored: Json[] = [];
    await using other = await openApi({
      deps: ({ paypal, store }) => ({
        paypal: {
          createOrder: async (order, options) => {
            stored = await store.read(em => em.execute('select id, status, external_order_id from orders'));
            return paypal.createOrder(order, options);
          },
        },
      }),
    });
    const { json } = await other.call('POST', '/api/paypal/create-order', {
      body: wantOne(await other.stage.stockUp(await other.hire())),
    });
    expect(stored).to.deep.equal([{ id: json.orderId, status: 'CREATED', external_order_id: null }]);
  });

  const badAddresses = [
    ['an unknown place', { city: 'Nowhere' }, 'PAYPAL_SHIPPING_ADDRESS_INVALID', ['shippingAddress']],
    [
      'a place that has another code',
      { city: 'Elsewhere' },
      'PAYPAL_INVALID_CITY_POSTAL_ZIP',
      ['shippingAddress.city', 'shippingAddress.postalCode'],
    ],
    [
      'a region that is none, by a rule that is in no table',
      { region: 'Nowhere' },
      'PAYPAL_NEW_RULE_FOR_STATES',
      ['shippingAddress.region'],
    ],
  ] as const;
  for (const [what, change, code, fields] of badAddresses)
    it(`is over when PayPal refuses its address as ${what}: the buyer hears what to correct, not of an outage`, async () => {
      const cart = wantOne(await api.stage.stockUp(mia));
      const shippingAddress = { ...cart.shippingAddress, ...change };
      const answer = await create({ ...cart, shippingAddress });
      expect(expectProblem(answer, 422, code)).to.deep.equal(fields);
      expect(answer.headers.get('retry-after')).to.equal(null);
      expect((await newest()).status).to.equal('CANCELLED');
      expect((await create(cart)).status, 'with the address corrected').to.equal(201);
    });

  for (const [what, status, body, code] of [
    [
      'a currency that PayPal has not',
      422,
      {
        name: 'UNPROCESSABLE_ENTITY',
        details: [{ field: '/purchase_units/@0/amount/currency_code', issue: 'CURRENCY_NOT_SUPPORTED' }],
        debug_id: 'd',
      },
      'PAYPAL_CURRENCY_NOT_SUPPORTED',
    ],
    [
      'a number that was used before: a create moves nothing, and is certain whatever the code says',
      422,
      { name: 'UNPROCESSABLE_ENTITY', details: [{ issue: 'DUPLICATE_INVOICE_ID' }] },
      'PAYPAL_DUPLICATE_INVOICE_ID',
    ],
    ['an unknown name', 400, { name: 'NEW_NAME', message: 'No.', details: [] }, 'PAYPAL_NEW_NAME'],
  ] as const)
    it(`is over when PayPal refuses ${what}`, async () => {
      const goods = await api.stage.stockUp(mia);
      await api.stage.control('faults', {
        provider: 'paypal',
        operation: 'create-order',
        kind: 'answer',
        status,
        body,
      });
      expect(expectProblem(await create(wantOne(goods)), 422, code)).to.deep.equal([]);
      expect((await newest()).status).to.equal('CANCELLED');
    });

  const faults = [
    ['answers 500', { kind: 'status', status: 500 }],
    ['answers 429', { kind: 'status', status: 429 }],
    ['answers nonsense', { kind: 'malformed' }],
    ['answers 422 with a page of HTML', { kind: 'answer', status: 422, body: '<html>' }],
    ['creates its order and says nothing', { kind: 'drop-reply' }],
  ] as const;
  for (const [what, fault] of faults) {
    it(`is stored also when PayPal ${what}; the buyer is told to try again`, async () => {
      const goods = await api.stage.stockUp(mia);
      await api.stage.control('faults', { provider: 'paypal', operation: 'create-order', times: 1, ...fault });
      const answer = await create(wantOne(goods));
      expectProblem(answer, 503, /^PAYPAL_/);
      expect(answer.headers.get('retry-after')).to.equal('5');
      expect(await newest()).to.include({ status: 'CREATED', product_id: goods.productId, external_order_id: null });
      expect((await create(wantOne(goods))).status).to.equal(201);
    });
  }

  it('is stored also when PayPal cannot be reached at all', async () => {
    await using other = await openApi({
      deps: () => ({
        paypal: {
          createOrder: async () => {
            throw new Retryable('PAYPAL_UNREACHABLE', 'never-left (ECONNREFUSED)');
          },
        },
      }),
    });
    const goods = await other.stage.stockUp(await other.hire());
    expectProblem(
      await other.call('POST', '/api/paypal/create-order', { body: wantOne(goods) }),
      503,
      'PAYPAL_UNREACHABLE',
    );
    expect(await other.rows('select status from orders')).to.deep.equal([{ status: 'CREATED' }]);
  });

  it('and never came to PayPal: it waits for its time to pass, and is cancelled then', async () => {
    const goods = await api.stage.stockUp(mia);
    await api.stage.control('faults', { provider: 'paypal', operation: 'create-order', kind: 'status', status: 500 });
    await create(wantOne(goods));
    const { id } = await newest();
    expect((await api.stage.sweepAndDrain()).join()).to.include('PayPal does not know the order yet');
    expect((await api.stage.order(id)).status).to.equal('CREATED');
    await api.rows(`update orders set created_at = now() - interval '6 hours 1 minute' where id = ?`, [id]);
    await api.stage.sweepAndDrain();
    expect((await api.stage.order(id)).status).to.equal('CANCELLED');
  });
});
