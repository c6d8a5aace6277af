import { expect } from 'chai';
import type { Address } from '../../../domain/address.ts';
import { money } from '../../../domain/money.ts';
import { mapListing } from '../../../store/catalogue/products.ts';
import { addRate } from '../../../store/money/fx.ts';
import { berlin, createStage, type Goods, type Seller, type Stage } from '../../support/stage.ts';
import { timelineLines } from '../../support/timeline-lines.ts';
import {
  dayMs,
  fromNow,
  hourMs,
  importFrom,
  performWith,
  placeOnEbay,
  placeOnMercadoLibre,
  reservationsOf,
  rows,
} from '../workbench.ts';

const denver: Address = {
  fullName: 'Grace Hopper',
  line1: '1200 Broadway',
  city: 'Denver',
  region: 'Colorado',
  postalCode: '80203',
  country: 'US',
  phone: '+1 303 555 0100',
};

const saoPaulo: Address = {
  fullName: 'Ana Souza',
  line1: 'Avenida Paulista 1000',
  city: 'Sao Paulo',
  region: 'Sao Paulo',
  postalCode: '01310-100',
  country: 'BR',
  phone: '+55 11 91234 5678',
  taxId: '529.982.247-25',
};

describe('fulfill', () => {
  let stage: Stage;
  let seller: Seller;
  let goods: Goods;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    goods = await stage.stockUp(seller, { listedOn: 'ebay' });
  });
  after(() => stage[Symbol.asyncDispose]());

  const fulfill = (id: string, changes: Parameters<typeof performWith>[1] = {}) =>
    performWith(stage, changes, 'fulfill', id);

  const waiting = async (id: string) => {
    const { status, waitReason, waitUntil, nextCheckAt } = await stage.order(id);
    return { status, waitReason, waitUntil, nextCheckAt };
  };

  it('reserves the most that the supplier may charge and lets the order through', async () => {
    const order = await stage.paidOrder(goods);
    expect(await fulfill(order.id)).to.equal('PURCHASING: 17.00 USD reserved');
    const through = await stage.order(order.id);
    expect(through).to.include({ status: 'PURCHASING', productId: goods.productId, maxCostMinor: 1_700n, fxRate: '1' });
    expect(await reservationsOf(stage, order.id)).to.deep.equal([{ status: 'HELD', amount: '1700', payer: null }]);
  });

  it('reserves against the account of the reseller who pays the supplier', async () => {
    const own = await stage.hireSeller({ supplier: 'reseller' });
    const order = await stage.paidOrder(await stage.stockUp(own), 2);
    await fulfill(order.id);
    expect(await reservationsOf(stage, order.id)).to.deep.equal([{ status: 'HELD', amount: '3400', payer: own.id }]);
  });

  it('allows the supplier no more than leaves a commission that pays for the payouts', async () => {
    const cheap = await stage.stockUp(seller, { price: money(1_500n, 'USD') });
    const order = await stage.paidOrder(cheap);
    await fulfill(order.id);
    // 15.00 less PayPal's 3.49 % and 0.49, and less a profit whose tenth is the fee of two payouts.
    expect((await stage.order(order.id)).maxCostMinor).to.equal(899n);
  });

  it('lets no sale of 17.99 through whose commission would not pay for its payouts', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller, { price: money(1_799n, 'USD') }));
    for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, id);
    // 14.49 for the goods and 1.12 to PayPal leave 2.38, a commission of 0.24, and two payouts cost 0.50.
    expect(await stage.order(id)).to.include({ status: 'FAILED', reason: 'PRICE_ABOVE_MAXIMUM' });
  });

  it('counts no payout where the reseller holds the proceeds', async () => {
    const own = await stage.hireSeller({ proceeds: 'reseller' });
    const listed = await stage.stockUp(own, { listedOn: 'ebay' });
    const number = await placeOnEbay(stage, own, { lines: [{ goods: listed, totalMinor: 1_799 }] });
    const [order] = await importFrom(stage, own, 'ebay', number);
    await fulfill(order?.id ?? '');
    // 17.99 less eBay's 12.85 %.
    expect((await stage.order(order?.id ?? '')).maxCostMinor).to.equal(1_568n);
  });

  it('asks a person about a frozen order, and holds no money for it', async () => {
    const order = await stage.paidOrder(goods);
    await rows(stage, `update orders set frozen_for = 'REFUND_PENDING' where id = ?`, [order.id]);
    await fulfill(order.id);
    expect(await stage.order(order.id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
    expect(await reservationsOf(stage, order.id)).to.deep.equal([]);
  });

  it('holds an order while its buyer may still cancel, and lets it through afterwards', async () => {
    const order = await stage.paidOrder(goods);
    const config = { orderHoldMinutes: 10 };
    await fulfill(order.id, { config });
    const until = new Date((order.paidAt?.getTime() ?? 0) + 600_000);
    expect(await waiting(order.id)).to.deep.equal({
      status: 'WAITING',
      waitReason: 'HOLD',
      waitUntil: until,
      nextCheckAt: until,
    });
    expect(await fulfill(order.id, { config, now: fromNow(9 * 60_000) })).to.equal('still WAITING (HOLD)');
    expect(await fulfill(order.id, { config, now: fromNow(11 * 60_000) })).to.match(/^PURCHASING/);
  });

  it('waits for a listing that nobody mapped, until somebody maps it', async () => {
    const unlisted = await stage.stockUp(seller);
    const orderId = await placeOnEbay(stage, seller, { lines: [{ goods: unlisted, totalMinor: 3_299 }] });
    const [order] = await importFrom(stage, seller, 'ebay', orderId);
    const id = order?.id ?? '';
    await fulfill(id);
    const { waitReason, nextCheckAt } = await waiting(id);
    expect(waitReason).to.equal('LISTING_NOT_MAPPED');
    expect(nextCheckAt, 'a listing mapped before the wait was committed is found').to.be.an.instanceOf(Date);
    await fulfill(id);
    expect((await waiting(id)).nextCheckAt, 'woken in vain, it is left to its deed').to.be.greaterThan(
      fromNow(6 * dayMs),
    );
    const { productId } = unlisted;
    const listing = { credentialId: seller.ebay.id, externalId: unlisted.listingId, variationId: '', productId };
    await stage.store.transaction(em => mapListing(em, listing));
    expect(await fulfill(id)).to.match(/^PURCHASING/);
  });

  it('waits for an address that the sale channel has not given', async () => {
    const orderId = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_299 }], shipTo: null });
    const [order] = await importFrom(stage, seller, 'ebay', orderId);
    const id = order?.id ?? '';
    await fulfill(id);
    const { waitReason, nextCheckAt } = await waiting(id);
    expect(waitReason).to.equal('ADDRESS_MISSING');
    expect(nextCheckAt).to.be.greaterThan(fromNow(14 * 60_000));
    await rows(stage, 'update orders set ship_to = ?::jsonb where id = ?', [JSON.stringify(berlin), id]);
    expect(await fulfill(id)).to.match(/^PURCHASING/);
  });

  const refusedAddresses: readonly [string, Address][] = [
    ['a name in one word for the United States', { ...denver, fullName: 'Grace' }],
    ['a street of four letters for the United States', { ...denver, line1: 'A 12' }],
    ['a state called Other for the United States', { ...denver, region: 'Other' }],
    ['no CPF for Brazil', { ...saoPaulo, taxId: '' }],
    ['a postal code of five digits for Brazil', { ...saoPaulo, postalCode: '01310' }],
    ['a city called Other for Brazil', { ...saoPaulo, city: 'other' }],
  ];
  for (const [what, shipTo] of refusedAddresses)
    it(`waits for its owner to correct an address with ${what}, and holds no money meanwhile`, async () => {
      const { id } = await stage.checkout(goods, { shipTo });
      await stage.perform('capture-payment', id);
      await fulfill(id);
      expect(await waiting(id)).to.include({ status: 'WAITING', waitReason: 'ADDRESS_INVALID' });
      expect((await waiting(id)).nextCheckAt).to.be.greaterThan(fromNow(9 * dayMs));
      expect(await reservationsOf(stage, id)).to.deep.equal([]);
      const right = shipTo.country === 'BR' ? saoPaulo : denver;
      await rows(stage, 'update orders set ship_to = ?::jsonb where id = ?', [JSON.stringify(right), id]);
      expect(await fulfill(id)).to.match(/^PURCHASING/);
    });

  it('waits for an exchange rate that is missing, does not take a stale one, and freezes the fresh one', async () => {
    const lamp = await stage.stockUp(seller, { listedOn: 'mercadolibre', price: money(34_990n, 'CLP') });
    const sale = { goods: lamp, unitPriceMinor: 34_990, saleFeeMinor: 4_864 };
    const [order] = await importFrom(stage, seller, 'mercadolibre', await placeOnMercadoLibre(stage, seller, sale));
    const id = order?.id ?? '';
    await fulfill(id);
    expect(await waiting(id)).to.include({ status: 'WAITING', waitReason: 'FX_RATE_MISSING' });

    const rate = { base: 'USD', quote: 'CLP', source: 'test' } as const;
    await stage.store.transaction(em => addRate(em, { ...rate, rate: '900', asOf: fromNow(-37 * hourMs) }));
    expect(await fulfill(id)).to.equal('still WAITING (FX_RATE_MISSING)');

    await stage.store.transaction(em => addRate(em, { ...rate, rate: '941.35', asOf: fromNow(-hourMs) }));
    expect(await fulfill(id)).to.match(/^PURCHASING/);
    expect(await stage.order(id)).to.include({ fxRate: '941.35', fxSource: 'test' });
  });

  it('fails an order whose fees alone exceed its price', async () => {
    const order = await stage.paidOrder(await stage.stockUp(seller, { price: money(50n, 'USD') }));
    await fulfill(order.id);
    expect(await stage.order(order.id)).to.include({ status: 'FAILED', reason: 'UNPROFITABLE' });
    expect(await reservationsOf(stage, order.id)).to.deep.equal([]);
  });

  it('asks before one order costs more than the platform lets any order cost', async () => {
    const order = await stage.paidOrder(goods, 2);
    await fulfill(order.id, { config: { maxOrderSpendUsd: 33 } });
    expect(await waiting(order.id)).to.include({ status: 'WAITING', waitReason: 'ORDER_ABOVE_CAP' });
    expect(await reservationsOf(stage, order.id)).to.deep.equal([]);
    expect(await fulfill(order.id, { config: { maxOrderSpendUsd: 34 } })).to.match(/^PURCHASING/);
  });

  const limits: readonly [string, Parameters<typeof performWith>[1]['config'] & object, RegExp][] = [
    ['number of orders', { maxDailyOrders: 1 }, /1 orders were bought today/],
    ['spending', { maxDailySpendUsd: 20 }, /17\.00 USD were spent today, and 20 is the limit/],
  ];
  for (const [what, config, said] of limits)
    it(`stops a reseller at the daily ${what} until tomorrow, and nobody else`, async () => {
      const busy = await stage.hireSeller();
      const wares = await stage.stockUp(busy);
      const [first, second] = [await stage.paidOrder(wares), await stage.paidOrder(wares)];
      await fulfill(first.id, { config });
      await fulfill(second.id, { config });
      const tomorrow = new Date(new Date(stage.context.now().getTime() + dayMs).setUTCHours(0, 0, 0, 0));
      expect(await waiting(second.id)).to.include({ status: 'WAITING', waitReason: 'DAILY_LIMIT_REACHED' });
      expect((await waiting(second.id)).waitUntil).to.deep.equal(tomorrow);
      expect((await timelineLines(stage, { orderId: second.id, kind: 'moved' })).at(-1)?.note).to.match(said);

      const other = await stage.paidOrder(await stage.stockUp(await stage.hireSeller()));
      expect(await fulfill(other.id, { config })).to.match(/^PURCHASING/);
      await stage.passTime(Math.ceil((tomorrow.getTime() - stage.context.now().getTime()) / 1_000));
      expect(await fulfill(second.id, { config })).to.match(/^PURCHASING/);
    });

  it('does nothing with an order that it has let through already', async () => {
    const order = await stage.paidOrder(goods);
    await fulfill(order.id);
    expect(await fulfill(order.id)).to.equal('nothing to do: the order is not PAID or WAITING');
    expect(await reservationsOf(stage, order.id)).to.have.length(1);
  });
});
