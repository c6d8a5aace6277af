/** Covers: workers/events/paypal-event.ts, workers/events/apply-event.ts. */
import { expect } from 'chai';
import { NotNow } from '../../../domain/call-outcome.ts';
import type { OrderId } from '../../../domain/ids.ts';
import { storeEvent } from '../../../store/events/inbound-events.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { findLeg, legsOfOrder } from '../../../store/payouts/legs.ts';
import type { Context } from '../../../workers/context/context.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { type Changes, orderToBuy, performWith, rows } from '../workbench.ts';

type PayPal = Context['providers']['paypal'];

describe('an event of PayPal', () => {
  let stage: Stage;
  let seller: Seller;
  let told = 0;
  before(async () => {
    stage = await createStage();
    await stage.control('settings', { payoutSettleMs: 0 });
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());

  const tell = async (type: string, resource: object, changes: Changes = {}): Promise<string> => {
    told += 1;
    const body = Buffer.from(JSON.stringify({ id: `WH-${told}`, event_type: type, resource_type: 'any', resource }));
    const stored = { source: 'paypal', eventId: `WH-${told}`, type, headers: {}, body } as const;
    const event = await stage.store.transaction(em => storeEvent(em, { ...stored, credentialId: null, wanted: true }));
    return performWith(stage, changes, 'apply-event', event?.id ?? '');
  };
  const paying = (change: Partial<PayPal>): Changes => ({
    providers: { paypal: { ...stage.context.providers.paypal, ...change } },
  });
  const payment = async (id: string) => (await stage.store.read(em => paymentsOf(em, id as OrderId)))[0];
  /** The buyer has the money back; nobody has told us. */
  const refunded = async (id: string) => {
    const { reference = '' } = (await payment(id)) ?? {};
    const { paypal } = stage.context.providers;
    const amount = { amountMinor: 2_999n, currency: 'USD' } as const;
    const refund = await paypal.refundCapture(
      reference,
      `by-hand-${id}`,
      paypal.refundBody({ amount, customId: 'hand' }),
    );
    return { id: refund.id, links: [{ rel: 'up', href: `https://api.paypal.com/v2/payments/captures/${reference}` }] };
  };
  const paidLeg = async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    for (const queue of ['purchase', 'create-sale'] as const) await stage.perform(queue, id);
    const [leg] = await stage.store.read(em => legsOfOrder(em, id));
    if (!leg) throw new Error('there is no leg');
    const look = () => stage.store.read(em => findLeg(em, leg.id));
    await until(async () => {
      await stage.perform('payout', leg.id);
      return (await look())?.status === 'PAID';
    });
    return { look, leg };
  };

  it('books no refund that PayPal says is not done yet', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    const resource = await refunded(id);
    const { paypal } = stage.context.providers;
    const pending = paying({
      getRefund: async (...ask) => ({ ...(await paypal.getRefund(...ask)), status: 'PENDING' }),
    });
    expect(await tell('PAYMENT.CAPTURE.REFUNDED', resource, pending).catch(e => e)).to.be.an.instanceOf(NotNow);
    expect((await payment(id))?.status).to.equal('COMPLETED');
    await tell('PAYMENT.CAPTURE.REFUNDED', resource);
    expect((await payment(id))?.status).to.equal('REFUNDED');
  });

  it('stops a purchase that has looked at its sale and is about to leave', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    const failpoint: Changes['failpoint'] = async name => {
      if (name === 'effect-opened') await tell('PAYMENT.CAPTURE.REFUNDED', await refunded(id));
    };
    await performWith(stage, { failpoint }, 'purchase', id);
    expect((await stage.order(id)).frozenFor).to.equal('PAYMENT_REVERSED');
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', frozenFor: null });
    expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id))).to.deep.equal([]);
  });

  it('freezes nothing for a dispute that is settled by the time it is told', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    const { reference: captureId } = (await payment(id)) ?? {};
    const dispute = await stage.control<{ id: string }>('dispute', { captureId, status: 'OPEN' });
    await stage.control('dispute', { captureId, status: 'RESOLVED', outcome: 'RESOLVED_SELLER_FAVOUR' });
    await tell('CUSTOMER.DISPUTE.CREATED', { dispute_id: dispute.id });
    expect(await stage.order(id)).to.include({ status: 'PAID', frozenFor: null });
  });

  it('has a leg that was paid looked at again: its money may have come back', async () => {
    const { leg, look } = await paidLeg();
    stage.jobs.length = 0;
    const { providerBatchId } = (await look()) ?? {};
    await tell('PAYMENT.PAYOUTS-ITEM.RETURNED', { payout_batch_id: providerBatchId });
    expect(stage.jobs.map(({ queue, payload }) => [queue, payload])).to.deep.equal([['payout', { legId: leg.id }]]);
    expect(await stage.perform('payout', leg.id)).to.equal('still paid');

    const { paypal } = stage.context.providers;
    const returned = paying({
      getPayoutBatch: async (...ask) => {
        const batch = await paypal.getPayoutBatch(...ask);
        return { ...batch, items: batch.items.map(item => ({ ...item, status: 'RETURNED' })) };
      },
    });
    expect(await performWith(stage, returned, 'payout', leg.id)).to.match(/^RETURNED/);
    const [back] = await rows<{ sum: string }>(
      stage,
      `select sum(p.amount_minor)::text as sum from ledger_postings p join ledger_transactions t on t.id = p.transaction_id
       where t.event like ? and p.account = ?`,
      [`leg%${leg.id}%`, leg.beneficiary],
    );
    expect(back?.sum, 'what was booked as paid is taken back').to.equal('0');
  });
});
