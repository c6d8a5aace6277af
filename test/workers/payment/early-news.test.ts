/** Covers: workers/events/paypal-event.ts, workers/payment/book-paypal-payments.ts. */
import { expect } from 'chai';
import { Retryable } from '../../../domain/call-outcome.ts';
import type { OrderId } from '../../../domain/ids.ts';
import { changeSettings } from '../../../store/accounts/users.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import type { Order } from '../../../store/entities/order.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { wakeOrder } from '../../../store/orders/orders.ts';
import { decideOrder } from '../../../transactions/decisions/decide-order.ts';
import { createStage, type Goods, type Stage } from '../../support/stage.ts';
import { openDispute, refundOf, storeNews, tell } from '../events/paypal-news.ts';
import { fromNow, hourMs, performWith, rows } from '../workbench.ts';

describe('news of money', () => {
  let stage: Stage;
  let goods: Goods;
  let admin: string;
  before(async () => {
    stage = await createStage();
    const seller = await stage.hireSeller();
    await stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
    goods = await stage.stockUp(seller);
    admin = (await rows<{ id: string }>(stage, `select id from users where role = 'admin'`))[0]?.id ?? '';
  });
  beforeEach(() => {
    stage.jobs.length = 0;
  });
  after(async () => {
    const found = await stage.store.read(em => checkLedger(em));
    await stage[Symbol.asyncDispose]();
    expect(found).to.deep.equal([]);
  });

  const paymentsNow = async (id: string) =>
    (await stage.store.read(em => paymentsOf(em, id as OrderId))).map(({ status }) => status);
  const refundsOf = async (id: string) =>
    (await stage.effects('refund')).filter(({ detail }) => detail.customId === id);
  /** What the order's payments and refunds left on the buyers' account. */
  const owed = async (id: string) =>
    rows<{ amount: string }>(
      stage,
      `select sum(p.amount_minor)::text as amount from ledger_postings p join ledger_transactions t on t.id = p.transaction_id
       where t.order_id = ? and p.account = 'buyer-payments'`,
      [id],
    ).then(([row]) => row?.amount ?? null);
  /** The buyer's money is at PayPal, and we do not know. */
  const capturedUnseen = async ({ id, externalOrderId }: Order): Promise<string> => {
    await stage.context.providers.paypal.captureOrder(externalOrderId ?? '', `unseen-${id}`);
    return (await stage.effects('capture')).find(({ detail }) => detail.customId === id)?.reference ?? '';
  };
  const refundedUnseen = async (captureId: string): Promise<object> => {
    const before = new Set((await stage.effects('refund')).map(({ reference }) => reference));
    await stage.control('capture-status', { captureId, status: 'REFUNDED' });
    const refund = (await stage.effects('refund')).find(({ reference }) => !before.has(reference));
    return refundOf(captureId, refund?.reference ?? '');
  };
  /** Its capture was sent, and nobody can tell any more whether it happened. */
  const parkedCapture = async (): Promise<Order> => {
    const order = await stage.checkout(goods);
    await stage.control('faults', { provider: 'paypal', operation: 'capture', kind: 'status', status: 500, times: 1 });
    await stage.perform('capture-payment', order.id);
    await performWith(stage, { now: fromNow(5 * hourMs + 60_000) }, 'capture-payment', order.id);
    expect(await stage.order(order.id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    return order;
  };
  const giveUp = (id: string) =>
    stage.context.transact((em, enqueue) =>
      decideOrder(em, enqueue, id as never, { decision: { decision: 'fail' }, by: admin as never, why: 'looked' }),
    );
  const cancelled = async (): Promise<Order> => {
    const order = await stage.checkout(goods);
    await rows(stage, `update orders set status = 'CANCELLED', next_check_at = null where id = ?`, [order.id]);
    return stage.order(order.id);
  };

  it('that was captured after its order was parked is booked, and goes back when the order is given up', async () => {
    const { id } = await parkedCapture().then(async order => {
      await tell(stage, 'PAYMENT.CAPTURE.COMPLETED', { id: await capturedUnseen(order) });
      return order;
    });
    await stage.drain();
    expect(await paymentsNow(id)).to.deep.equal(['COMPLETED']);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN', nextCheckAt: null });
    await giveUp(id);
    await stage.drain();
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect(await refundsOf(id)).to.have.length(1);
  });

  it('that never came does not hide the money: PayPal is asked before an order is called refunded', async () => {
    const order = await parkedCapture();
    await capturedUnseen(order);
    await giveUp(order.id);
    await stage.drain();
    expect((await stage.order(order.id)).status).to.equal('REFUNDED');
    expect(await refundsOf(order.id)).to.have.length(1);
    expect(await owed(order.id)).to.equal('0');
  });

  it('that nobody paid lets an order that is given up end', async () => {
    const { id } = await parkedCapture();
    await giveUp(id);
    await stage.drain();
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect(await refundsOf(id)).to.deep.equal([]);
  });

  for (const [first, news] of [
    ['the refund', 'told first'],
    ['the payment', 'told after it'],
  ] as const)
    it(`that went back before we had it is booked whole when ${first} is taken first: the refund is ${news}`, async () => {
      const order = await stage.checkout(goods);
      const refund = await refundedUnseen(await capturedUnseen(order));
      const event = await storeNews(stage, 'PAYMENT.CAPTURE.REFUNDED', refund);
      if (first === 'the payment') await stage.perform('capture-payment', order.id);
      await stage.perform('apply-event', event);
      await stage.sweepAndDrain();
      expect(await stage.order(order.id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
      expect(await paymentsNow(order.id)).to.deep.equal(['REFUNDED']);
      expect(await owed(order.id)).to.equal('0');
    });

  for (const first of ['the dispute', 'the payment'] as const)
    it(`that is disputed before we had it buys nothing when ${first} is applied first`, async () => {
      const order = await stage.checkout(goods);
      const captureId = await capturedUnseen(order);
      const { id: dispute_id } = await stage.control<{ id: string }>('dispute', { captureId, ...openDispute });
      const event = await storeNews(stage, 'CUSTOMER.DISPUTE.CREATED', { dispute_id });
      if (first === 'the payment') await stage.perform('capture-payment', order.id);
      await stage.perform('apply-event', event);
      await stage.drain();
      expect(await stage.order(order.id)).to.include({ status: 'NEEDS_REVIEW', frozenFor: 'DISPUTE' });
      expect(await paymentsNow(order.id)).to.deep.equal(['DISPUTED']);
    });

  it('of a payment that cannot be taken now is kept until it can', async () => {
    const order = await stage.checkout(goods);
    const refund = await refundedUnseen(await capturedUnseen(order));
    const blind = { ...stage.context.providers.paypal, getOrder: async () => undefined };
    const event = await storeNews(stage, 'PAYMENT.CAPTURE.REFUNDED', refund);
    const failure = await performWith(stage, { providers: { paypal: blind } }, 'apply-event', event).catch(e => e);
    expect(failure).to.be.an.instanceOf(Retryable);
    await stage.sweepAndDrain();
    expect(await paymentsNow(order.id)).to.deep.equal(['REFUNDED']);
  });

  for (const status of ['CANCELLED', 'NEEDS_REVIEW'] as const)
    it(`for an order ${status} outlives the queue`, async () => {
      const order = status === 'CANCELLED' ? await cancelled() : await parkedCapture();
      await tell(stage, 'PAYMENT.CAPTURE.COMPLETED', { id: await capturedUnseen(order) });
      expect(stage.jobs.map(({ queue }) => queue)).to.deep.equal(['capture-payment']);
      stage.jobs.length = 0;
      await stage.sweepAndDrain();
      expect(await paymentsNow(order.id)).to.deep.equal(['COMPLETED']);
      expect((await stage.order(order.id)).nextCheckAt).to.equal(null);
    });

  it('that turns out to be none leaves a cancelled order alone, and is not asked for again', async () => {
    const { id } = await cancelled();
    await stage.store.transaction(em => wakeOrder(em, id));
    expect(await stage.sweepAndDrain()).to.include('capture-payment: CANCELLED, and nothing was captured');
    expect(await stage.order(id)).to.include({ status: 'CANCELLED', nextCheckAt: null });
    expect((await stage.sweepAndDrain()).filter(answer => answer.startsWith('capture-payment'))).to.deep.equal([]);
  });

  it('is booked for no order that has moved on since it was read', async () => {
    const order = await cancelled();
    await rows(stage, `update orders set status = 'NEEDS_REVIEW', reason = 'PROGRAM_ERROR' where id = ?`, [order.id]);
    await capturedUnseen(order);
    const { paypal } = stage.context.providers;
    const slow = {
      ...paypal,
      getOrder: async (...ask: Parameters<typeof paypal.getOrder>) => {
        const shown = await paypal.getOrder(...ask);
        await rows(stage, 'update orders set fence = fence + 1 where id = ?', [order.id]);
        return shown;
      },
    };
    const answer = await performWith(stage, { providers: { paypal: slow } }, 'capture-payment', order.id);
    expect(answer).to.equal('another run owns the order now');
    expect(await paymentsNow(order.id)).to.deep.equal([]);
  });
});
