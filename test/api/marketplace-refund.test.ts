/** Covers: transactions/decisions/confirm-marketplace-refund.ts, transactions/book-marketplace-refund.ts, store/money/unquantified-refunds.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../domain/ids.ts';
import { checkLedger } from '../../store/books/ledger-check.ts';
import { addRate } from '../../store/money/fx.ts';
import { legsOfOrder } from '../../store/payouts/legs.ts';
import { berlin, type Seller } from '../support/stage.ts';
import { changeOrder, importFrom, notesOf, placeOnEbay, placeOnMercadoLibre } from '../workers/workbench.ts';
import { type Api, openApi } from './open-api.ts';

/** A line's 32.99 cost 14.49 and 4.24 in fees: 14.26 profit, 1.43 for the platform, 12.83 for the reseller. */
describe('api: how much a marketplace gave back, where it does not say', () => {
  let api: Api;
  let seller: Seller;
  before(async () => {
    api = await openApi();
    seller = await api.stage.hireSeller();
    const rate = { base: 'USD', quote: 'CLP', rate: '1000', source: 'test', asOf: new Date() } as const;
    await api.stage.store.transaction(em => addRate(em, rate));
  });
  after(async () => {
    const found = await api.stage.store.read(em => checkLedger(em));
    await api[Symbol.asyncDispose]();
    expect(found).to.deep.equal([]);
  });

  type Change = Parameters<typeof changeOrder>[3];
  /** Of the whole order: of which line, eBay does not say. */
  const partly = (minor: number): Change => ({
    paymentStatus: 'PARTIALLY_REFUNDED',
    refunds: [{ amountMinor: `${minor}` }],
  });
  const say = async (id: string, amount: string, currency = 'USD') => {
    const body = { amount: { amount, currency }, why: 'looked at the marketplace' };
    return (await api.call('POST', `/api/admin/orders/${id}/marketplace-refund`, { as: api.admin, body })).json;
  };
  const told = async (number: string, change: Change) => {
    await changeOrder(api.stage, 'ebay', number, change);
    return (await importFrom(api.stage, seller, 'ebay', number)).map(({ id }) => id);
  };
  const onEbay = async () => {
    const goods = await api.stage.stockUp(seller, { listedOn: 'ebay' });
    return placeOnEbay(api.stage, seller, { lines: [goods, goods].map(of => ({ goods: of, totalMinor: 3_299 })) });
  };
  const buy = async (id: OrderId) => {
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await api.stage.perform(queue, id);
  };
  const booked = async () => {
    const number = await onEbay();
    const [first = '' as OrderId, second = '' as OrderId] = await told(number, {});
    for (const id of [first, second]) await buy(id);
    return { number, first, second };
  };
  const amounts = async (id: OrderId) =>
    (await api.stage.store.read(em => legsOfOrder(em, id))).map(({ amountMinor }) => amountMinor);
  const frozen = async (id: OrderId) => (await api.stage.order(id)).frozenFor;

  it('a person says it: the shares are what is left and leave, and the same news holds nothing any more', async () => {
    const { number, first, second } = await booked();
    await told(number, partly(500));
    for (const id of [first, second]) expect(await frozen(id)).to.equal('MARKETPLACE_REFUND');
    await api.stage.drain();
    expect(await say(first, '5.00')).to.include({ id: first, status: 'PURCHASED' });
    expect(await say(second, '0')).to.include({ id: second });
    expect(await amounts(first)).to.deep.equal([93n, 833n]);
    expect(await amounts(second)).to.deep.equal([143n, 1_283n]);
    await told(number, partly(500));
    for (const id of [first, second]) expect(await frozen(id)).to.equal(null);
    expect(api.stage.jobs.filter(({ queue }) => queue === 'payout')).to.have.length(4);
    expect((await notesOf(api.stage, first)).filter(note => note.includes('looked at the marketplace'))).to.have.length(
      1,
    );
    expect(await say(first, '5.00')).to.include({ status: 409, code: 'NO_REFUND_UNTOLD' });
  });

  it('what is given back after that is asked about again, and is not less than before', async () => {
    const { number, first } = await booked();
    await told(number, partly(500));
    await say(first, '5.00');
    await told(number, partly(700));
    expect(await frozen(first)).to.equal('MARKETPLACE_REFUND');
    expect(await say(first, '4.99')).to.include({ status: 409, code: 'LESS_THAN_BOOKED' });
    expect(await frozen(first)).to.equal('MARKETPLACE_REFUND');
    await say(first, '7');
    expect(await amounts(first)).to.deep.equal([73n, 653n]);
    expect(await frozen(first)).to.equal(null);
  });

  it('no other currency is taken, and no more than was paid', async () => {
    const { number, first } = await booked();
    await told(number, partly(500));
    expect(await say(first, '5', 'EUR')).to.include({ status: 409, code: 'AMOUNTS_DIFFER' });
    expect(await say(first, '33.00')).to.include({ status: 409, code: 'MORE_THAN_PAID' });
    expect(await amounts(first)).to.deep.equal([143n, 1_283n]);
    expect(await frozen(first)).to.equal('MARKETPLACE_REFUND');
  });

  it('nothing is bought before it is said, and what is left of the sale may be bought for then', async () => {
    const number = await onEbay();
    const [id = '' as OrderId] = await told(number, partly(500));
    expect(await api.stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
    const decide = async () => {
      const body = { decision: 'buy-again', why: 'looked at eBay' };
      return (await api.call('POST', `/api/admin/orders/${id}/decide`, { as: api.admin, body })).json;
    };
    expect(await decide()).to.include({ status: 409, code: 'ORDER_FROZEN' });
    expect(await say(id, '5')).to.include({ status: 'NEEDS_REVIEW' });
    expect(await decide()).to.include({ status: 'PAID' });
    await buy(id);
    expect((await api.stage.order(id)).status).to.equal('PURCHASED');
    expect(await amounts(id)).to.deep.equal([93n, 833n]);
  });

  it('a supplier’s refund does not let go of what is not said yet', async () => {
    const { number, first } = await booked();
    const [effect] = (await api.stage.effects('supplier-order')).filter(({ key }) => key.startsWith(first));
    await api.stage.control('supplier', { number: effect?.reference, status: 'FINISH', endReason: 'CANCELED' });
    await api.stage.perform('track-shipment', first);
    await told(number, partly(500));
    expect(await frozen(first)).to.equal('SUPPLIER_CANCELLED');
    const body = { amount: { amount: '14.49', currency: 'USD' } };
    await api.call('POST', `/api/admin/orders/${first}/supplier-refund`, { as: api.admin, body });
    expect(await frozen(first)).to.equal('MARKETPLACE_REFUND');
    await say(first, '5');
    expect(await frozen(first)).to.equal(null);
  });

  it('what eBay tells in the end is booked beside what was said, and once', async () => {
    const { number, first } = await booked();
    await told(number, { refunds: [{ amountMinor: '500', lineItemId: '10000000000', status: 'PENDING' }] });
    await say(first, '3');
    await told(number, { refunds: [{ amountMinor: '500', lineItemId: '10000000000' }] });
    expect(await amounts(first)).to.deep.equal([93n, 833n]);
    expect(await frozen(first)).to.equal(null);
  });

  it('is said in the currency of the sale', async () => {
    const goods = await api.stage.stockUp(seller, { listedOn: 'mercadolibre' });
    const sale = { goods, unitPriceMinor: 34_990, saleFeeMinor: 4_864, shipTo: berlin };
    const number = await placeOnMercadoLibre(api.stage, seller, sale);
    const [order] = await importFrom(api.stage, seller, 'mercadolibre', number);
    const id = order?.id as OrderId;
    await buy(id);
    await changeOrder(api.stage, 'mercadolibre', number, { status: 'partially_refunded' });
    await importFrom(api.stage, seller, 'mercadolibre', number);
    expect(await say(id, '5000.5', 'CLP')).to.include({ status: 400 });
    await say(id, '5000', 'CLP');
    // 34.99 − 14.49 − 4.86 = 15.64, and 5.00 less.
    expect(await amounts(id)).to.deep.equal([106n, 958n]);
  });
});
