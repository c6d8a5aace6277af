/** Covers: store/money/refunds.ts, store/money/left-of-sale.ts. */
import { expect } from 'chai';
import type { OrderId, UserId } from '../../../domain/ids.ts';
import { changeSettings } from '../../../store/accounts/users.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { refundedOf } from '../../../store/money/refunds.ts';
import type { DecisionRefused } from '../../../transactions/decision-refused.ts';
import { decideOrder } from '../../../transactions/decisions/decide-order.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { checkProviders } from '../books/check-providers.ts';
import { refundOf, tell } from '../events/paypal-news.ts';
import { intentsOf, rows } from '../workbench.ts';

describe('what is left of a payment is a sum', () => {
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

  const captureOf = async (id: OrderId) => (await stage.store.read(em => paymentsOf(em, id)))[0]?.reference ?? '';
  const back = async (id: OrderId) => (await stage.store.read(em => refundedOf(em, id, 'USD'))).amountMinor;
  const refunds = async (id: OrderId) =>
    (await stage.effects('refund'))
      .filter(({ detail }) => detail.customId === id)
      .map(({ amountMinor }) => amountMinor);
  /** Told at once, or not before somebody asks. */
  const reversed = async (id: OrderId, amountMinor: string, told = true) => {
    const captureId = await captureOf(id);
    const { refundId } = await stage.control<{ refundId: string }>('reversal', { captureId, amountMinor });
    if (told) await tell(stage, 'PAYMENT.CAPTURE.REVERSED', refundOf(captureId, refundId));
    return refundId;
  };
  /** Failed, its refund still to be made. */
  const failed = async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller, { stock: 0 }));
    for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, id);
    expect((await stage.order(id)).status).to.equal('REFUNDING');
    return id;
  };

  it('5.00 of 29.99 are reversed: 24.99 are still here, and a failed order gives them back', async () => {
    const id = await failed();
    await reversed(id, '500');
    await stage.drain();
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect(await refunds(id)).to.deep.equal(['2499']);
    expect(await back(id)).to.equal(2_999n);
    expect(await checkProviders(stage.context)).to.deep.equal([]);
  });

  it('a payment of which nobody has told how much was reversed is given back only when that is told', async () => {
    const id = await failed();
    // As it was read before the reversal told how much it is.
    const refundId = await reversed(id, '500', false);
    await rows(stage, `update payments set status = 'REVERSED' where order_id = ? returning id`, [id]);
    await stage.perform('refund', id);
    expect((await stage.order(id)).status).to.equal('REFUNDING');
    expect(await refunds(id)).to.deep.equal([]);
    await tell(stage, 'PAYMENT.CAPTURE.REVERSED', refundOf(await captureOf(id), refundId));
    await stage.perform('refund', id);
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect(await back(id)).to.equal(2_999n);
  });

  it('all of a payment went back in two parts: nothing is left to be bought for, whatever it is called', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    await reversed(id, '2000');
    await reversed(id, '999');
    // A word that once meant that money is here.
    await rows(stage, `update payments set status = 'PARTIALLY_REFUNDED' where order_id = ? returning id`, [id]);
    const decision = { decision: { decision: 'buy-again' as const }, by: seller.id as UserId, why: 'it is mine' };
    const again = stage.store.transaction(em => decideOrder(em, () => undefined, id, decision));
    expect(await again.catch((error: DecisionRefused) => error.code)).to.equal('NOT_PAID');
    expect((await stage.order(id)).status).to.equal('NEEDS_REVIEW');
  });

  it('what is left after a reversal is bought for once a person has decided so', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    await reversed(id, '500');
    expect((await stage.order(id)).status).to.equal('NEEDS_REVIEW');
    const decision = { decision: { decision: 'buy-again' as const }, by: seller.id as UserId, why: 'it pays' };
    await stage.store.transaction(em => decideOrder(em, () => undefined, id, decision));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    expect((await stage.order(id)).status).to.equal('PURCHASED');
  });

  it('a reversal is won while the rest is on its way back: nothing is kept without a person', async () => {
    const id = await failed();
    await reversed(id, '500');
    const captureId = await captureOf(id);
    const { paypal } = stage.context.providers;
    const { clientId } = stage.config.paypal;
    expect(clientId).not.to.equal('');
    await stage.control('faults', { provider: 'paypal', operation: 'refund', kind: 'drop-reply', times: 1 });
    await stage.perform('refund', id);
    expect(await intentsOf(stage, 'refund', id)).to.have.length(1);
    await stage.control('reversal-won', { captureId });
    await tell(stage, 'PAYMENT.CAPTURE.COMPLETED', { id: captureId });
    expect((await paypal.getCapture(captureId)).status).to.equal('PARTIALLY_REFUNDED');
    await stage.sweepAndDrain();
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'REFUND_FAILED' });
  });
});
