import type { LegId, OrderId } from '../../domain/ids.ts';
import { formatMoney, type Money, money } from '../../domain/money.ts';
import { type LegState, legMoves } from '../../domain/payout-leg.ts';
import { assertMove } from '../../domain/state-table.ts';
import { timeIn, timeOf } from '../database/clock.ts';
import { claim, graceMs, LostClaim, wake } from '../database/due-row.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { restoreOnRollback } from '../database/open.ts';
import { Effect, PayoutLeg } from '../entities/money.ts';
import { moveRow, note } from '../orders/timeline.ts';

export const legAmount = (leg: PayoutLeg): Money => money(leg.amountMinor, leg.currency);

export const legsOfOrder = (em: EntityManager, orderId: OrderId): Promise<PayoutLeg[]> =>
  em.find(PayoutLeg, { orderId }, { orderBy: { beneficiary: 'asc' }, limit: 10 });

export const findLeg = (em: EntityManager, id: LegId): Promise<PayoutLeg | null> => em.findOne(PayoutLeg, { id });

export const findLegs = (em: EntityManager, ids: readonly LegId[]): Promise<PayoutLeg[]> =>
  em.find(PayoutLeg, { id: { $in: [...ids] } });

/** Makes this run the leg's owner, as for orders: every later write of an earlier owner fails. */
export const claimLeg = (em: EntityManager, id: LegId, from: readonly LegState[]): Promise<PayoutLeg | null> =>
  claim(em, PayoutLeg, id, from);

/** The order is locked first, then its leg: everywhere in that order, which prevents deadlocks. */
const lockOwned = `with locked as materialized (select id, frozen_for from orders where id = ? for no key update)
  select l.id, locked.frozen_for as frozen from locked join payout_legs l on l.order_id = locked.id
  where l.id = ? and l.fence = ? and l.status = ? for no key update of l`;

/** @returns whether the order is frozen */
async function lock(em: EntityManager, { orderId, id, fence, status }: PayoutLeg): Promise<boolean> {
  const [owned] = await em.execute<{ frozen: string | null }[]>(lockOwned, [orderId, id, fence, status]);
  if (!owned) throw new LostClaim(id);
  return owned.frozen !== null;
}

/**
 * Locks the order and the leg until the transaction ends. @throws LostClaim when another run has claimed the leg since
 */
export async function lockLeg(em: EntityManager, leg: PayoutLeg): Promise<void> {
  await lock(em, leg);
}

/** Locks the orders of several legs, then their sellers, each in the order of ids: this prevents deadlocks. */
export async function lockOrdersOf(em: EntityManager, legs: readonly PayoutLeg[]): Promise<void> {
  const orders = legs.map(({ orderId }) => orderId);
  await em.execute('select id from orders where id in (?) order by id for no key update', [orders]);
  await em.execute(
    'select id from users where id in (select user_id from orders where id in (?)) order by id for no key update',
    [orders],
  );
}

/** As `lockLeg`, several. @throws LostClaim */
export async function lockLegs(em: EntityManager, legs: readonly PayoutLeg[]): Promise<void> {
  await lockOrdersOf(em, legs);
  for (const leg of legs) await lockLeg(em, leg);
}

/** Call it right before money leaves. @throws LostClaim as above, or when the order was frozen */
export async function assertLegOwner(em: EntityManager, leg: PayoutLeg): Promise<void> {
  if (await lock(em, leg)) throw new LostClaim(leg.id);
}

/** @throws IllegalMove, LostClaim */
export async function moveLeg(
  em: EntityManager,
  leg: PayoutLeg,
  to: LegState,
  also: Partial<PayoutLeg> = {},
): Promise<void> {
  assertMove(legMoves, `leg ${leg.id}`, leg.status, to);
  const change: Partial<PayoutLeg> = {
    nextCheckAt: to === 'PENDING' || to === 'SENT' ? timeIn(em, graceMs) : null,
    ...also,
    status: to,
    stateEntry: leg.stateEntry + 1,
    wake: 0,
    updatedAt: timeOf(em),
  };
  const guard = { id: leg.id, status: leg.status, fence: leg.fence };
  const { orderId, beneficiary, status: legFrom } = leg;
  const line = {
    orderId,
    move: { beneficiary, legFrom, legTo: to, ...(also.reason ? { reason: also.reason } : {}) },
    leg: leg.id,
    amount: formatMoney(legAmount(leg)),
    ...(also.providerBatchId ? { batch: also.providerBatchId } : {}),
  };
  if (!(await moveRow(em, PayoutLeg, { guard, change }, line))) throw new LostClaim(leg.id);
  restoreOnRollback(em, leg);
  Object.assign(leg, change);
}

/** The payout's number at its provider; later news names it. */
export async function saveProviderReference(em: EntityManager, id: LegId, reference: string): Promise<void> {
  await em.nativeUpdate(PayoutLeg, { id }, { providerBatchId: reference });
}

