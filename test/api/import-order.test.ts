/** Covers: workers/import/import-order.ts, workers/import/import-line.ts, api/routes/webhooks/receive-event.ts. */
import { expect } from 'chai';
import { rewriteEvents } from '../support/opened.ts';
import {
  change,
  ebaySale,
  importAll,
  lineOf,
  linesOf,
  mercadoLibreSale,
  paymentsOf,
  sell,
  stateOf,
  timelineOf,
} from './marketplace-sale.ts';
import { type Api, type Member, openApi } from './open-api.ts';
import { post } from './post-webhook.ts';

describe('api: a marketplace’s order becomes ours', () => {
  let api: Api;
  let mia: Member;
  before(async () => {
    api = await openApi();
    mia = await api.hire();
  });
  after(() => api[Symbol.asyncDispose]());
  beforeEach(() => {
    api.stage.jobs.length = 0;
  });

  /** What eBay sent, with something else instead in its body. */
  const rewrite = (pattern: string, text: string) =>
    rewriteEvents(api.stage.store, said => said.replace(new RegExp(pattern), text));

  it('eBay: one per line, each with its quantity, its price with delivery, its currency and its share of the fee', async () => {
    const lines = [
      { lineItemId: '10001', legacyItemId: '111111111111', quantity: 3, totalMinor: '3500', deliveryMinor: '500' },
      { lineItemId: '10002', legacyItemId: '222222222222', variationId: '77', totalMinor: '1000' },
    ];
    const orderId = await sell(api, mia, ebaySale(mia, lines, { currency: 'GBP', marketplaceFeeMinor: '577' }));
    await importAll(api);
    const [first, second, ...more] = await linesOf(api, orderId);
    expect(more).to.deep.equal([]);
    const owner = { channel: 'ebay', userId: mia.id, credentialId: mia.ebay.id, saleCurrency: 'GBP', status: 'PAID' };
    expect(first).to.include({
      ...owner,
      externalLineId: '10001',
      listingId: '111111111111',
      variationId: '',
      quantity: 3,
    });
    expect(second).to.include({
      ...owner,
      externalLineId: '10002',
      listingId: '222222222222',
      variationId: '77',
      quantity: 1,
    });
    expect([first?.saleMinor, second?.saleMinor]).to.deep.equal([3_500n, 1_000n]);
    expect((await Promise.all([first, second].map(line => paymentsOf(api, line!)))).flat()).to.deep.equal([
      { status: 'COMPLETED', amount_minor: '3500', currency: 'GBP', fee_minor: '449' },
      { status: 'COMPLETED', amount_minor: '1000', currency: 'GBP', fee_minor: '128' },
    ]);
    expect(first?.shipTo).to.include({ fullName: 'Greta Vogel', city: 'Berlin', country: 'DE' });
    expect(api.stage.jobs.map(({ queue }) => queue)).to.deep.equal(['fulfill', 'fulfill']);
  });

  it('MercadoLibre: one per item and variation, in pesos that have no cents', async () => {
    const items = [
      { itemId: 'MLC111', quantity: 2, unitPriceMinor: '29990', saleFeeMinor: '4169' },
      { itemId: 'MLC222', variationId: '9007199254740993', unitPriceMinor: '5000', saleFeeMinor: '695' },
    ];
    const orderId = await sell(api, mia, mercadoLibreSale(mia, items));
    await importAll(api);
    const lines = await linesOf(api, orderId);
    expect(
      lines.map(({ externalLineId, quantity, saleMinor, saleCurrency, status }) => [
        externalLineId,
        quantity,
        saleMinor,
        saleCurrency,
        status,
      ]),
    ).to.deep.equal([
      ['MLC111', 2, 59_980n, 'CLP', 'PAID'],
      ['MLC222/9007199254740993', 1, 5_000n, 'CLP', 'PAID'],
    ]);
    expect(lines.map(({ credentialId }) => credentialId)).to.deep.equal([mia.mercadolibre.id, mia.mercadolibre.id]);
  });

  it('MercadoLibre: with a fee that is a share of the price, finer than a peso that has no cents', async () => {
    const one = await sell(api, mia, mercadoLibreSale(mia, [{ saleFee: '4198.6' }]));
    const three = await sell(api, mia, mercadoLibreSale(mia, [{ quantity: 3, saleFee: '4198.6' }]));
    await importAll(api);
    for (const [orderId, amount_minor, fee_minor] of [
      [one, '29990', '4199'],
      [three, '89970', '12596'],
    ] as const) {
      const line = await lineOf(api, orderId);
      expect(line.status).to.equal('PAID');
      const paid = { status: 'COMPLETED', amount_minor, currency: 'CLP', fee_minor };
      expect(await paymentsOf(api, line)).to.deep.equal([paid]);
    }
  });

  for (const proceeds of ['platform', 'reseller'] as const) {
    it(`remembers whose money it is: the ${proceeds} holds the proceeds`, async () => {
      const seller = await api.hire({ proceeds, supplier: 'reseller' });
      const orderId = await sell(api, seller, ebaySale(seller, [{}]));
      await importAll(api);
      expect(await lineOf(api, orderId)).to.include({ proceedsHeldBy: proceeds, supplierPaidBy: 'reseller' });
    });
  }

  const unpaid = {
    ebay: [(seller: Member) => ebaySale(seller, [{}], { paymentStatus: 'PENDING' }), { paymentStatus: 'PAID' }],
    mercadolibre: [
      (seller: Member) => mercadoLibreSale(seller, [{}], { status: 'payment_required' }),
      { status: 'paid', tags: ['paid'] },
    ],
  } as const;
  for (const [marketplace, [sale, paid]] of Object.entries(unpaid)) {
    it(`${marketplace}: unpaid it is not imported as paid; paid later, it goes on`, async () => {
      const orderId = await sell(api, mia, sale(mia));
      await importAll(api);
      for (let look = 0; look < 2; look += 1) await api.stage.sweepAndDrain();
      const line = await lineOf(api, orderId);
      expect(line.status).to.equal('CREATED');
      expect(await paymentsOf(api, line)).to.deep.equal([]);
      await change(api, mia, marketplace as 'ebay', orderId, paid);
      await importAll(api);
      expect((await lineOf(api, orderId)).status).to.equal('PAID');
      expect((await paymentsOf(api, line)).map(({ status }) => status)).to.deep.equal(['COMPLETED']);
    });
  }

  const cancelled = { ebay: { cancelState: 'CANCELED' }, mercadolibre: { status: 'cancelled', tags: [] } };
  for (const [marketplace, cancellation] of Object.entries(cancelled) as ['ebay' | 'mercadolibre', object][]) {
    it(`${marketplace}: cancelled before anything was bought, it is cancelled, also while it waits`, async () => {
      const sale = marketplace === 'ebay' ? ebaySale(mia, [{}]) : mercadoLibreSale(mia, [{}]);
      for (const before of ['PAID', 'WAITING LISTING_NOT_MAPPED']) {
        const orderId = await sell(api, mia, sale);
        await importAll(api);
        if (before !== 'PAID') await api.stage.drain();
        expect(stateOf(await lineOf(api, orderId))).to.equal(before);
        await change(api, mia, marketplace, orderId, cancellation);
        await importAll(api);
        expect(stateOf(await lineOf(api, orderId))).to.equal('CANCELLED');
        await api.stage.sweepAndDrain();
        expect(stateOf(await lineOf(api, orderId))).to.equal('CANCELLED');
      }
    });
  }

  it('cancelled before we heard of it, it is cancelled from the start', async () => {
    const orderId = await sell(api, mia, ebaySale(mia, [{}], { cancelState: 'CANCELED' }));
    await importAll(api);
    const line = await lineOf(api, orderId);
    expect(line.status).to.equal('CANCELLED');
    expect(await paymentsOf(api, line)).to.deep.equal([]);
  });

  it('cancelled after the goods were bought, a person looks', async () => {
    const goods = await api.stage.stockUp(mia, { listedOn: 'ebay' });
    const orderId = await sell(api, mia, ebaySale(mia, [{ legacyItemId: goods.listingId }]));
    await api.stage.drain();
    expect((await lineOf(api, orderId)).status).to.equal('PURCHASED');
    await change(api, mia, 'ebay', orderId, { cancelState: 'CANCELED' });
    await importAll(api);
    expect(stateOf(await lineOf(api, orderId))).to.equal('NEEDS_REVIEW CANCELLED_AFTER_PURCHASE');
  });

  it('five notifications of one sale at the same time make one order, paid once', async () => {
    for (const sale of [ebaySale(mia, [{}]), mercadoLibreSale(mia, [{}])]) {
      api.stage.jobs.length = 0;
      const orderId = await sell(api, mia, sale);
      for (let times = 0; times < 4; times += 1) await change(api, mia, sale.marketplace as 'ebay', orderId, {});
      const events = api.stage.jobs.splice(0).map(({ payload }) => String(payload.eventId));
      expect(new Set(events).size).to.equal(5);
      await Promise.all(events.map(id => api.stage.perform('import-order', id)));
      const line = await lineOf(api, orderId);
      expect(line.status).to.equal('PAID');
      expect(await paymentsOf(api, line)).to.have.length(1);
      expect((await timelineOf(api, line)).match(/CREATED → PAID/g)).to.have.length(1);
      expect(new Set(api.stage.jobs.map(({ id }) => id)).size).to.equal(1);
    }
  });

  it('the same notification five times makes one order', async () => {
    const orderId = await sell(api, mia, ebaySale(mia, [{}]));
    const sent = api.deliveries.at(-1)!;
    await Promise.all(Array.from({ length: 4 }, () => post(api, sent.path, sent)));
    expect(await importAll(api)).to.have.length(1);
    expect((await lineOf(api, orderId)).status).to.equal('PAID');
  });

  /** A "no" is believed when a second reading, ten minutes later, says it too. */
  const twice = async (): Promise<string> => {
    const imports = [...api.stage.jobs];
    expect((await importAll(api))[0]).to.match(/: read again at /);
    await api.rows(`update inbound_events set absent_since = absent_since - interval '10 minutes'`);
    api.stage.jobs.push(...imports);
    return (await importAll(api))[0] ?? '';
  };

  it('an order that no connected account knows is nobody’s', async () => {
    const orderId = await sell(api, mia, ebaySale(mia, [{}]));
    await rewriteEvents(api.stage.store, said => said.replaceAll(orderId, '99-99999-99999'));
    expect(await twice()).to.match(/^no connected account knows order 99-99999-99999 \(EBAY_32100\)$/);
    expect(await linesOf(api, '99-99999-99999')).to.deep.equal([]);
    const failed = await api.rows(`select note from inbound_events where status = 'FAILED'`);
    expect(failed).to.deep.equal([{ note: 'no connected account knows order 99-99999-99999 (EBAY_32100)' }]);
  });

  it('an order is read with its seller’s account, though the notification names nobody', async () => {
    await api.hire();
    const orderId = await sell(api, mia, ebaySale(mia, [{}]));
    await rewrite('"username":"[^"]*","userId":"[^"]*",', '');
    await importAll(api);
    expect(await lineOf(api, orderId)).to.include({ userId: mia.id, credentialId: mia.ebay.id });
  });

  const askedFor = async (seller: Member): Promise<string | null> =>
    (await api.rows('select last_used_at::text from api_credentials where id = ?', [seller.ebay.id]))[0]?.last_used_at;

  it('an order of nobody is not asked for over and over because one account must be connected again', async () => {
    const tom = await api.hire();
    await sell(api, mia, ebaySale(mia, [{}]));
    await rewrite('"username":"[^"]*","userId":"[^"]*","orderId":"[^"]*"', '"orderId":"99-99999-99998"');
    await api.rows(`update api_credentials set status = 'RECONNECT_NEEDED' where id = ?`, [tom.ebay.id]);
    expect(await twice()).to.match(/^no connected account knows order 99-99999-99998/);
    const open = await api.rows(`select from inbound_events where status = 'RECEIVED'`);
    expect(open).to.deep.equal([]);
  });

  it('an order of an account that must be connected again is kept until it is', async () => {
    const tom = await api.hire();
    const orderId = await sell(api, tom, ebaySale(tom, [{}]));
    const imports = [...api.stage.jobs];
    await api.rows(`update api_credentials set status = 'RECONNECT_NEEDED' where id = ?`, [tom.ebay.id]);
    expect((await importAll(api))[0]).to.match(/^waits: .*ebay account .* must be connected again$/);
    await api.rows(`update api_credentials set status = 'HEALTHY' where id = ?`, [tom.ebay.id]);
    api.stage.jobs.push(...imports);
    await importAll(api);
    expect(await lineOf(api, orderId)).to.include({ userId: tom.id });
  });

  it('an order of an account that its owner has disconnected is an operator’s, and asked for no more', async () => {
    const tom = await api.hire();
    const number = await sell(api, tom, mercadoLibreSale(tom, [{}]));
    await api.call('DELETE', `/api/connections/${tom.mercadolibre.id}`, { as: tom });
    expect(await importAll(api)).to.deep.equal(['its account was disconnected by its owner']);
    expect(await linesOf(api, number)).to.deep.equal([]);
    const [event] = await api.rows('select status, note from inbound_events where credential_id = ?', [
      tom.mercadolibre.id,
    ]);
    expect(event).to.deep.equal({ status: 'FAILED', note: 'its account was disconnected by its owner' });
  });

  it('an order whose seller is named by their id alone is asked for with no other account', async () => {
    const tom = await api.hire();
    const orderId = await sell(api, tom, ebaySale(tom, [{}]));
    await rewrite('"username":"[^"]*"', '"username":"immutable-7"');
    await api.rows('update api_credentials set last_used_at = null where id = ?', [mia.ebay.id]);
    await importAll(api);
    expect(await lineOf(api, orderId)).to.include({ userId: tom.id });
    expect(await askedFor(mia)).to.equal(null);
  });
});
