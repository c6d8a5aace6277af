import { expect } from 'chai';
import { isFailure } from '../../../domain/call-outcome.ts';
import type { LegId, OrderId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { orderStates } from '../../../domain/order.ts';
import { commissionAdmin } from '../../../store/accounts/users.ts';
import { contradictionsOf } from '../../../store/contradictions.ts';
import type { PayoutLeg } from '../../../store/entities/money.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { claimOrder } from '../../../store/orders/orders.ts';
import { decidePayout } from '../../../transactions/decisions/decide-payout.ts';
import type { PayoutDecision } from '../../../transactions/decisions/decision-schemas.ts';
import { settleContradiction } from '../../../transactions/decisions/settle-contradiction.ts';
import { settleRefund } from '../../../transactions/settle-refund.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { checkProviders } from '../books/check-providers.ts';
import { tell } from '../events/paypal-news.ts';
import { Death } from '../mortal.ts';
import { readyEffects } from '../ready-effects.ts';
import { type Changes, fromNow, hourMs, performWith, rows } from '../workbench.ts';
import { legNow } from './paying-out.ts';

export const collecting = { payoutMinimumUsd: 30 };
const longMs = 60 * 24 * hourMs;

/** The code that something is refused with. */
export const refusal = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code,
  );

export type Collecting = ReturnType<typeof collectingFor>;

/** A reseller's shares of 12.56 each; three of them make the minimum of 30.00. */
export function collectingFor(stage: Stage, seller: Seller) {
  const pay = (id: string, changes: Changes = {}) =>
    performWith(stage, { ...changes, config: collecting }, 'payout', id);
  const newLeg = () => readyEffects(stage, seller).legOf(seller);
  const newLegs = async (count: number) => {
    const ids: string[] = [];
    while (ids.length < count) ids.push(await newLeg());
    return ids;
  };
  const statusOf = async (ids: readonly string[]) => Promise.all(ids.map(async id => (await legNow(stage, id)).status));
  const owedSince = (id: string, interval: string) =>
    rows(stage, 'update payout_legs set not_before = clock_now() - ?::interval where id = ?', [interval, id]);
  /** Runs their jobs, as often as it takes. */
  const become = (ids: readonly string[], status: PayoutLeg['status']) =>
    until(async () => {
      for (const id of ids)
        await pay(id).catch(error => {
          if (!isFailure(error)) throw error;
        });
      return (await statusOf(ids)).every(now => now === status);
    });
  /** What has left for the seller, by PayPal's own books. */
  const left = async () => (await stage.effects('payout')).filter(({ detail }) => detail.receiver === seller.email);
  const amountsLeft = async () => (await left()).map(({ amountMinor }) => amountMinor);
  const effectsFor = (ids: readonly string[]) =>
    rows<{ status: string; key: string; sends: number; code: string | null }>(
      stage,
      `select distinct e.id, e.created_at, e.status, e.idempotency_key as key, e.sends, e.last_code as code
       from leg_payouts p join effects e on e.id = p.effect_id where p.leg_id in (?) order by e.created_at`,
      [ids],
    );
  const fault = (kind: string, change: object = {}) =>
    stage.control('faults', { provider: 'paypal', operation: 'create-payout', kind, times: 1, ...change });
  const decide = async (id: string, decision: PayoutDecision) => {
    const { id: by } = await stage.store.read(commissionAdmin);
    return stage.context.transact((em, enqueue) =>
      decidePayout(em, enqueue, id as LegId, { decision, by, why: 'seen at PayPal' }),
    );
  };
  /** Set together by the last one's run, which died before anything was sent. */
  const collected = async () => {
    const ids = await newLegs(3);
    const died = pay(ids[2] ?? '', {
      failpoint: name => (name === 'effect-opened' ? Promise.reject(new Death()) : undefined),
    });
    expect(await died.catch((error: unknown) => error)).to.be.an.instanceOf(Death);
    expect(await statusOf(ids)).to.deep.equal(['SENT', 'SENT', 'SENT']);
    return ids;
  };
  const orderOf = async (id = '') => (await legNow(stage, id)).orderId;
  /** What PayPal says of their orders, and our books do not. */
  const saidOtherwise = async (ids: readonly string[]) => {
    const orders = await Promise.all(ids.map(orderOf));
    return (await checkProviders(stage.context)).filter(({ subject }) => orders.some(id => id === subject));
  };
  const refund = (id: OrderId, amountMinor: bigint) =>
    stage.context.transact(async em => {
      const order = await claimOrder(em, id, orderStates);
      const [payment] = await paymentsOf(em, id);
      if (!order || !payment) throw new Error('the order is not paid');
      const amount = money(amountMinor, 'USD');
      await settleRefund(em, order, payment, { reference: `R-${id}`, kind: 'refund', status: 'COMPLETED', amount });
    });
  const settle = async (id: string, amountMinor: bigint) => {
    const [found] = await stage.store.read(async em => contradictionsOf(em, await orderOf(id)));
    const seen = { amount: money(amountMinor, 'USD'), why: 'PayPal shows it', by: seller.id };
    return stage.context.transact((em, enqueue) => settleContradiction(em, enqueue, found?.id ?? '', seen));
  };
  const unproven = async () => {
    const ids = await newLegs(3);
    await fault('drop-reply');
    expect(await pay(ids[2] ?? '')).to.match(/^uncertain/);
    for (const id of ids) await pay(id, { now: fromNow(longMs) });
    expect(await statusOf(ids)).to.deep.equal(['NEEDS_REVIEW', 'NEEDS_REVIEW', 'NEEDS_REVIEW']);
    return ids;
  };
  const told = async (ids: readonly string[]) => {
    const [sent] = await left();
    const [effect] = await effectsFor(ids);
    return tell(stage, 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED', {
      payout_batch_id: String(sent?.detail.batchId),
      sender_batch_id: effect?.key,
      transaction_status: 'SUCCESS',
    });
  };

  return {
    pay,
    newLegs,
    statusOf,
    owedSince,
    become,
    left,
    amountsLeft,
    effectsFor,
    fault,
    decide,
    collected,
    orderOf,
    saidOtherwise,
    refund,
    settle,
    unproven,
    told,
    newLeg,
  };
}