/** Where the leg's next payout goes. The caller owns the leg. @throws LostClaim */
export async function saveReceiver(
  em: EntityManager,
  leg: PayoutLeg,
  to: Pick<PayoutLeg, 'route' | 'receiver'>,
): Promise<void> {
  const guard = { id: leg.id, status: leg.status, fence: leg.fence };
  if ((await em.nativeUpdate(PayoutLeg, guard, to)) !== 1) throw new LostClaim(leg.id);
  restoreOnRollback(em, leg);
  Object.assign(leg, to);
}

/** A payout was parked as unproven, and is proven now: its job reads its current state. */
export async function goOnProvenLeg(em: EntityManager, id: LegId): Promise<void> {
  const parked = await em.findOne(PayoutLeg, { id, status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
  const leg = parked && (await claimLeg(em, id, ['NEEDS_REVIEW']));
  if (leg) await moveLeg(em, leg, 'PENDING', { reason: null });
}

/** An unpaid leg is worth less or more now. The caller owns the leg. */
export async function resizeLeg(em: EntityManager, leg: PayoutLeg, amount: Money): Promise<void> {
  const guard = { id: leg.id, status: leg.status, fence: leg.fence };
  const change = { amountMinor: amount.amountMinor, updatedAt: timeOf(em) };
  if ((await em.nativeUpdate(PayoutLeg, guard, change)) !== 1) throw new LostClaim(leg.id);
  await note(em, leg.orderId, 'noted', `payout to ${leg.beneficiary} is ${formatMoney(amount)} now`, { leg: leg.id });
  restoreOnRollback(em, leg);
  Object.assign(leg, change);
}

/** The reason of an UNCLAIMED leg that an admin wants paid again: its worker cancels the payout first. */
export const cancelRequested = 'CANCEL_REQUESTED';

/** The reason of a leg in review: the provider accepted the payout, and does not know it any more. */
export const neverCreated = 'PAYOUT_NEVER_CREATED';

/**
 * The provider has the payout, and reports no final state: it may never, which does not prove that nothing was paid.
 */
export const blocked = 'PAYOUT_BLOCKED';
export const notFinal = 'PAYOUT_NOT_FINAL';

/** For these reasons, a person who has looked at the provider may say that nothing was paid. */
export const leftOpen: readonly (string | null | undefined)[] = [neverCreated, blocked, notFinal];

export async function requestCancel(em: EntityManager, leg: PayoutLeg): Promise<void> {
  const guard = { id: leg.id, status: leg.status, fence: leg.fence };
  if ((await em.nativeUpdate(PayoutLeg, guard, { reason: cancelRequested })) !== 1) throw new LostClaim(leg.id);
  await note(em, leg.orderId, 'noted', `payout to ${leg.beneficiary} is to be cancelled`, { leg: leg.id });
}

export async function recheckLeg(em: EntityManager, leg: PayoutLeg, at: Date): Promise<void> {
  const guard = { id: leg.id, status: leg.status, fence: leg.fence };
  if ((await em.nativeUpdate(PayoutLeg, guard, { nextCheckAt: at })) !== 1) throw new LostClaim(leg.id);
}

/** The leg stays in its state until it is woken; a wake-up since it was claimed is kept. */
export async function restLeg(em: EntityManager, { id, status, fence, wake }: PayoutLeg): Promise<void> {
  await em.nativeUpdate(PayoutLeg, { id, status, fence, wake }, { nextCheckAt: null });
}

export const wakeLeg = (em: EntityManager, id: LegId): Promise<PayoutLeg | null> => wake(em, PayoutLeg, id);

/** Has the worker look at the leg now, if the receiver has not claimed the payout yet. */
export async function wakeUnclaimed(em: EntityManager, id: LegId): Promise<void> {
  await wake(em, PayoutLeg, id, { where: { status: 'UNCLAIMED' } });
}

/**
 * The payout effect with our key or the provider's reference, in any generation and status. A key that is no effect of
 * ours finds none, whatever reference comes with it.
 */
export async function payoutEffect(
  em: EntityManager,
  route: PayoutLeg['route'],
  { key, reference }: { key?: string | undefined; reference?: string | undefined },
): Promise<Effect | null> {
  if (key !== undefined) return em.findOne(Effect, { purpose: 'pay', route, idempotencyKey: key });
  if (reference === undefined) return null;
  const [row] = await em.execute<{ id: Effect['id'] }[]>(
    `select id from effects where purpose = 'pay' and route = ? and result ->> 'reference' = ? order by created_at desc limit 1`,
    [route, reference],
  );
  return row ? em.findOne(Effect, { id: row.id }) : null;
}

/** Whether a provider's reference, or our own key, belongs to another payout. */
export async function isAnotherPayout(
  em: EntityManager,
  { id }: Pick<Effect, 'id'>,
  reference: string,
): Promise<boolean> {
  const known = await em.execute<{ id: string }[]>(
    `select id from effects where purpose = 'pay' and id <> ?
       and (idempotency_key = ? or status = 'DONE' and result ->> 'reference' = ?) limit 1`,
    [id, reference, reference],
  );
  return known.length > 0;
}
