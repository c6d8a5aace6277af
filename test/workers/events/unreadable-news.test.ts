/** Covers: workers/events/unreadable-event.ts, workers/events/apply-event.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { evidenceOf } from '../../../store/orders/evidence.ts';
import { legsOfOrder } from '../../../store/payouts/legs.ts';
import { createStage, type Goods, type Stage } from '../../support/stage.ts';
import { fromNow, hourMs, orderToBuy, performWith, rows } from '../workbench.ts';
import { refundOf, storeNews } from './paypal-news.ts';

describe('news of PayPal’s that cannot be read back', () => {
  let stage: Stage;
  let goods: Goods;
  before(async () => {
    stage = await createStage();
    goods = await stage.stockUp(await stage.hireSeller());
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(async () => {
    await fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
    stage.jobs.length = 0;
    expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]);
  });

  const captureOf = async (id: string): Promise<string> =>
    (await stage.effects('capture')).find(({ detail }) => detail.customId === id)?.reference ?? '';
  const booked = async (): Promise<OrderId> => {
    const { id } = await orderToBuy(stage, goods);
    for (const queue of ['purchase', 'create-sale'] as const) await stage.perform(queue, id);
    return id;
  };
  const giveBack = async (captureId: string) => {
    const { paypal } = stage.context.providers;
    const body = paypal.refundBody({ amount: money(500n, 'USD'), customId: 'by-hand' });
    return (await paypal.refundCapture(captureId, `by-hand-${captureId}`, body)).id;
  };
  const reshape = (operation: string, patch: readonly object[]) =>
    stage.control('faults', { provider: 'paypal', operation, kind: 'reshape', patch, times: 50 });
  const apply = (eventId: string, hours = 0) =>
    performWith(stage, { now: fromNow(hours * hourMs) }, 'apply-event', eventId).catch(
      (error: Error) => `threw ${error.message}`,
    );
  const statusOf = async (eventId: string) =>
    (await rows<{ status: string }>(stage, 'select status from inbound_events where id = ?', [eventId]))[0]?.status;

  it('is tried again for an hour; then its order is a person’s, with the answer, and no share of it is paid', async () => {
    const id = await booked();
    const captureId = await captureOf(id);
    const refundId = await giveBack(captureId);
    await reshape('get-refund', [{ op: 'replace', path: '/amount', value: 'five dollars' }]);
    const eventId = await storeNews(stage, 'PAYMENT.CAPTURE.REFUNDED', refundOf(captureId, refundId));
    expect(await apply(eventId)).to.include('threw PAYPAL_MALFORMED_ANSWER');
    expect(await statusOf(eventId)).to.equal('RECEIVED');
    expect(await apply(eventId, 1)).to.include('cannot be read');
    expect(await statusOf(eventId)).to.equal('APPLIED');
    expect(await stage.order(id)).to.include({
      status: 'NEEDS_REVIEW',
      reason: 'UNREADABLE_ANSWER',
      frozenFor: 'PAYMENT_REVERSED',
    });
    const [kept] = await stage.store.read(em => evidenceOf(em, id));
    expect(kept).to.include({ kind: 'answer', step: 'PAYMENT.CAPTURE.REFUNDED', reason: 'PAYPAL_MALFORMED_ANSWER' });
    for (const { id: legId } of await stage.store.read(em => legsOfOrder(em, id)))
      expect(await stage.perform('payout', legId)).to.equal('frozen: PAYMENT_REVERSED');
  });

  it('of a refund of somebody else’s without its amount is such a one', async () => {
    const id = await booked();
    const captureId = await captureOf(id);
    const refundId = await giveBack(captureId);
    await reshape('get-refund', [{ op: 'remove', path: '/amount' }]);
    const eventId = await storeNews(stage, 'PAYMENT.CAPTURE.REFUNDED', refundOf(captureId, refundId));
    expect(await apply(eventId)).to.include('threw PAYPAL_REFUND_WITHOUT_AMOUNT');
    expect(await apply(eventId, 1)).to.include('cannot be read');
    expect((await stage.order(id)).status).to.equal('NEEDS_REVIEW');
  });

  for (const [what, patch] of [
    ['transactions that are no list', [{ op: 'replace', path: '/disputed_transactions', value: {} }]],
    ['one transaction that cannot be read', [{ op: 'add', path: '/disputed_transactions/1', value: 7 }]],
    ['movements of money of which one cannot be read', [{ op: 'add', path: '/money_movements', value: [7] }]],
    [
      'fees in two currencies',
      [
        {
          op: 'add',
          path: '/money_movements',
          value: ['USD', 'EUR'].map(currency_code => ({
            affected_party: 'SELLER',
            reason: 'DISPUTE_FEE',
            type: 'DEBIT',
            amount: { value: '5.00', currency_code },
          })),
        },
      ],
    ],
  ] as const)
    it(`of a dispute with ${what} freezes its order after the hour`, async () => {
      const id = await booked();
      const captureId = await captureOf(id);
      const { id: dispute_id } = await stage.control<{ id: string }>('dispute', { captureId, status: 'OPEN' });
      await reshape('get-dispute', [...patch]);
      const disputed_transactions = [{ seller_transaction_id: captureId }];
      const eventId = await storeNews(stage, 'CUSTOMER.DISPUTE.CREATED', { dispute_id, disputed_transactions });
      expect(await apply(eventId)).to.include('threw PAYPAL_MALFORMED_ANSWER');
      expect(await apply(eventId, 1)).to.include('cannot be read');
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', frozenFor: 'PAYMENT_REVERSED' });
    });

  it('is given up after the hour when it is about nothing that PayPal knows, and about no order', async () => {
    const eventId = await storeNews(stage, 'PAYMENT.CAPTURE.COMPLETED', { id: '2GG279541U471931P' });
    expect(await apply(eventId)).to.include('threw PAYPAL_RESOURCE_NOT_FOUND');
    expect(await apply(eventId, 1)).to.include('cannot be read');
    expect(await statusOf(eventId)).to.equal('APPLIED');
  });

  it('is tried as long as PayPal is only away', async () => {
    const id = await booked();
    await stage.control('faults', {
      provider: 'paypal',
      operation: 'get-capture',
      kind: 'status',
      status: 503,
      times: 9,
    });
    const eventId = await storeNews(stage, 'PAYMENT.CAPTURE.COMPLETED', { id: await captureOf(id) });
    expect(await apply(eventId, 5)).to.include('threw PAYPAL_SERVER_ERROR');
    expect(await statusOf(eventId)).to.equal('RECEIVED');
    expect((await stage.order(id)).status).to.equal('PURCHASED');
  });

  it('is no trouble of our own refund: what PayPal leaves out of it we have asked for ourselves', async () => {
    const { id } = await stage.paidOrder(goods);
    await rows(stage, `update orders set status = 'FAILED', reason = 'OUT_OF_STOCK' where id = ?`, [id]);
    await rows(stage, `update orders set status = 'REFUNDING', reason = null where id = ?`, [id]);
    await reshape('refund', [
      { op: 'remove', path: '/amount' },
      { op: 'remove', path: '/status' },
      { op: 'replace', path: '/links', value: null },
    ]);
    await reshape('get-refund', [
      { op: 'remove', path: '/amount' },
      { op: 'replace', path: '/custom_id', value: null },
      { op: 'replace', path: '/links', value: 'none' },
    ]);
    await stage.perform('refund', id);
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect(
      await rows(stage, 'select amount_minor::text as amount from refunds where order_id = ?', [id]),
    ).to.deep.equal([{ amount: '2999' }]);
  });
});
