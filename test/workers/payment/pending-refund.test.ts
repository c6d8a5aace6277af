/** Covers: workers/events/paypal-refund.ts, workers/payment/refunded-at-paypal.ts. */
import { expect } from 'chai';
import { NotNow } from '../../../domain/call-outcome.ts';
import type { OrderId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import type { Context } from '../../../workers/context/context.ts';
import { createStage, type Goods, type Stage } from '../../support/stage.ts';
import { refundOf, storeNews } from '../events/paypal-news.ts';
import { legsOf } from '../payout/paying-out.ts';
import { performWith } from '../workbench.ts';

/** 5.00 of an order's 29.99, given back by its seller on PayPal's own pages. */
describe('a refund of the seller’s that PayPal has not carried out yet', () => {
  let stage: Stage;
  let goods: Goods;
  before(async () => {
    stage = await createStage();
    goods = await stage.stockUp(await stage.hireSeller());
  });
  beforeEach(() => {
    stage.jobs.length = 0;
  });
  after(() => stage[Symbol.asyncDispose]());

  const told = async (id: string, type = 'PAYMENT.CAPTURE.REFUNDED') => {
    const [payment] = await stage.store.read(em => paymentsOf(em, id as OrderId));
    const captureId = payment?.reference ?? '';
    const { paypal } = stage.context.providers;
    const body = paypal.refundBody({ amount: money(500n, 'USD'), customId: 'by-hand' });
    const refund = await paypal.refundCapture(captureId, `by-hand-${captureId}`, body);
    return storeNews(stage, type, refundOf(captureId, refund.id));
  };
  const saying = (status: string): Partial<Context['providers']> => {
    const { paypal } = stage.context.providers;
    return { paypal: { ...paypal, getRefund: async (...ask) => ({ ...(await paypal.getRefund(...ask)), status }) } };
  };
  const apply = (event: string, status: string) =>
    performWith(stage, { providers: saying(status) }, 'apply-event', event).catch(error => error);
  const sold = async () => {
    const { id } = await stage.paidOrder(goods);
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    return id;
  };

  for (const type of ['PAYMENT.CAPTURE.REFUNDED', 'PAYMENT.REFUND.PENDING'])
    it(`holds the legs, told as ${type}, and is asked after until it is done`, async () => {
      const id = await sold();
      const event = await told(id, type);
      for (let looks = 0; looks < 2; looks += 1) {
        const held = await apply(event, 'PENDING');
        expect(held).to.be.an.instanceOf(NotNow);
        expect(held.retryAfterMs).to.equal(3_600_000);
      }
      for (const leg of await legsOf(stage, id))
        expect(await stage.perform('payout', leg.id)).to.equal('frozen: REFUND_PENDING');
      await stage.perform('apply-event', event);
      expect((await stage.order(id)).frozenFor).to.equal(null);
      // 8.96 profit, 0.90 for the platform, 8.06 for the reseller.
      expect((await legsOf(stage, id)).map(({ amountMinor }) => amountMinor)).to.deep.equal([90n, 806n]);
    });

  it('stops nothing when it fails', async () => {
    const { id } = await stage.paidOrder(goods);
    const event = await told(id);
    await apply(event, 'PENDING');
    expect(await stage.order(id)).to.include({ status: 'PAID', frozenFor: 'REFUND_PENDING' });
    expect(await apply(event, 'FAILED')).to.include('is FAILED');
    expect(await stage.order(id)).to.include({ status: 'PAID', frozenFor: null });
  });

  it('buys nothing meanwhile', async () => {
    const { id } = await stage.paidOrder(goods);
    await apply(await told(id), 'PENDING');
    for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', frozenFor: 'REFUND_PENDING' });
  });
});
