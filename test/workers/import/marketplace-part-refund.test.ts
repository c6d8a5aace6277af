/** Covers: transactions/settle-marketplace-refund.ts, transactions/resize-sale.ts. */
import { expect } from 'chai';
import type { OrderId, UserId } from '../../../domain/ids.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import type { Order } from '../../../store/entities/order.ts';
import { creditOf } from '../../../store/money/current-account.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { refundedOf } from '../../../store/money/refunds.ts';
import { legsOfOrder } from '../../../store/payouts/legs.ts';
import { decideOrder } from '../../../transactions/decisions/decide-order.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { changeOrder, importFrom, placeOnEbay } from '../workbench.ts';
import { type Change, type Marketplace, openMarkets, sellAt } from './sold-at.ts';

/** eBay's 32.99 cost 14.49 and 4.24 in fees: 14.26 profit, 1.43 for the platform, 12.83 for the reseller. */
describe('a part of a sale that its marketplace gave back', () => {
  let stage: Stage;
  let seller: Seller;
  beforeEach(async () => {
    ({ stage, seller } = await openMarkets());
  });
  afterEach(async () => {
    const found = await stage.store.read(em => checkLedger(em));
    await stage[Symbol.asyncDispose]();
    expect(found).to.deep.equal([]);
  });

  const onEbay = () => sellAt('ebay', stage, seller);
  const onMercadoLibre = () => sellAt('mercadolibre', stage, seller);
  const twoLines = async () => {
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const line = { goods, totalMinor: 3_299 };
    return placeOnEbay(stage, seller, { lines: [line, line] });
  };
  const told = async (marketplace: Marketplace, number: string, change: Change = {}): Promise<Order[]> => {
    await changeOrder(stage, marketplace, number, change);
    return importFrom(stage, seller, marketplace, number);
  };
  /** Up to the booked sale, its legs not paid yet. */
  const booked = async (marketplace: Marketplace, number: string) => {
    const orders = await told(marketplace, number);
    for (const { id } of orders)
      for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    return orders.map(({ id }) => id);
  };
  const legsOf = (id: OrderId) => stage.store.read(em => legsOfOrder(em, id));
  const amounts = async (id: OrderId) => (await legsOf(id)).map(({ amountMinor }) => amountMinor);
  const back = async ({ id, saleCurrency }: Pick<Order, 'id' | 'saleCurrency'>) =>
    (await stage.store.read(em => refundedOf(em, id, saleCurrency))).amountMinor;
  const payLegs = (id: OrderId) =>
    until(async () => {
      for (const leg of await legsOf(id)) await stage.perform('payout', leg.id);
      return (await legsOf(id)).every(({ status }) => status === 'PAID');
    });
  const decide = (id: OrderId, decision: 'buy-again') =>
    stage.store.transaction(em =>
      decideOrder(em, () => undefined, id, { decision: { decision }, by: seller.id as UserId, why: 'looked at eBay' }),
    );
  const refunds = (...minors: number[]) => minors.map(minor => ({ amountMinor: `${minor}` }));
  const partly = (...minors: number[]): Change => ({
    paymentStatus: 'PARTIALLY_REFUNDED',
    refunds: refunds(...minors),
  });

  it('makes the shares smaller at once where eBay says how much, each refund once, and holds nothing', async () => {
    const number = await onEbay();
    const [id = '' as OrderId] = await booked('ebay', number);
    expect(await amounts(id)).to.deep.equal([143n, 1_283n]);
    for (let times = 0; times < 2; times += 1) await told('ebay', number, partly(500));
    expect(await amounts(id)).to.deep.equal([93n, 833n]);
    for (let times = 0; times < 2; times += 1) await told('ebay', number, partly(500, 100));
    expect(await amounts(id)).to.deep.equal([83n, 743n]);
    expect(await back(await stage.order(id))).to.equal(600n);
    expect(await stage.order(id)).to.include({ status: 'PURCHASED', frozenFor: null });
    await payLegs(id);
    await told('ebay', number, { paymentStatus: 'FULLY_REFUNDED', refunds: refunds(3_299) });
    expect(await back(await stage.order(id))).to.equal(3_299n);
    const [payment] = await stage.store.read(em => paymentsOf(em, id));
    expect(payment?.status).to.equal('REFUNDED');
  });

  it('turns what has left into a receivable', async () => {
    const number = await onEbay();
    const [id = '' as OrderId] = await booked('ebay', number);
    await payLegs(id);
    await told('ebay', number, partly(500));
    expect((await stage.store.read(em => creditOf(em, seller.id, 'reseller'))).amountMinor).to.equal(-450n);
  });

  it('holds what eBay has begun to give back until it is given back, and forgets what failed', async () => {
    const number = await onEbay();
    const [id = '' as OrderId] = await booked('ebay', number);
    await told('ebay', number, { refunds: [{ amountMinor: '500', status: 'FAILED' }] });
    expect((await stage.order(id)).frozenFor).to.equal(null);
    await told('ebay', number, { refunds: [{ amountMinor: '500', status: 'PENDING' }] });
    expect((await stage.order(id)).frozenFor).to.equal('MARKETPLACE_REFUND');
    expect(await amounts(id)).to.deep.equal([143n, 1_283n]);
    await told('ebay', number, partly(500));
    expect((await stage.order(id)).frozenFor).to.equal(null);
    expect(await amounts(id)).to.deep.equal([93n, 833n]);
  });

  it('lets go of what eBay had begun to give back when that has failed', async () => {
    const number = await onEbay();
    const [id = '' as OrderId] = await booked('ebay', number);
    await told('ebay', number, { refunds: [{ amountMinor: '500', status: 'PENDING' }] });
    expect((await stage.order(id)).frozenFor).to.equal('MARKETPLACE_REFUND');
    await told('ebay', number, { refunds: [{ amountMinor: '500', status: 'FAILED' }] });
    expect((await stage.order(id)).frozenFor).to.equal(null);
    expect(await amounts(id)).to.deep.equal([143n, 1_283n]);
    expect(await back(await stage.order(id))).to.equal(0n);
  });

  it('is of the one line that eBay names, and the other line goes on', async () => {
    const number = await twoLines();
    const [first = '' as OrderId, second = '' as OrderId] = await booked('ebay', number);
    const ofFirst = { amountMinor: '500', lineItemId: '10000000000' };
    await told('ebay', number, { paymentStatus: 'PARTIALLY_REFUNDED', refunds: [ofFirst] });
    expect([await back(await stage.order(first)), await back(await stage.order(second))]).to.deep.equal([500n, 0n]);
    for (const id of [first, second]) expect((await stage.order(id)).frozenFor).to.equal(null);
  });

  it('is counted once where eBay tells one refund with the order and with its line: what the buyer got', async () => {
    const number = await onEbay();
    const [id = '' as OrderId] = await booked('ebay', number);
    const ofLine = { amountMinor: '1000', lineItemId: '10000000000' };
    await told('ebay', number, { paymentStatus: 'PARTIALLY_REFUNDED', refunds: [ofLine] });
    expect(await back(await stage.order(id))).to.equal(1_000n);
    expect(await stage.order(id)).to.include({ status: 'PURCHASED', frozenFor: null });
    expect(await amounts(id)).to.deep.equal([43n, 383n]);
  });

  it('is a person’s where eBay tells of the order and of its line under no common name', async () => {
    const number = await onEbay();
    const [id = '' as OrderId] = await booked('ebay', number);
    const patch = [{ op: 'remove', path: '/paymentSummary/refunds/0/refundId' }];
    await stage.control('faults', { provider: 'ebay', operation: 'get-order', kind: 'reshape', patch });
    const ofLine = { amountMinor: '1000', lineItemId: '10000000000' };
    await told('ebay', number, { paymentStatus: 'PARTIALLY_REFUNDED', refunds: [ofLine] });
    expect(await stage.order(id)).to.include({ frozenFor: 'MARKETPLACE_REFUND' });
    expect(await back(await stage.order(id))).to.equal(0n);
  });

  it('holds every line of an order of which eBay gave a part back as a whole', async () => {
    const number = await twoLines();
    const ids = await booked('ebay', number);
    await told('ebay', number, partly(500));
    for (const id of ids) {
      expect(await stage.order(id)).to.include({ frozenFor: 'MARKETPLACE_REFUND' });
      expect(await back(await stage.order(id))).to.equal(0n);
    }
  });

  it('is booked with the sale that is first seen so, and a person may still have it bought', async () => {
    const number = await onEbay();
    const [sale] = await told('ebay', number, partly(500));
    expect(sale).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', frozenFor: null });
    const id = sale?.id as OrderId;
    expect(await back(await stage.order(id))).to.equal(500n);
    await decide(id, 'buy-again');
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    expect((await stage.order(id)).status).to.equal('PURCHASED');
    expect(await amounts(id)).to.deep.equal([93n, 833n]);
  });

  it('of 28.00 leaves nothing to buy for: it is not bought at a loss when a person says buy again', async () => {
    const number = await onEbay();
    const [sale] = await told('ebay', number, partly(2_800));
    const id = sale?.id as OrderId;
    await decide(id, 'buy-again');
    for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, id);
    expect(await stage.order(id)).to.include({ status: 'FAILED', reason: 'UNPROFITABLE' });
    expect(await stage.effects('supplier-order')).to.deep.equal([]);
  });

  it('of 10.00 leaves so much less to buy for', async () => {
    const number = await onEbay();
    const [sale] = await told('ebay', number, partly(1_000));
    const id = sale?.id as OrderId;
    await decide(id, 'buy-again');
    await stage.perform('fulfill', id);
    // 32.99, of which 10.00 went back and eBay keeps 4.24, less the 5.00 whose tenth pays for two payouts.
    expect((await stage.order(id)).maxCostMinor).to.equal(1_375n);
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'FAILED', reason: 'PRICE_ABOVE_MAXIMUM' });
  });

  it('is not bought for while more has gone back than is booked', async () => {
    const number = await onEbay();
    const [sale] = await told('ebay', number, partly(500));
    const id = sale?.id as OrderId;
    await decide(id, 'buy-again');
    await stage.perform('fulfill', id);
    await changeOrder(stage, 'ebay', number, partly(500, 100));
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
    expect(await stage.effects('supplier-order')).to.deep.equal([]);
  });

  it('makes the shares smaller where only the payments of a MercadoLibre order tell it', async () => {
    const number = await onMercadoLibre();
    const [id = '' as OrderId] = await booked('mercadolibre', number);
    // 34.99 − 14.49 − 4.86 = 15.64, and 5.00 less.
    expect(await amounts(id)).to.deep.equal([156n, 1_408n]);
    for (let times = 0; times < 2; times += 1) await told('mercadolibre', number, { refundedMinor: '5000' });
    expect(await amounts(id)).to.deep.equal([106n, 958n]);
    expect(await back(await stage.order(id))).to.equal(5_000n);
    expect((await stage.order(id)).frozenFor).to.equal(null);
    await told('mercadolibre', number, { status: 'partially_refunded', refundedMinor: '6000' });
    expect(await amounts(id)).to.deep.equal([96n, 868n]);
  });

  it('holds the shares of a MercadoLibre order that is partially_refunded without an amount', async () => {
    const number = await onMercadoLibre();
    const [id = '' as OrderId] = await booked('mercadolibre', number);
    await told('mercadolibre', number, { status: 'partially_refunded' });
    for (const leg of await legsOf(id))
      expect(await stage.perform('payout', leg.id)).to.equal('frozen: MARKETPLACE_REFUND');
  });

  it('asks a person about a MercadoLibre sale that is first seen partially_refunded', async () => {
    const number = await onMercadoLibre();
    const [sale] = await told('mercadolibre', number, { status: 'partially_refunded', refundedMinor: '5000' });
    expect(sale).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
    expect(sale && (await back(sale))).to.equal(5_000n);
  });

  it('takes a MercadoLibre cancellation that is under way for none: it waits, and may still be bought', async () => {
    const number = await onMercadoLibre();
    const [sale] = await told('mercadolibre', number);
    const id = sale?.id as OrderId;
    await stage.perform('fulfill', id);
    await told('mercadolibre', number, { status: 'pending_cancel' });
    expect(await stage.order(id)).to.include({ status: 'PURCHASING' });
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'HOLD' });
    expect(await back(await stage.order(id))).to.equal(0n);
    await told('mercadolibre', number, { status: 'cancelled', tags: [] });
    expect(await stage.order(id)).to.include({ status: 'CANCELLED' });
    expect(await back(await stage.order(id))).to.equal(34_990n);
  });
});
