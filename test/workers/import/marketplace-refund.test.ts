/** Covers: transactions/settle-marketplace-refund.ts, transactions/undo-purchase.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { accountBalances } from '../../../store/money/ledger.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { legsOfOrder } from '../../../store/payouts/legs.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { changeOrder, importFrom, notesOf, placeOnEbay, placeOnMercadoLibre } from '../workbench.ts';

describe('a sale that its marketplace undoes after it was imported', () => {
  let stage: Stage;
  let seller: Seller;
  beforeEach(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
  });
  afterEach(async () => {
    const found = await stage.store.read(em => checkLedger(em));
    await stage[Symbol.asyncDispose]();
    expect(found).to.deep.equal([]);
  });

  const sold = async () => {
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const number = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_299 }] });
    const told = () => importFrom(stage, seller, 'ebay', number);
    const id = (await told())[0]?.id as OrderId;
    const becomes = async (change: Parameters<typeof changeOrder>[3]) => {
      await changeOrder(stage, 'ebay', number, change);
      await told();
    };
    return { id, becomes, told };
  };
  /** Up to the booked sale, its legs not paid yet. */
  const booked = async () => {
    const sale = await sold();
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, sale.id);
    expect((await legsOf(sale.id)).map(({ status }) => status)).to.deep.equal(['PENDING', 'PENDING']);
    return sale;
  };
  const legsOf = (id: OrderId) => stage.store.read(em => legsOfOrder(em, id));
  const paymentOf = async (id: OrderId) => (await stage.store.read(em => paymentsOf(em, id)))[0]?.status;
  /** What the buyers have paid and not got back. */
  const kept = async () => {
    const balances = await stage.store.read(em => accountBalances(em));
    return balances.find(({ account }) => account === 'buyer-payments')?.balance.amountMinor ?? 0n;
  };

  for (const [what, change] of [
    ['refunded', { paymentStatus: 'FULLY_REFUNDED' }],
    ['cancelled', { cancelState: 'CANCELED' }],
  ] as const)
    it(`pays no share of what was ${what} after the goods were bought, however often that is told`, async () => {
      const { id, becomes, told } = await booked();
      await becomes(change);
      for (let times = 0; times < 2; times += 1) await told();
      expect((await legsOf(id)).map(({ status }) => status)).to.deep.equal(['CANCELLED', 'CANCELLED']);
      expect(await paymentOf(id)).to.equal('REFUNDED');
      expect((await notesOf(stage, id)).filter(note => note.startsWith('refund '))).to.have.length(1);
      const status = what === 'cancelled' ? 'NEEDS_REVIEW' : 'PURCHASED';
      expect(await stage.order(id)).to.include({ status, frozenFor: null });
    });

  it('keeps no money of a sale that was cancelled before anything was bought', async () => {
    const { id, becomes } = await sold();
    expect(await kept()).to.equal(-3_299n);
    await becomes({ cancelState: 'CANCELED' });
    expect((await stage.order(id)).status).to.equal('CANCELLED');
    expect(await paymentOf(id)).to.equal('REFUNDED');
    expect(await kept()).to.equal(0n);
  });

  it('keeps no money of a MercadoLibre sale that was cancelled before anything was bought', async () => {
    const goods = await stage.stockUp(seller, { listedOn: 'mercadolibre' });
    const sale = { goods, unitPriceMinor: 34_990, saleFeeMinor: 4_864 };
    const number = await placeOnMercadoLibre(stage, seller, sale);
    await importFrom(stage, seller, 'mercadolibre', number);
    await changeOrder(stage, 'mercadolibre', number, { status: 'cancelled', tags: [] });
    const [order] = await importFrom(stage, seller, 'mercadolibre', number);
    expect(order?.status).to.equal('CANCELLED');
    expect(await kept()).to.equal(0n);
  });

  it('buys nothing for what was refunded, and asks a person', async () => {
    const { id, becomes } = await sold();
    await becomes({ paymentStatus: 'FULLY_REFUNDED' });
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
    expect(await kept()).to.equal(0n);
  });

  it('holds the shares of what was refunded in part, until a person has looked or all of it is refunded', async () => {
    const { id, becomes, told } = await booked();
    await becomes({ paymentStatus: 'PARTIALLY_REFUNDED' });
    await told();
    for (const leg of await legsOf(id))
      expect(await stage.perform('payout', leg.id)).to.equal('frozen: MARKETPLACE_REFUND');
    expect((await notesOf(stage, id)).filter(note => note.includes('PARTIALLY_REFUNDED'))).to.have.length(1);
    await becomes({ paymentStatus: 'FULLY_REFUNDED' });
    expect((await stage.order(id)).frozenFor).to.equal(null);
    expect((await legsOf(id)).map(({ status }) => status)).to.deep.equal(['CANCELLED', 'CANCELLED']);
  });

  it('asks a person about what had gone back in part before we ever saw it, and books what the buyer paid', async () => {
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const lines = [{ goods, totalMinor: 3_299 }];
    const number = await placeOnEbay(stage, seller, { lines, paymentStatus: 'PARTIALLY_REFUNDED' });
    const [order] = await importFrom(stage, seller, 'ebay', number);
    expect(order).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', frozenFor: 'MARKETPLACE_REFUND' });
    expect(await kept()).to.equal(-3_299n);
    const told = (await notesOf(stage, order?.id ?? '')).filter(note => note.includes('says PARTIALLY_REFUNDED'));
    expect(told).not.to.deep.equal([]);
  });

  it('decides nothing about a refund while goods are being bought', async () => {
    const { id, becomes, told } = await sold();
    await stage.perform('fulfill', id);
    const early = await becomes({ paymentStatus: 'FULLY_REFUNDED' }).catch((error: unknown) => error);
    expect(early).to.include({ code: 'CANCELLED_WHILE_BUYING' });
    expect(await paymentOf(id)).to.equal('COMPLETED');
    await stage.perform('purchase', id);
    await told();
    expect(await paymentOf(id)).to.equal('REFUNDED');
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
  });

  it('books nothing for what had gone back before we ever saw it paid', async () => {
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const lines = [{ goods, totalMinor: 3_299 }];
    const number = await placeOnEbay(stage, seller, { lines, paymentStatus: 'FULLY_REFUNDED' });
    for (let times = 0; times < 2; times += 1) await importFrom(stage, seller, 'ebay', number);
    expect(await kept()).to.equal(0n);
  });
});
