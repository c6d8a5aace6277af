import { expect } from 'chai';
import { Unreadable } from '../../../domain/call-outcome.ts';
import { money } from '../../../domain/money.ts';
import { captureNews } from '../../../workers/payment/paypal-status.ts';
import { createStage, type Goods, type Stage } from '../../support/stage.ts';
import { type Changes, fromNow, hourMs, intentsOf, notesOf, performWith, rows } from '../workbench.ts';

describe('capture-payment', () => {
  let stage: Stage;
  let goods: Goods;
  before(async () => {
    stage = await createStage();
    goods = await stage.stockUp(await stage.hireSeller());
  });
  after(() => stage[Symbol.asyncDispose]());

  const capture = (id: string, changes: Changes = {}) => performWith(stage, changes, 'capture-payment', id);
  const capturedFor = async (id: string) =>
    (await stage.effects('capture')).filter(({ detail }) => detail.customId === id).length;
  const paymentsOf = (id: string) =>
    rows<{ status: string; amount: string; fee: string | null }>(
      stage,
      'select status, amount_minor::text as amount, fee_minor::text as fee from payments where order_id = ?',
      [id],
    );
  const decide = (paypalOrderId: string | null | undefined, outcome: object) =>
    stage.control('capture-outcome', { paypalOrderId, ...outcome });
  const fault = (kind: string, change: object = {}) =>
    stage.control('faults', { provider: 'paypal', operation: 'capture', kind, times: 1, ...change });
  /** The order is cancelled, as an operator may do it. */
  const cancel = (id: string) => rows(stage, `update orders set status = 'CANCELLED' where id = ?`, [id]);

  it('captures what the buyer approved, books it with PayPal’s fee, and hands over to fulfill', async () => {
    const { id } = await stage.checkout(goods, { quantity: 2 });
    stage.jobs.length = 0;
    await capture(id);
    const order = await stage.order(id);
    expect(order).to.include({ status: 'PAID' });
    expect(order.paidAt).to.be.an.instanceOf(Date);
    expect(await paymentsOf(id)).to.deep.equal([{ status: 'COMPLETED', amount: '5998', fee: '258' }]);
    expect(stage.jobs.map(({ queue }) => queue)).to.deep.equal(['fulfill']);
    const postings = await rows<{ account: string; amount: string }>(
      stage,
      `select account, amount_minor::text as amount from ledger_postings p
       join ledger_transactions t on t.id = p.transaction_id where t.order_id = ? order by p.id`,
      [id],
    );
    expect(postings).to.deep.equal([
      { account: 'cash:paypal', amount: '5740' },
      { account: 'fees:payment', amount: '258' },
      { account: 'buyer-payments', amount: '-5998' },
    ]);
  });

  it('books money that went back before we saw it, and has a person look: nothing is bought for it', async () => {
    const { id, externalOrderId } = await stage.checkout(goods);
    await stage.context.providers.paypal.captureOrder(externalOrderId ?? '', 'by-another-hand');
    const [taken] = (await stage.effects('capture')).filter(({ detail }) => detail.customId === id);
    await stage.control('capture-status', { captureId: taken?.reference, status: 'REFUNDED' });
    await capture(id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
    expect(await paymentsOf(id)).to.deep.equal([{ status: 'REFUNDED', amount: '2999', fee: '154' }]);
    const booked = await rows<{ amount: string }>(
      stage,
      `select p.amount_minor::text as amount from ledger_postings p join ledger_transactions t on t.id = p.transaction_id
       where t.order_id = ? and p.account = 'buyer-payments' order by p.amount_minor`,
      [id],
    );
    expect(booked, 'it came, and went back').to.deep.equal([{ amount: '-2999' }, { amount: '2999' }]);
  });

  it('asks four times after an order whose buyer left, and not each quarter of an hour', async () => {
    const { id, createdAt } = await stage.checkout(goods, { approve: false });
    const nextAge = async () => ((await stage.order(id)).nextCheckAt?.getTime() ?? 0) - createdAt.getTime();
    const ages: number[] = [];
    for (let age = 0; age < 24 * hourMs; age = await nextAge()) {
      const told = await performWith(stage, { now: new Date(createdAt.getTime() + age) }, 'capture-payment', id);
      expect(told).to.equal('the buyer has not approved yet');
      expect((await stage.order(id)).status).to.equal('CREATED');
      ages.push(Math.round((await nextAge()) / 60_000));
    }
    expect(ages).to.deep.equal([10, 60, 180, 270, 360, 375, 1_440]);
    expect(await capturedFor(id)).to.equal(0);
  });

  it('takes the money that somebody captured before', async () => {
    const order = await stage.checkout(goods);
    await stage.context.providers.paypal.captureOrder(order.externalOrderId ?? '', 'by-hand');
    await capture(order.id);
    expect(await stage.order(order.id)).to.include({ status: 'PAID' });
    expect(await capturedFor(order.id)).to.equal(1);
    expect(await intentsOf(stage, 'capture', order.id)).to.deep.equal([]);
  });

  it('does not take a pending payment for paid, and takes it when it is completed', async () => {
    const order = await stage.checkout(goods);
    await decide(order.externalOrderId, { status: 'PENDING' });
    expect(await capture(order.id)).to.equal('PayPal holds the payment: PENDING is not paid');
    expect((await stage.order(order.id)).status).to.equal('CREATED');
    expect(await paymentsOf(order.id)).to.deep.include({ status: 'PENDING', amount: '2999', fee: null });

    const [effect] = (await stage.effects('capture')).filter(({ detail }) => detail.customId === order.id);
    await stage.control('capture-status', { captureId: effect?.reference, status: 'COMPLETED' });
    await capture(order.id);
    expect((await stage.order(order.id)).status).to.equal('PAID');
    expect(await paymentsOf(order.id)).to.deep.equal([{ status: 'COMPLETED', amount: '2999', fee: '154' }]);
    expect(await capturedFor(order.id)).to.equal(1);
  });

  it('keeps an order open whose payment is declined, for the buyer to try again', async () => {
    const order = await stage.checkout(goods);
    await decide(order.externalOrderId, { issue: 'INSTRUMENT_DECLINED' });
    expect(await capture(order.id)).to.include('PAYPAL_INSTRUMENT_DECLINED');
    const open = await stage.order(order.id);
    expect(open.status).to.equal('CREATED');
    expect((open.nextCheckAt?.getTime() ?? 0) - order.createdAt.getTime()).to.equal(6 * hourMs);

    await capture(order.id);
    expect((await stage.order(order.id)).status, 'not before the buyer has chosen another way to pay').to.equal(
      'CREATED',
    );
    await stage.control('approve', { paypalOrderId: order.externalOrderId });
    await capture(order.id);
    expect((await stage.order(order.id)).status).to.equal('PAID');
    const intents = await intentsOf(stage, 'capture', order.id);
    expect(intents.map(({ status }) => status)).to.deep.equal(['DISPROVEN', 'DISPROVEN', 'DONE']);
  });

  it('books another amount than was due, and asks a person', async () => {
    const order = await stage.checkout(goods);
    await decide(order.externalOrderId, { status: 'COMPLETED', amountMinor: '2998' });
    await capture(order.id);
    expect(await stage.order(order.id)).to.include({ status: 'NEEDS_REVIEW', reason: 'WRONG_AMOUNT' });
    expect(await paymentsOf(order.id)).to.deep.include({ status: 'COMPLETED', amount: '2998', fee: '154' });
    expect((await notesOf(stage, order.id)).at(-1)).to.include('29.98 USD arrived where 29.99 USD was due');
  });

  it('books money for a cancelled order, and asks a person', async () => {
    const order = await stage.checkout(goods);
    await cancel(order.id);
    await stage.context.providers.paypal.captureOrder(order.externalOrderId ?? '', 'late');
    await capture(order.id);
    expect(await stage.order(order.id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAID_AFTER_CANCEL' });
    expect(await paymentsOf(order.id)).to.have.length(1);
  });

  it('captures nothing for a cancelled order', async () => {
    const order = await stage.checkout(goods);
    await cancel(order.id);
    expect(await capture(order.id)).to.equal('CANCELLED, and nothing was captured');
    expect(await capturedFor(order.id)).to.equal(0);
  });

  it('cancels an order that PayPal does not know, but only when its time is over', async () => {
    const order = await stage.checkout(goods, { approve: false });
    await rows(stage, 'update orders set external_order_id = null where id = ?', [order.id]);
    expect(await capture(order.id, { now: fromNow(5 * hourMs) })).to.equal('PayPal does not know the order yet');
    expect((await stage.order(order.id)).status).to.equal('CREATED');
    await capture(order.id, { now: fromNow(7 * hourMs) });
    expect((await stage.order(order.id)).status).to.equal('CANCELLED');
    expect(await capture(order.id)).to.equal('CANCELLED, and PayPal knows of nothing');
  });

  it('finds a capture whose answer was lost, and closes its intent', async () => {
    const order = await stage.checkout(goods);
    await fault('drop-reply');
    expect(await capture(order.id)).to.match(/^uncertain \(PAYPAL_NO_ANSWER\)/);
    await capture(order.id);
    expect((await stage.order(order.id)).status).to.equal('PAID');
    expect(await capturedFor(order.id)).to.equal(1);
    expect((await intentsOf(stage, 'capture', order.id)).map(({ status, sends }) => [status, sends])).to.deep.equal([
      ['DONE', 1],
    ]);
  });

  it('sends the same capture again when it provably did not happen, with the same key', async () => {
    const order = await stage.checkout(goods);
    await fault('status', { status: 500 });
    expect(await capture(order.id)).to.match(/^uncertain/);
    await capture(order.id);
    expect((await stage.order(order.id)).status).to.equal('PAID');
    expect(await capturedFor(order.id)).to.equal(1);
    expect((await intentsOf(stage, 'capture', order.id)).map(({ sends }) => sends)).to.deep.equal([2]);
  });

  it('asks a person rather than sending a key that PayPal may have forgotten', async () => {
    const order = await stage.checkout(goods);
    await fault('status', { status: 500 });
    await capture(order.id);
    await capture(order.id, { now: fromNow(5 * hourMs + 60_000) });
    expect(await stage.order(order.id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect(await capturedFor(order.id)).to.equal(0);
  });

  it('does not take a capture that PayPal is still at work on for one that never left', async () => {
    const order = await stage.checkout(goods);
    await decide(order.externalOrderId, { issue: 'ORDER_COMPLETION_IN_PROGRESS' });
    expect(await capture(order.id)).to.match(/^uncertain \(PAYPAL_ORDER_COMPLETION_IN_PROGRESS\)/);
    const intents = await intentsOf(stage, 'capture', order.id);
    expect(intents.map(({ status, lastSentAt }) => [status, lastSentAt instanceof Date])).to.deep.equal([
      ['OPEN', true],
    ]);
    await capture(order.id);
    expect(await capturedFor(order.id)).to.equal(1);
  });

  it('captures once when several runs are at it together, and does nothing afterwards', async () => {
    const order = await stage.checkout(goods);
    await Promise.all(Array.from({ length: 5 }, () => capture(order.id)));
    await capture(order.id);
    expect((await stage.order(order.id)).status).to.equal('PAID');
    expect(await capturedFor(order.id)).to.equal(1);
    expect(await capture(order.id)).to.match(/^nothing to do/);
  });

  const shows = (body: object, times = 9) =>
    stage.control('faults', { provider: 'paypal', operation: 'get-order', kind: 'answer', status: 200, body, times });
  const lift = () => fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
  afterEach(lift);

  it('asks again for a payment that was captured and is not shown, and has a person look after an hour', async () => {
    const order = await stage.checkout(goods);
    const died = new Error('died');
    const failpoint: Changes['failpoint'] = name => {
      if (name === 'effect-closed') throw died;
    };
    expect(await capture(order.id, { failpoint }).catch((error: unknown) => error)).to.equal(died);
    await shows({ id: order.externalOrderId, status: 'APPROVED', purchase_units: [{ payments: null }] });
    const asked = (changes?: Changes) => capture(order.id, changes).catch((error: Error) => error.message);
    expect(await asked()).to.include('PAYPAL_CAPTURE_NOT_SHOWN');
    expect((await stage.order(order.id)).status).to.equal('CREATED');
    expect(await asked({ now: fromNow(hourMs) })).to.include('NEEDS_REVIEW (UNREADABLE_ANSWER)');
    await lift();
    expect(await capturedFor(order.id)).to.equal(1);
    await capture(order.id);
    expect(await paymentsOf(order.id), 'what comes is booked all the same').to.have.length(1);
  });

  it('does not take an order for unpaid that PayPal has forgotten while a capture of it is in doubt', async () => {
    const order = await stage.checkout(goods);
    await fault('drop-reply');
    await capture(order.id);
    await stage.control('faults', {
      provider: 'paypal',
      operation: 'get-order',
      kind: 'answer',
      status: 404,
      body: { name: 'RESOURCE_NOT_FOUND' },
      times: 9,
    });
    const asked = (hours: number) =>
      capture(order.id, { now: fromNow(hours * hourMs) }).catch((error: Error) => error.message);
    expect(await asked(0)).to.include('PAYPAL_CAPTURE_NOT_SHOWN');
    expect(await asked(1)).to.include('NEEDS_REVIEW (UNREADABLE_ANSWER)');
    await lift();
  });

  it('gives up an order after a day that PayPal goes on showing unapproved', async () => {
    const order = await stage.checkout(goods, { approve: false });
    await shows({ id: order.externalOrderId, status: 'PAYER_ACTION_REQUIRED', purchase_units: [{}] });
    expect(await capture(order.id, { now: fromNow(23 * hourMs) })).to.equal('the buyer has not approved yet');
    expect(await capture(order.id, { now: fromNow(24.1 * hourMs) })).to.equal('CANCELLED');
    await lift();
  });

  it('gives up an order whose capture ended declined, and does not ask after it for ever', async () => {
    const order = await stage.checkout(goods);
    await decide(order.externalOrderId, { status: 'DECLINED' });
    expect(await capture(order.id)).to.equal('the payment was declined; the buyer may begin again');
    const { nextCheckAt } = await stage.order(order.id);
    expect((nextCheckAt?.getTime() ?? 0) - order.createdAt.getTime()).to.be.within(
      6 * hourMs - 1000,
      6 * hourMs + 60_000,
    );
    expect(await capture(order.id, { now: fromNow(6.1 * hourMs) })).to.equal('CANCELLED');
  });

  it('is a person’s when PayPal refuses for a day to show an order that may be paid', async () => {
    const order = await stage.checkout(goods);
    const body = { name: 'AUTHORIZATION_ERROR', message: 'Authorization error occurred', debug_id: 'd' };
    await stage.control('faults', {
      provider: 'paypal',
      operation: 'get-order',
      kind: 'answer',
      status: 403,
      body,
      times: 9,
    });
    expect(await capture(order.id)).to.include('PayPal does not show its order: PAYPAL_AUTHORIZATION_ERROR');
    expect(await capture(order.id, { now: fromNow(24.1 * hourMs) })).to.include('NEEDS_REVIEW (UNREADABLE_ANSWER)');
    await lift();
  });

  it('takes a status that it does not know for neither money nor none: a person looks', () => {
    const known = { id: '3C6', amount: money(2_999n, 'USD') };
    expect(() => captureNews({ ...known, status: 'QUANTUM' })).to.throw(Unreadable, 'capture 3C6 is QUANTUM');
  });
});
