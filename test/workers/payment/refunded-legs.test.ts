/** Covers: transactions/fit-payout-to-sale.ts, transactions/settle-refund.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { orderStates } from '../../../domain/order.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import type { PayoutLeg } from '../../../store/entities/money.ts';
import { owedFrom } from '../../../store/money/current-account.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { claimOrder } from '../../../store/orders/orders.ts';
import { purchaseOrdersOf } from '../../../store/orders/supplier-orders.ts';
import { wakeLeg } from '../../../store/payouts/legs.ts';
import { costOf } from '../../../transactions/book-purchase.ts';
import { decidePayout } from '../../../transactions/decisions/decide-payout.ts';
import { settleRefund } from '../../../transactions/settle-refund.ts';
import { undoPurchase } from '../../../transactions/undo-purchase.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { payAgain as payLegAgain, resellersLeg } from '../payout/paying-out.ts';
import { performWith, reservationsOf, rows } from '../workbench.ts';

/** An order of 29.99 that cost 14.49 and 1.54 in fees: 1.40 for the platform, 12.56 for the reseller. */
describe('the share of a sale that is refunded before it is paid', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    await stage.control('settings', { payoutSettleMs: 0 });
  });
  beforeEach(async () => {
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(async () => expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]));

  /** The reseller's leg. */
  const legOf = (id: OrderId) => resellersLeg(stage, id);
  const booked = async (): Promise<OrderId> => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    return id;
  };
  const pay = async (id: OrderId) =>
    stage.perform('payout', (await legOf(id)).id).catch((error: Error) => error.message);
  const becomes = (id: OrderId, status: PayoutLeg['status']) =>
    until(async () => {
      await pay(id);
      return (await legOf(id)).status === status;
    });
  const left = async () =>
    (await stage.effects('payout'))
      .filter(({ detail }) => detail.receiver === seller.email)
      .map(({ amountMinor }) => amountMinor);
  const refund = (id: OrderId, amountMinor: bigint) =>
    stage.context.transact(async em => {
      const order = await claimOrder(em, id, orderStates);
      const [payment] = await paymentsOf(em, id);
      if (!order || !payment) throw new Error('the order is not paid');
      const reference = `R-${id}-${amountMinor}`;
      const amount = money(amountMinor, 'USD');
      await settleRefund(em, order, payment, { reference, kind: 'refund', status: 'COMPLETED', amount });
    });
  const setBalance = (amountMinor: string) =>
    stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor });
  /** The report, hours old, shows money that is gone: PayPal itself refuses. */
  const shortOfFunds = () =>
    stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '100', reported: false });
  const fault = (kind: string, change: object = {}) =>
    stage.control('faults', { provider: 'paypal', operation: 'create-payout', kind, times: 1, ...change });
  const fails = async (id: OrderId) => {
    await stage.control('payout-outcome', { receiver: seller.email, itemStatus: 'FAILED' });
    await becomes(id, 'FAILED');
  };
  const payAgain = async (id: OrderId) => payLegAgain(stage, (await legOf(id)).id);
  const owed = async () => (await stage.store.transaction(em => owedFrom(em, seller.id))).reseller.amountMinor;

  it('is paid what it is worth then, although another sum was to be sent before PayPal had too little', async () => {
    const id = await booked();
    await shortOfFunds();
    expect(await pay(id)).to.include('PAYOUT_SKIPPED_INSUFFICIENT_FUNDS');
    await refund(id, 500n);
    await setBalance('1000000');
    await becomes(id, 'PAID');
    expect(await left()).to.deep.equal(['806']);
    expect(await owed()).to.equal(0n);
  });

  it('counts as having left while nobody knows whether it has, though PayPal has too little for another try', async () => {
    const id = await booked();
    // PayPal never had it; nobody here can know.
    await fault('status', { status: 503 });
    expect(await pay(id)).to.match(/^uncertain/);
    await setBalance('100');
    expect(await pay(id)).to.match(/^in doubt, and .*INSUFFICIENT_FUNDS/);
    await refund(id, 2_999n);
    expect(await legOf(id)).to.include({ status: 'SENT', amountMinor: 1_256n });
    expect((await reservationsOf(stage, (await legOf(id)).id)).map(({ status }) => status)).to.deep.equal(['HELD']);
    // It may have left, and is not sent again for a sale that is worth nothing: a person looks.
    await setBalance('1000000');
    await pay(id);
    expect(await legOf(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect(await left()).to.deep.equal([]);
    expect((await reservationsOf(stage, (await legOf(id)).id)).map(({ status }) => status)).to.deep.equal(['HELD']);
  });

  it('does not leave with a sum that a refund has taken in the moment before, and leaves with what is left', async () => {
    const id = await booked();
    let refunds = 0;
    const failpoint = async (name: string) => {
      if (name === 'effect-opened' && refunds++ === 0) await refund(id, 500n);
    };
    const sending = performWith(stage, { failpoint }, 'payout', (await legOf(id)).id);
    expect(await sending).to.equal('another run owns the leg now');
    expect(await left()).to.deep.equal([]);
    await becomes(id, 'PAID');
    expect(await left()).to.deep.equal(['806']);
  });

  it('is not sent, when its money was held and nothing had left', async () => {
    const id = await booked();
    await fault('status', { status: 429 });
    await pay(id);
    expect((await legOf(id)).status).to.equal('SENT');
    await refund(id, 2_999n);
    expect(await legOf(id)).to.include({ status: 'CANCELLED', reason: 'SALE_REFUNDED' });
    expect((await reservationsOf(stage, (await legOf(id)).id)).map(({ status }) => status)).to.deep.equal(['RELEASED']);
    expect(await pay(id)).to.match(/^still CANCELLED/);
    expect(await left()).to.deep.equal([]);
    expect(await owed()).to.equal(1_603n);
  });

  it('is paid what it is worth then, when its money was held and nothing had left', async () => {
    const id = await booked();
    await fault('status', { status: 429 });
    await pay(id);
    await refund(id, 500n);
    await becomes(id, 'PAID');
    expect(await left()).to.deep.equal(['806']);
  });

  it('is not sent, when the supplier gave the money back for what it cancelled', async () => {
    const id = await booked();
    await fault('status', { status: 429 });
    await pay(id);
    const placed = (await stage.effects('supplier-order')).find(({ key }) => key.startsWith(id));
    await stage.control('supplier', { number: placed?.reference, status: 'FINISH', endReason: 'CANCELED' });
    await stage.perform('track-shipment', id);
    await stage.context.transact(async em => {
      const order = await claimOrder(em, id, orderStates);
      if (order) await undoPurchase(em, order, { cost: costOf(await purchaseOrdersOf(em, id)), seenBy: 'somebody' });
    });
    expect(await legOf(id)).to.include({ status: 'CANCELLED', reason: 'SUPPLIER_CANCELLED' });
    expect((await reservationsOf(stage, (await legOf(id)).id)).map(({ status }) => status)).to.deep.equal(['RELEASED']);
  });

  it('is no payment that counts, when it had failed before', async () => {
    const id = await booked();
    await fails(id);
    await refund(id, 2_999n);
    expect(await legOf(id)).to.include({ status: 'CANCELLED', reason: 'SALE_REFUNDED' });
    expect(await owed()).to.equal(1_603n);
  });

  it('is no payment that counts, when it was to be paid again while the buyer’s dispute held it', async () => {
    const id = await booked();
    await fails(id);
    await rows(stage, `update orders set frozen_for = 'DISPUTE' where id = ?`, [id]);
    await payAgain(id);
    expect(await pay(id)).to.equal('frozen: DISPUTE');
    await refund(id, 2_999n);
    expect((await legOf(id)).status).to.equal('CANCELLED');
    expect(await owed()).to.equal(1_603n);
  });

  it('counts as having left, when a person has seen it at PayPal and it is still to be read back', async () => {
    const id = await booked();
    await fault('drop-reply');
    await pay(id);
    const { id: legId } = await legOf(id);
    await rows(stage, `update payout_legs set status = 'NEEDS_REVIEW' where id = ?`, [legId]);
    const [sent] = (await stage.effects('payout')).filter(({ key }) => key.startsWith(`leg-${legId}`));
    const decision = { decision: 'paid', reference: String(sent?.detail.batchId) } as const;
    await stage.context.transact((em, enqueue) =>
      decidePayout(em, enqueue, legId, { decision, by: seller.id, why: 'it is there' }),
    );
    await refund(id, 2_999n);
    expect((await legOf(id)).status).to.equal('PENDING');
    await becomes(id, 'PAID');
    expect(await left()).to.deep.equal(['1256']);
    expect(await owed()).to.equal(2_859n);
  });

  const settles = (outcome: string) => stage.control('payout-outcome', { receiver: seller.email, itemStatus: outcome });
  const turns = async (id: OrderId, itemStatus: string) => {
    const { id: legId } = await legOf(id);
    const sent = (await stage.effects('payout')).findLast(({ key }) => key.startsWith(`leg-${legId}`));
    await stage.control('payout-status', { provider: 'paypal', itemId: sent?.reference, itemStatus });
    await stage.store.transaction(em => wakeLeg(em, legId));
  };
  const unclaimed = async () => {
    await settles('UNCLAIMED');
    const id = await booked();
    await becomes(id, 'UNCLAIMED');
    return id;
  };

  it('is taken back from PayPal by itself and never paid, when nobody had claimed it and all was refunded', async () => {
    const id = await unclaimed();
    await refund(id, 2_999n);
    await until(async () => {
      await stage.sweepAndDrain('all');
      return (await legOf(id)).status === 'CANCELLED';
    });
    expect(await left()).to.deep.equal(['1256']);
    expect(await owed()).to.equal(1_603n);
  });

  it('is taken back from PayPal and paid what is left of it, when nobody had claimed it and a part was refunded', async () => {
    const id = await unclaimed();
    await refund(id, 500n);
    await becomes(id, 'RETURNED');
    await payAgain(id);
    await becomes(id, 'PAID');
    expect(await left()).to.deep.equal(['1256', '806']);
    expect(await owed()).to.equal(0n);
  });

  it('is not paid again, when it was paid, all was refunded, and then it came back', async () => {
    const id = await booked();
    await becomes(id, 'PAID');
    await refund(id, 2_999n);
    expect(await owed()).to.equal(2_859n);
    await turns(id, 'RETURNED');
    await becomes(id, 'CANCELLED');
    expect(await owed()).to.equal(1_603n);
    expect(await left()).to.deep.equal(['1256']);
  });

  it('is not owed again, when it failed after all was refunded', async () => {
    await stage.control('settings', { payoutSettleMs: 60_000 });
    const id = await booked();
    expect(await pay(id)).to.match(/PENDING/);
    await refund(id, 2_999n);
    await stage.control('settings', { payoutSettleMs: 0 });
    await turns(id, 'FAILED');
    await becomes(id, 'CANCELLED');
    expect(await owed()).to.equal(1_603n);
  });

  it('is made what its sale is worth before it leaves again, whatever its row says', async () => {
    const id = await booked();
    await fails(id);
    await refund(id, 500n);
    await rows(stage, 'update payout_legs set amount_minor = 1256 where id = ?', [(await legOf(id)).id]);
    await payAgain(id);
    await becomes(id, 'PAID');
    expect(await left()).to.deep.equal(['1256', '806']);
    expect(await owed()).to.equal(0n);
  });

  it('pays its whole share all the same, when only another sale of its reseller was refunded', async () => {
    const other = await booked();
    await becomes(other, 'PAID');
    const id = await booked();
    await fails(id);
    await refund(other, 2_999n);
    await payAgain(id);
    await becomes(id, 'PAID');
    expect(await left()).to.deep.equal(['1256', '1256', '1256']);
    expect(await owed()).to.equal(2_859n);
  });

  it('is what was sent, and the rest is owed, when PayPal pays it after it was cancelled', async () => {
    const id = await booked();
    await fails(id);
    await refund(id, 500n);
    await refund(id, 2_499n);
    expect(await legOf(id)).to.include({ status: 'CANCELLED' });
    await turns(id, 'SUCCESS');
    await becomes(id, 'PAID');
    expect((await legOf(id)).amountMinor).to.equal(1_256n);
    expect(await owed()).to.equal(2_859n);
  });

  it('is paid what it is worth then, when it had failed before and is paid again', async () => {
    const id = await booked();
    await fails(id);
    await refund(id, 500n);
    await payAgain(id);
    await becomes(id, 'PAID');
    expect(await left()).to.deep.equal(['1256', '806']);
    expect(await owed()).to.equal(0n);
  });
});
