/** Covers: workers/purchase/supplier-cancelled.ts, transactions/undo-purchase.ts. */
import { expect } from 'chai';
import { money } from '../../../domain/money.ts';
import { advance } from '../../../queues/transact.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { creditOf, owedFrom } from '../../../store/money/current-account.ts';
import { ledgerTotals } from '../../../store/money/ledger.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { claimOrder } from '../../../store/orders/orders.ts';
import { purchaseOrdersOf } from '../../../store/orders/supplier-orders.ts';
import { legsOfOrder } from '../../../store/payouts/legs.ts';
import { costOf } from '../../../transactions/book-purchase.ts';
import { settleRefund } from '../../../transactions/settle-refund.ts';
import { undoPurchase } from '../../../transactions/undo-purchase.ts';
import { wakeOrderAndPayouts } from '../../../transactions/wake-order.ts';
import { createStage, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { paidOut } from '../payout/paying-out.ts';
import { parkedOf, rows } from '../workbench.ts';

describe('a supplier that cancels what it was paid for', () => {
  let stage: Stage;
  before(async () => {
    stage = await createStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(async () => expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]));

  const bought = async (supplier: 'platform' | 'reseller') => {
    const seller = await stage.hireSeller({ supplier });
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    await stage.drain();
    await paidOut(stage, id);
    return { id, seller };
  };
  const cancelledAtSupplier = async (id: string) => {
    const [effect] = (await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id));
    await stage.control('supplier', { number: effect?.reference, status: 'FINISH', endReason: 'CANCELED' });
    await stage.perform('track-shipment', id);
    return stage.order(id);
  };
  const owedBySupplier = (id: string) =>
    rows(
      stage,
      `select p.holder_id as holder, sum(p.amount_minor)::text as amount from ledger_postings p
       join ledger_transactions t on t.id = p.transaction_id
       where t.order_id = ? and p.account = 'supplier-refunds' group by 1 having sum(p.amount_minor) <> 0`,
      [id],
    );
  const refundSeen = (id: string) =>
    stage.context.transact(async (em, enqueue) => {
      const order = await claimOrder(em, id as never, ['WAITING']);
      if (!order) throw new Error('the order does not wait');
      await undoPurchase(em, order, { cost: costOf(await purchaseOrdersOf(em, order.id)), seenBy: 'somebody' });
      await advance(em, enqueue, order, { to: 'PAID' }, { frozenFor: null, saleBookedAt: null });
    });

  it('parks what the buyer still has paid, when some went back before the supplier cancelled', async () => {
    const { id } = await bought('platform');
    const { paypal } = stage.context.providers;
    await stage.context.transact(async em => {
      const order = await claimOrder(em, id as never, ['PURCHASED']);
      const [payment] = await paymentsOf(em, id as never);
      if (!order || !payment) throw new Error('the order is not bought');
      const { reference } = payment;
      const body = paypal.refundBody({ amount: money(500n, 'USD'), customId: 'by-hand' });
      const refund = await paypal.refundCapture(reference, `by-hand-${reference}`, body);
      const news = { reference: refund.id, kind: 'refund', status: 'COMPLETED', amount: money(500n, 'USD') } as const;
      await settleRefund(em, order, payment, news);
    });
    await cancelledAtSupplier(id);
    await refundSeen(id);
    expect(await parkedOf(stage, id)).to.have.deep.members([
      { account: 'buyer-payments', amount: '-2499', currency: 'USD' },
      { account: 'fees:payment', amount: '154', currency: 'USD' },
    ]);
  });

  it('stops the order, and nothing is bought again before its refund was seen', async () => {
    const { id } = await bought('platform');
    const order = await cancelledAtSupplier(id);
    expect(order).to.include({
      status: 'WAITING',
      waitReason: 'SUPPLIER_REFUND_UNPROVEN',
      frozenFor: 'SUPPLIER_CANCELLED',
    });
    await stage.sweepAndDrain();
    expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id))).to.have.length(1);
  });

  for (const supplier of ['platform', 'reseller'] as const)
    it(`is bought again once, and nobody is paid twice, when the ${supplier} paid it and has the money back`, async () => {
      const { id, seller } = await bought(supplier);
      await cancelledAtSupplier(id);
      // Until then the supplier owes it to whoever paid.
      expect(await owedBySupplier(id)).to.deep.equal([
        { holder: supplier === 'reseller' ? seller.id : null, amount: '1449' },
      ]);
      await refundSeen(id);
      expect(await owedBySupplier(id)).to.deep.equal([]);
      await stage.drain();
      await until(async () => {
        await stage.sweepAndDrain();
        const legs = await stage.store.read(em => legsOfOrder(em, id as never));
        return (await stage.order(id)).saleBookedAt != null && legs.every(({ status }) => status === 'PAID');
      });
      expect((await stage.order(id)).status).to.equal('PURCHASED');
      expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id))).to.have.length(2);
      // The same price and cost: what was paid out for the first sale is all that is due for the second.
      const paid = (await stage.effects('payout')).filter(({ detail }) => detail.receiver === seller.email);
      expect(paid).to.have.length(1);
      expect(await stage.store.read(em => creditOf(em, seller.id, 'reseller'))).to.deep.equal(money(0n, 'USD'));
      expect(await stage.store.transaction(em => owedFrom(em, seller.id))).to.deep.equal({
        admin: money(0n, 'USD'),
        reseller: money(0n, 'USD'),
      });
      expect(await parkedOf(stage, id)).to.deep.equal([]);
      const totals = await stage.store.read(em => ledgerTotals(em));
      expect(totals.every(({ amountMinor }) => amountMinor === 0n)).to.equal(true);
    });

  it('is not bought again by an operator who wakes it, or who retries an old job', async () => {
    const { id } = await bought('platform');
    await cancelledAtSupplier(id);
    await stage.context.transact((em, enqueue) => wakeOrderAndPayouts(em, enqueue, id));
    expect(await stage.drain()).to.deep.equal(['track-shipment: still WAITING (SUPPLIER_REFUND_UNPROVEN)']);
    expect(await stage.perform('fulfill', id)).to.match(/^nothing to do/);
    expect(await stage.order(id)).to.include({ status: 'WAITING', frozenFor: 'SUPPLIER_CANCELLED', nextCheckAt: null });
  });

  it('is not let through again while its purchase stands, wherever that comes from', async () => {
    const { id } = await bought('platform');
    await cancelledAtSupplier(id);
    await rows(stage, `update orders set status = 'PAID', wait_reason = null where id = ?`, [id]);
    await stage.perform('fulfill', id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' });
  });

  it('leaves no sale to book and no parcels to follow once the purchase is undone', async () => {
    for (const queue of ['create-sale', 'track-shipment'] as const) {
      const { id } = await bought('platform');
      await cancelledAtSupplier(id);
      await refundSeen(id);
      stage.jobs.length = 0;
      for (const status of ['NEEDS_REVIEW', 'PURCHASED'])
        await rows(stage, `update orders set status = ?, reason = 'PROGRAM_ERROR', sale_booked_at = ? where id = ?`, [
          status,
          queue === 'track-shipment' ? new Date() : null,
          id,
        ]);
      await stage.perform(queue, id);
      expect(await stage.order(id), queue).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' });
    }
  });
});
