/** Covers: domain/kept-fees.ts, transactions/book-unreturned-fees.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { changeSettings } from '../../../store/accounts/users.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { creditOf } from '../../../store/money/current-account.ts';
import { earnings, totalsOf } from '../../../store/money/earnings.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { legsOfOrder } from '../../../store/payouts/legs.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { refundOf, tell } from '../events/paypal-news.ts';
import { parkedOf, rows } from '../workbench.ts';

/** PayPal keeps 1.54 of 29.99 that are given back. */
describe('a fee that PayPal keeps of a sale that failed', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
  });
  beforeEach(async () => {
    seller = await stage.hireSeller();
    await stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(async () => expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]));

  const failed = async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller, { stock: 0 }));
    await stage.drain();
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    return id;
  };
  const figures = async () => {
    const span = { from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) };
    const [total] = totalsOf(await stage.store.read(em => earnings(em, seller.id, span)));
    return { keptFees: total?.keptFees, ofPlatform: total?.keptFeesOfPlatform };
  };
  const credit = async () => (await stage.store.read(em => creditOf(em, seller.id, 'reseller'))).amountMinor;
  const captureOf = async (id: OrderId) => (await stage.store.read(em => paymentsOf(em, id)))[0]?.reference ?? '';

  it('is its reseller’s: owed by them, in their earnings, and set off against their next sale', async () => {
    const id = await failed();
    expect(await credit()).to.equal(-154n);
    expect(await figures()).to.deep.equal({ keptFees: 154n, ofPlatform: 0n });
    expect(await parkedOf(stage, id)).to.deep.equal([]);
    const next = await stage.paidOrder(await stage.stockUp(seller));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, next.id);
    const legs = await stage.store.read(em => legsOfOrder(em, next.id));
    expect(legs.find(({ beneficiary }) => beneficiary === 'reseller')?.amountMinor).to.equal(1_256n - 154n);
  });

  it('is the platform’s where that was to pay the supplier, and did not', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller, { stock: 0 }));
    await rows(
      stage,
      `update orders set supplier_paid_by = 'platform', status = 'FAILED', reason = 'SUPPLIER_PAYMENT_EXPIRED' where id = ? returning id`,
      [id],
    );
    await rows(
      stage,
      `insert into order_events (order_id, kind, note, detail)
       values (?, 'moved', 'PURCHASING → FAILED', '{"to":"FAILED","reason":"SUPPLIER_PAYMENT_EXPIRED"}') returning id`,
      [id],
    );
    await rows(stage, `update orders set status = 'REFUNDING' where id = ? returning id`, [id]);
    await stage.perform('refund', id);
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect(await credit()).to.equal(0n);
    expect(await figures()).to.deep.equal({ keptFees: 0n, ofPlatform: 154n });
  });

  it('is a cost of the order again when its money comes again, and theirs once that is given back', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller, { stock: 0 }));
    for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, id);
    const captureId = await captureOf(id);
    const { refundId } = await stage.control<{ refundId: string }>('reversal', { captureId });
    await tell(stage, 'PAYMENT.CAPTURE.REVERSED', refundOf(captureId, refundId));
    await stage.perform('refund', id);
    expect(await credit()).to.equal(-154n);
    await stage.control('reversal-won', { captureId });
    await tell(stage, 'PAYMENT.CAPTURE.COMPLETED', { id: captureId });
    expect((await stage.order(id)).reason).to.equal('MONEY_RETURNED');
    expect(await credit()).to.equal(0n);
    await rows(stage, `update orders set status = 'FAILED', reason = 'OUT_OF_STOCK' where id = ? returning id`, [id]);
    await rows(stage, `update orders set status = 'REFUNDING' where id = ? returning id`, [id]);
    await stage.perform('refund', id);
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect(await credit()).to.equal(-154n);
  });
});
