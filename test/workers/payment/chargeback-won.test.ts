/** Covers: workers/payment/won-back.ts, workers/events/paypal-refund.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { creditOf } from '../../../store/money/current-account.ts';
import { addRate } from '../../../store/money/fx.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { refundedOf } from '../../../store/money/refunds.ts';
import { berlin, createStage, type Seller, type Stage } from '../../support/stage.ts';
import { checkProviders } from '../books/check-providers.ts';
import { dispute, openDispute, refundOf, sellerWins, tell } from '../events/paypal-news.ts';
import { legsOf, payLegs } from '../payout/paying-out.ts';
import { changeOrder, importFrom, parkedOf, placeOnEbay, placeOnMercadoLibre } from '../workbench.ts';

/** An order of 29.99 that cost 14.49 and 1.54 in fees: 1.40 for the platform, 12.56 for the reseller. */
describe('money that was reversed and is won back', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    await stage.control('settings', { payoutSettleMs: 0 });
    const rate = { base: 'USD', quote: 'CLP', rate: '1000', source: 'test', asOf: new Date() } as const;
    await stage.store.transaction(em => addRate(em, rate));
  });
  beforeEach(async () => {
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(async () => expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]));

  type Sold = { id: OrderId; captureId: string };
  const sold = async (): Promise<Sold> => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    const [payment] = await stage.store.read(em => paymentsOf(em, id));
    return { id, captureId: payment?.reference ?? '' };
  };
  const shown = async (id: OrderId) =>
    (await legsOf(stage, id)).map(leg => `${leg.beneficiary} ${leg.part} ${leg.status} ${leg.amountMinor}`).toSorted();
  const reversed = async ({ captureId }: Sold, amountMinor?: string) => {
    const { refundId } = await stage.control<{ refundId: string }>('reversal', {
      captureId,
      ...(amountMinor ? { amountMinor } : {}),
    });
    await tell(stage, 'PAYMENT.CAPTURE.REVERSED', refundOf(captureId, refundId));
    return refundId;
  };
  const won = async ({ captureId }: Sold) => {
    await stage.control('reversal-won', { captureId });
    return tell(stage, 'PAYMENT.CAPTURE.COMPLETED', { id: captureId });
  };
  const statusOf = async ({ id }: Sold) => (await stage.store.read(em => paymentsOf(em, id)))[0]?.status;
  const credit = async () => (await stage.store.read(em => creditOf(em, seller.id, 'reseller'))).amountMinor;

  it('lifts the charge of a reseller who was paid, and pays nobody twice', async () => {
    const sale = await sold();
    await payLegs(stage, sale.id);
    await reversed(sale);
    expect(await credit()).to.equal(-2_859n);
    expect(await statusOf(sale)).to.equal('REVERSED');
    for (let times = 0; times < 2; times += 1) await won(sale);
    expect(await credit()).to.equal(0n);
    expect(await statusOf(sale)).to.equal('COMPLETED');
    expect(await shown(sale.id)).to.deep.equal(['admin 1 PAID 140', 'reseller 1 PAID 1256']);
    expect(await checkProviders(stage.context)).to.deep.equal([]);
  });

  it('pays in further parts what was cancelled meanwhile', async () => {
    const sale = await sold();
    await reversed(sale);
    expect(await shown(sale.id)).to.deep.equal(['admin 1 CANCELLED 140', 'reseller 1 CANCELLED 1256']);
    await won(sale);
    await payLegs(stage, sale.id);
    expect(await shown(sale.id)).to.deep.equal([
      'admin 1 CANCELLED 140',
      'admin 2 PAID 140',
      'reseller 1 CANCELLED 1256',
      'reseller 2 PAID 1256',
    ]);
    expect(await credit()).to.equal(0n);
    expect(await parkedOf(stage, sale.id)).to.deep.equal([]);
  });

  it('pays in a further part, under a key of its own, what was won after the rest was paid', async () => {
    const sale = await sold();
    await reversed(sale, '500');
    await payLegs(stage, sale.id);
    await won(sale);
    await payLegs(stage, sale.id);
    expect(await shown(sale.id)).to.deep.equal([
      'admin 1 PAID 90',
      'admin 2 PAID 50',
      'reseller 1 PAID 806',
      'reseller 2 PAID 450',
    ]);
    expect(await credit()).to.equal(0n);
  });

  it('is told by the dispute alone, which the seller wins', async () => {
    const sale = await sold();
    await dispute(stage, sale.captureId, openDispute);
    await reversed(sale, '2000');
    await stage.control('reversal-won', { captureId: sale.captureId });
    await dispute(stage, sale.captureId, sellerWins);
    expect((await stage.order(sale.id)).frozenFor).to.equal(null);
    expect(await shown(sale.id)).to.deep.equal([
      'admin 1 CANCELLED 140',
      'admin 2 PENDING 140',
      'reseller 1 CANCELLED 1256',
      'reseller 2 PENDING 1256',
    ]);
    expect(await statusOf(sale)).to.equal('COMPLETED');
  });

  it('makes a leg that has only shrunk what it was', async () => {
    const sale = await sold();
    await reversed(sale, '500');
    expect(await shown(sale.id)).to.deep.equal(['admin 1 PENDING 90', 'reseller 1 PENDING 806']);
    expect(await statusOf(sale)).to.equal('PARTIALLY_REFUNDED');
    await won(sale);
    expect(await shown(sale.id)).to.deep.equal(['admin 1 PENDING 140', 'reseller 1 PENDING 1256']);
  });

  it('may be reversed again, under the same name, and won again: each is booked once', async () => {
    const sale = await sold();
    await payLegs(stage, sale.id);
    const refundId = await reversed(sale);
    await won(sale);
    // Late, and no news.
    await tell(stage, 'PAYMENT.CAPTURE.REVERSED', refundOf(sale.captureId, refundId));
    expect(await credit()).to.equal(0n);
    await stage.control('reversal', { captureId: sale.captureId, again: refundId });
    for (let times = 0; times < 2; times += 1)
      await tell(stage, 'PAYMENT.CAPTURE.REVERSED', refundOf(sale.captureId, refundId));
    expect(await credit()).to.equal(-2_859n);
    expect(await statusOf(sale)).to.equal('REVERSED');
    await won(sale);
    expect(await credit()).to.equal(0n);
  });

  it('is set off against what the reseller owes from elsewhere before any of it is paid', async () => {
    const [sale, other] = [await sold(), await sold()];
    await payLegs(stage, other.id);
    await reversed(sale);
    await reversed(other);
    await won(sale);
    // −16.03 − 28.59 before; the other sale's 28.59 eat up the 12.56.
    expect(await credit()).to.equal(-1_603n);
    expect(await shown(sale.id)).to.deep.equal(['admin 1 CANCELLED 140', 'reseller 1 CANCELLED 1256']);
  });

  it('is a person’s where the order was given up for want of it', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller, { stock: 0 }));
    await stage.drain();
    const [payment] = await stage.store.read(em => paymentsOf(em, id));
    const lost = { id, captureId: payment?.reference ?? '' };
    await reversed(lost);
    await stage.context.transact(async em => {
      await em.execute(`update orders set status = 'REFUNDING' where id = ?`, [id]);
    });
    await stage.perform('refund', id);
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    await won(lost);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'MONEY_RETURNED' });
  });

  it('lets go on what was stopped while it was being bought', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    await stage.perform('fulfill', id);
    const [payment] = await stage.store.read(em => paymentsOf(em, id));
    const sale = { id, captureId: payment?.reference ?? '' };
    await reversed(sale);
    expect(await stage.order(id)).to.include({ status: 'PURCHASING', frozenFor: 'PAYMENT_REVERSED' });
    await won(sale);
    expect(await stage.order(id)).to.include({ status: 'PURCHASING', frozenFor: null });
    for (const queue of ['purchase', 'create-sale'] as const) await stage.perform(queue, id);
    expect((await stage.order(id)).status).to.equal('PURCHASED');
  });

  it('is so also where it was a refund that has failed after it was done', async () => {
    const sale = await sold();
    const { refundId } = await stage.control<{ refundId: string }>('refund', {
      captureId: sale.captureId,
      amountMinor: '500',
    });
    await tell(stage, 'PAYMENT.CAPTURE.REFUNDED', refundOf(sale.captureId, refundId));
    await stage.control('refund-failed', { refundId });
    for (let times = 0; times < 2; times += 1)
      await tell(stage, 'PAYMENT.REFUND.FAILED', refundOf(sale.captureId, refundId));
    expect(await shown(sale.id)).to.deep.equal(['admin 1 PENDING 140', 'reseller 1 PENDING 1256']);
    expect(await statusOf(sale)).to.equal('COMPLETED');
  });

  describe('at a marketplace', () => {
    const chargedBack = (statusDetail: string) => ({ payment: { status: 'charged_back', statusDetail } });
    const cases = [
      ['mercadolibre', chargedBack('settled'), chargedBack('reimbursed'), 34_990n],
      ['ebay', { paymentStatus: 'FULLY_REFUNDED' }, { paymentStatus: 'PAID' }, 3_299n],
    ] as const;
    for (const [marketplace, lost, again, price] of cases)
      it(`is worth again what it was, however often it goes to and fro (${marketplace})`, async () => {
        const goods = await stage.stockUp(seller, { listedOn: marketplace });
        const number =
          marketplace === 'ebay'
            ? await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_299 }] })
            : await placeOnMercadoLibre(stage, seller, {
                goods,
                unitPriceMinor: 34_990,
                saleFeeMinor: 4_864,
                shipTo: berlin,
              });
        const [order] = await importFrom(stage, seller, marketplace, number);
        if (!order) throw new Error('the sale was not imported');
        const { id, saleCurrency } = order;
        for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
        const dues = async () =>
          (await legsOf(stage, id))
            .filter(({ status }) => status !== 'CANCELLED')
            .map(({ amountMinor }) => amountMinor);
        const back = async () => (await stage.store.read(em => refundedOf(em, id, saleCurrency))).amountMinor;
        const due = await dues();
        for (let times = 0; times < 2; times += 1) {
          await changeOrder(stage, marketplace, number, lost);
          for (let told = 0; told < 2; told += 1) await importFrom(stage, seller, marketplace, number);
          expect(await back()).to.equal(price);
          expect(await dues()).to.deep.equal([]);
          await changeOrder(stage, marketplace, number, again);
          for (let told = 0; told < 2; told += 1) await importFrom(stage, seller, marketplace, number);
          expect(await back()).to.equal(0n);
          expect(await dues()).to.deep.equal(due);
        }
        expect((await stage.order(id)).frozenFor).to.equal(null);
      });
  });
});
