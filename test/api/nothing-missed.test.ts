/** Covers: workers/feeds/reconcile.ts, workers/import/import-order.ts, store/events/feeds.ts. */
import { expect } from 'chai';
import { openPlatformFeeds } from '../../store/events/feeds.ts';
import { performWith } from '../workers/workbench.ts';
import { approvedCart, type Cart, capture } from './cart.ts';
import { change, ebaySale, linesOf, mercadoLibreSale, paymentsOf, sell } from './marketplace-sale.ts';
import { type Api, type Member, openApi } from './open-api.ts';
import { delivered } from './post-webhook.ts';

const hourS = 3_600;

describe('api: an hour without any delivery', () => {
  let api: Api;
  let mia: Member;
  before(async () => {
    api = await openApi();
    mia = await api.hire();
    await api.stage.store.transaction(em => openPlatformFeeds(em, ['sandbox/paypal-client']));
  });
  after(() => api[Symbol.asyncDispose]());

  const control = (path: string, body?: object) => api.stage.control<Record<string, string>>(path, body);
  const silently = { notify: { times: 1 } };
  /** A buyer buys while webhooks are off: nothing of it arrives. */
  const unheard = async (sale: object) => (await control('orders', { ...sale, ...silently })).orderId ?? '';
  const pass = (seconds: number) => control('clock', { advanceSeconds: seconds });
  /** Every feed is read to the end, a few minutes after the providers' present; what is found is dealt with. */
  const reconcileAll = async () => {
    const now = new Date(Date.parse((await control('clock')).now ?? '') + 5 * 60_000);
    const answers: string[] = [];
    for (const { id } of await api.rows('select id from feeds order by kind'))
      answers.push(await performWith(api.stage, { now }, 'reconcile', id));
    await api.stage.drain();
    return answers;
  };
  const paid = async (cart: Cart) => {
    await capture(api, cart);
    await api.stage.drain();
  };
  const captureOf = async ({ orderId }: Cart): Promise<string> =>
    (await api.rows('select reference from payments where order_id = ?', [orderId]))[0].reference;
  const boughtFor = async (ids: readonly string[]) =>
    (await api.stage.effects('supplier-order')).filter(({ key }) => ids.some(id => key.includes(id))).length;

  it('is made up for afterwards: every order is there, once, and so is what happened to earlier ones', async function () {
    this.timeout(60_000);
    const { stage } = api;
    const [onEbay, second, onMercadoLibre, lamp] = [
      await stage.stockUp(mia, { listedOn: 'ebay' }),
      await stage.stockUp(mia, { listedOn: 'ebay' }),
      await stage.stockUp(mia, { listedOn: 'mercadolibre' }),
      await stage.stockUp(mia),
    ];
    const ebay = (changes: object = {}) => ebaySale(mia, [{ legacyItemId: onEbay.listingId }], changes);
    const mercadolibre = () => mercadoLibreSale(mia, [{ itemId: onMercadoLibre.listingId }]);

    // As long as all is well.
    const heard = [await sell(api, mia, ebay()), await sell(api, mia, mercadolibre())];
    const pending = await sell(api, mia, ebay({ paymentStatus: 'PENDING' }));
    const refunded = await approvedCart(api, lamp);
    await paid(refunded);
    await stage.drain();

    // An hour in which nothing arrives.
    await control('settings', { webhooks: false });
    await pass(hourS / 2);
    const lost = [
      await unheard(ebaySale(mia, [{ legacyItemId: onEbay.listingId }, { legacyItemId: second.listingId }])),
      await unheard(ebay()),
      await unheard(mercadolibre()),
    ];
    const approved = await approvedCart(api, lamp);
    await fetch(`${stage.sandboxUrl}/_control/orders/ebay/${pending}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ paymentStatus: 'PAID' }),
    });
    await control('capture-status', { captureId: await captureOf(refunded), status: 'REFUNDED' });
    await pass(hourS / 2);
    stage.jobs.length = 0;
    for (const id of lost) expect(await linesOf(api, id)).to.deep.equal([]);
    expect((await stage.order(approved.orderId)).status).to.equal('CREATED');

    // All is well again.
    heard.push(await sell(api, mia, ebay()), await sell(api, mia, mercadolibre()));
    await reconcileAll();
    const all = [...heard, pending, ...lost];
    const orders = (await Promise.all(all.map(id => linesOf(api, id)))).flat();
    expect(orders).to.have.length(all.length + 1);
    // MercadoLibre's are in pesos, for which there is no rate here.
    for (const order of orders)
      expect(order.status, order.id).to.equal(order.channel === 'ebay' ? 'PURCHASED' : 'WAITING');
    expect((await stage.order(approved.orderId)).status).to.equal('PURCHASED');
    const [payment] = await paymentsOf(api, await stage.order(refunded.orderId));
    expect(payment).to.include({ status: 'REFUNDED' });

    const ids = [...orders.filter(({ channel }) => channel === 'ebay').map(({ id }) => id), approved.orderId];
    expect(await boughtFor(ids)).to.equal(ids.length);

    // The overlap finds it all again, and the webhooks come after all.
    for (const answer of await reconcileAll()) expect(answer).to.match(/ new until/);
    for (const orderId of lost) {
      const marketplace = orderId.includes('-') ? 'ebay' : 'mercadolibre';
      const url = `${api.url}/api/webhooks/mercadolibre/${mia.mercadolibre.segment}`;
      const again = { marketplace, orderId, times: 1, sameId: true, ...(marketplace === 'ebay' ? {} : { url }) };
      await delivered(api, () => control('notify', again));
    }
    await change(api, mia, 'ebay', pending, {});
    await stage.drain();
    await reconcileAll();
    expect((await Promise.all(all.map(id => linesOf(api, id)))).flat().map(({ id }) => id)).to.have.members(
      orders.map(({ id }) => id),
    );
    expect(await boughtFor(ids)).to.equal(ids.length);
    const events = await api.rows(
      `select event_id from inbound_events where source = 'mercadolibre' and type = 'orders_v2'`,
    );
    expect(events, 'missed and delivered are the same event').to.have.length(3);
  });

  it('is made up for at the checkout without any list: PayPal is asked about an order whose buyer was not heard of', async () => {
    await control('settings', { webhooks: false });
    const cart = await approvedCart(api, await api.stage.stockUp(mia));
    await api.rows('delete from feeds');
    await api.stage.sweepAndDrain();
    expect((await api.stage.order(cart.orderId)).status).to.equal('PURCHASED');
  });
});
