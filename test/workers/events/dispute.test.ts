/** Covers: workers/events/paypal-dispute.ts, transactions/settle-dispute.ts. */
import { expect } from 'chai';
import { Retryable } from '../../../domain/call-outcome.ts';
import type { OrderId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { createStage, type Goods, type Stage } from '../../support/stage.ts';
import { performWith } from '../workbench.ts';
import { buyerWins, dispute, openDispute, refundOf, sellerWins, storeNews, tell } from './paypal-news.ts';

describe('a dispute', () => {
  let stage: Stage;
  let goods: Goods;
  before(async () => {
    stage = await createStage();
    goods = await stage.stockUp(await stage.hireSeller());
  });
  after(() => stage[Symbol.asyncDispose]());

  const paymentOf = async (id: string) => {
    const [payment] = await stage.store.read(em => paymentsOf(em, id as OrderId));
    if (!payment) throw new Error(`${id} has no payment`);
    return payment;
  };
  /** Bought, its sale booked, its legs not paid yet. */
  const sold = async () => {
    const { id } = await stage.paidOrder(goods);
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    return { id, captureId: (await paymentOf(id)).reference };
  };
  const refund = (captureId: string, minor: bigint) => {
    const { paypal } = stage.context.providers;
    const body = paypal.refundBody({ amount: money(minor, 'USD'), customId: `hand-${minor}` });
    return paypal.refundCapture(captureId, `hand-${captureId}-${minor}`, body);
  };

  it('that is settled is not opened again by an answer of PayPal that was read before', async () => {
    const { id, captureId } = await sold();
    await dispute(stage, captureId, openDispute);
    const { id: dispute_id } = await stage.control<{ id: string }>('dispute', { captureId, ...openDispute });
    const event = await storeNews(stage, 'CUSTOMER.DISPUTE.UPDATED', { dispute_id });
    const { paypal } = stage.context.providers;
    let reads = 0;
    const stalled = {
      ...paypal,
      getDispute: async (...ask: Parameters<typeof paypal.getDispute>) => {
        const answer = await paypal.getDispute(...ask);
        reads += 1;
        if (reads === 2) await dispute(stage, captureId, sellerWins);
        return answer;
      },
    };
    const late = await performWith(stage, { providers: { paypal: stalled } }, 'apply-event', event).catch(e => e);
    expect(late).to.be.an.instanceOf(Retryable);
    expect((await stage.order(id)).frozenFor).to.equal(null);
    expect(await stage.perform('apply-event', event)).to.include('seller');
    expect((await stage.order(id)).frozenFor).to.equal(null);
    expect((await paymentOf(id)).status).to.equal('COMPLETED');
  });

  it('that the buyer wins holds the legs until its own refund is booked, whatever went back before', async () => {
    const { id, captureId } = await sold();
    const earlier = await refund(captureId, 500n);
    await tell(stage, 'PAYMENT.CAPTURE.REFUNDED', refundOf(captureId, earlier.id));
    await dispute(stage, captureId, openDispute);
    const own = await refund(captureId, 1_000n);
    await dispute(stage, captureId, buyerWins);
    expect((await stage.order(id)).frozenFor).to.equal('DISPUTE');
    await tell(stage, 'PAYMENT.CAPTURE.REFUNDED', refundOf(captureId, own.id));
    expect((await stage.order(id)).frozenFor).to.equal(null);
  });
});
