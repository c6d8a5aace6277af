import { expect } from 'chai';
import type { Order } from '../../../store/entities/order.ts';
import { findLeg, legsOfOrder } from '../../../store/payouts/legs.ts';
import { freePort } from '../../support/free-port.ts';
import { createStage, type Goods, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { intentsOf, orderToBuy, performWith, rows } from '../workbench.ts';
import { type Letter, openPostBox, type PostBox } from './post-box.ts';

describe('apply-event', () => {
  let stage: Stage;
  let box: PostBox;
  let goods: Goods;
  before(async () => {
    stage = await createStage({ PORT: String(await freePort()) });
    box = await openPostBox(stage);
    await stage.control('settings', { payoutSettleMs: 0 });
    goods = await stage.stockUp(await stage.hireSeller());
  });
  beforeEach(() => {
    stage.jobs.length = 0;
  });
  after(async () => {
    await box[Symbol.asyncDispose]();
    await stage[Symbol.asyncDispose]();
  });

  const captureOf = async (id: string): Promise<string> =>
    (await stage.effects('capture')).find(({ detail }) => detail.customId === id)?.reference ?? '';
  const eventStatus = (letter: Letter) =>
    rows<{ status: string; note: string }>(stage, 'select status, note from inbound_events where event_id = ?', [
      letter.id,
    ]);
  const paymentStatus = async ({ id }: Order) =>
    (await rows<{ status: string }>(stage, 'select status from payments where order_id = ?', [id])).map(
      ({ status }) => status,
    );
  const buyerPaysAtPayPal = (order: Order) =>
    stage.context.providers.paypal.captureOrder(order.externalOrderId ?? '', `by-hand-${order.id}`);

  it('has an order captured that its buyer has approved', async () => {
    const order = await stage.checkout(goods);
    const letter = await box.letter('CHECKOUT.ORDER.APPROVED', order.externalOrderId ?? '');
    expect(await box.deliver(letter)).to.include('is read back');
    expect(stage.jobs.map(({ queue }) => queue)).to.deep.equal(['capture-payment']);
    expect(await eventStatus(letter)).to.deep.include.members([
      { status: 'APPLIED', note: (await eventStatus(letter))[0]?.note },
    ]);
    await stage.perform('capture-payment', order.id);
    expect((await stage.order(order.id)).status).to.equal('PAID');
  });

  it('leaves an order alone that has been captured by the time its approval is told', async () => {
    const order = await stage.paidOrder(goods);
    stage.jobs.length = 0;
    const letter = await box.letter('CHECKOUT.ORDER.APPROVED', order.externalOrderId ?? '');
    expect(await box.deliver(letter)).to.include('it is PAID already');
    expect(stage.jobs).to.deep.equal([]);
  });

  it('takes a payment that it hears of before its own answer', async () => {
    const order = await stage.checkout(goods);
    await buyerPaysAtPayPal(order);
    const letter = await box.letter('PAYMENT.CAPTURE.COMPLETED', await captureOf(order.id));
    expect(await box.deliver(letter)).to.include('is COMPLETED');
    expect(stage.jobs.map(({ queue }) => queue)).to.deep.equal(['capture-payment']);
    await stage.perform('capture-payment', order.id);
    expect((await stage.order(order.id)).status).to.equal('PAID');
    expect((await stage.effects('capture')).filter(({ detail }) => detail.customId === order.id)).to.have.length(1);
    expect(await intentsOf(stage, 'capture', order.id)).to.deep.equal([]);
  });

  it('takes a pending payment for paid when it is completed', async () => {
    const order = await stage.checkout(goods);
    await stage.control('capture-outcome', { paypalOrderId: order.externalOrderId, status: 'PENDING' });
    await stage.perform('capture-payment', order.id);
    expect((await stage.order(order.id)).status).to.equal('CREATED');
    const captureId = await captureOf(order.id);
    const pending = await box.letter('PAYMENT.CAPTURE.PENDING', captureId);
    await stage.control('capture-status', { captureId, status: 'COMPLETED' });
    await box.deliver(await box.letter('PAYMENT.CAPTURE.COMPLETED', captureId));
    await stage.perform('capture-payment', order.id);
    expect((await stage.order(order.id)).status).to.equal('PAID');
    // The older news comes late: what PayPal says now counts.
    expect(await box.deliver(pending)).to.include('it is PAID already');
    expect(await paymentStatus(order)).to.deep.equal(['COMPLETED']);
  });

  for (const status of ['REFUNDED', 'REVERSED'] as const)
    for (const when of ['PAID', 'WAITING'] as const)
      it(`stops an order that is ${when} when its payment is ${status}: nothing is bought`, async () => {
        const order = await stage.paidOrder(goods);
        if (when === 'WAITING') await performWith(stage, { config: { orderHoldMinutes: 10 } }, 'fulfill', order.id);
        const captureId = await captureOf(order.id);
        await stage.control('capture-status', { captureId, status });
        await box.deliver(await box.letter(`PAYMENT.CAPTURE.${status}`, captureId));
        expect(await stage.order(order.id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
        expect(await paymentStatus(order)).to.deep.equal([status]);
        expect(await stage.perform('fulfill', order.id)).to.match(/^nothing to do/);
      });

  it('does not lose news of a refund that comes while the order is being moved', async () => {
    const order = await stage.paidOrder(goods);
    const captureId = await captureOf(order.id);
    await stage.control('capture-status', { captureId, status: 'REFUNDED' });
    const letter = await box.letter('PAYMENT.CAPTURE.REFUNDED', captureId);
    const moved = Promise.withResolvers<void>();
    const moving = stage.store.transaction(async em => {
      await em.execute(`update orders set status = 'CANCELLED' where id = ?`, [order.id]);
      await moved.promise;
    });
    const applying = box.deliver(letter);
    const blocked = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    await until(() => rows(stage, blocked).then(r => r.length));
    moved.resolve();
    await moving;
    expect(await applying).to.match(/^PAYMENT.CAPTURE.REFUNDED: refund .* is COMPLETED/);
    expect((await stage.order(order.id)).status).to.equal('CANCELLED');
    expect(await paymentStatus(order)).to.deep.equal(['REFUNDED']);
  });

  it('deals with an event once', async () => {
    const order = await stage.checkout(goods);
    const letter = await box.letter('CHECKOUT.ORDER.APPROVED', order.externalOrderId ?? '');
    await box.deliver(letter);
    const [stored] = await rows<{ id: string }>(stage, 'select id from inbound_events where event_id = ?', [letter.id]);
    stage.jobs.length = 0;
    expect(await stage.perform('apply-event', stored?.id ?? '')).to.equal('nothing to do: the event was dealt with');
    expect(stage.jobs).to.deep.equal([]);
  });

  const strangers: readonly { what: string; letter: Pick<Letter, 'event_type' | 'resource'> }[] = [
    { what: 'an order of somebody else', letter: { event_type: 'CHECKOUT.ORDER.APPROVED', resource: { id: '5O1' } } },
    { what: 'a kind that nobody knows', letter: { event_type: 'CUSTOMER.ACCOUNT.DREAMT', resource: { id: 'X1' } } },
    {
      what: 'a payout of somebody else',
      letter: { event_type: 'PAYMENT.PAYOUTSBATCH.SUCCESS', resource: { batch_header: { payout_batch_id: 'B1' } } },
    },
    { what: 'a payout without a number', letter: { event_type: 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED', resource: {} } },
  ];
  for (const [index, { what, letter }] of strangers.entries())
    it(`ignores news of ${what}`, async () => {
      const strange = { id: `WH-${index}`, resource_type: 'any', ...letter };
      expect(await box.deliver(strange)).to.equal('ignored: it is about nothing of ours');
      expect(await eventStatus(strange)).to.deep.equal([{ status: 'IGNORED', note: 'not about us' }]);
      expect(stage.jobs).to.deep.equal([]);
    });

  describe('of a payout', () => {
    const types = ['PAYMENT.PAYOUTS-ITEM.SUCCEEDED', 'PAYMENT.PAYOUTSBATCH.PROCESSING', 'PAYMENT.PAYOUTSBATCH.SUCCESS'];
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [0, 2, 1],
    ];

    /** A leg that PayPal has, and will settle in a minute. */
    const sentLeg = async () => {
      await stage.control('settings', { payoutSettleMs: 60_000 });
      const { id } = await orderToBuy(stage, goods);
      await stage.perform('purchase', id);
      await stage.perform('create-sale', id);
      const [, leg] = await stage.store.read(em => legsOfOrder(em, id));
      if (!leg) throw new Error('there is no leg');
      expect(await stage.perform('payout', leg.id)).to.include('PayPal says PENDING');
      await stage.control('clock', { advanceSeconds: 60 });
      return leg;
    };
    const look = (leg: Awaited<ReturnType<typeof sentLeg>>) => stage.store.read(em => findLeg(em, leg.id));

    for (const order of orders)
      it(`leads to one paid leg when it comes in the order ${order.join(', ')}`, async () => {
        const leg = await sentLeg();
        const { providerBatchId } = (await look(leg)) ?? {};
        for (const index of order) {
          stage.jobs.length = 0;
          await box.deliver(await box.letter(types[index] ?? '', providerBatchId ?? ''));
          for (const job of stage.jobs) {
            expect(job).to.include({ queue: 'payout' });
            await stage.perform('payout', leg.id);
          }
        }
        expect(await look(leg)).to.include({ status: 'PAID' });
        expect((await stage.effects('payout')).filter(({ key }) => key.includes(leg.id))).to.have.length(1);
        expect(
          await rows(stage, 'select 1 from ledger_transactions where event like ?', [`leg:${leg.id}%`]),
        ).to.have.length(1);
      });
  });
});
