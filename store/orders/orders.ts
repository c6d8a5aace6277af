import { randomUUID } from 'node:crypto';
import { invariant } from '../../domain/call-outcome.ts';
import { platformCurrency } from '../../domain/fees.ts';
import type { CredentialId, OrderId, UserId } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import { type Currency, type Money, money, type Rate } from '../../domain/money.ts';
import {
  type Custody,
  type FailureReason,
  type Freeze,
  namedFreeze,
  type OrderState,
  orderMoves,
  type ReviewReason,
  resolvedElsewhere,
  type WaitReason,
  waits,
} from '../../domain/order.ts';
import type { Channel } from '../../domain/sale-channel.ts';
import { assertMove } from '../../domain/state-table.ts';
import { addressColumns } from '../database/buyer-address.ts';
import { timeIn, timeOf } from '../database/clock.ts';
import { claim, graceMs, LostClaim, secondLookMs, wake, wakening } from '../database/due-row.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { restoreOnRollback } from '../database/open.ts';
import { Order, type UnopenedOrder, unopenedOrder } from '../entities/order.ts';
import { moveRow } from './timeline.ts';

/** Where an order goes next, with what explains that state later. */
export type Move =
  | { to: Exclude<OrderState, 'WAITING' | 'FAILED' | 'NEEDS_REVIEW'>; note?: string }
  | { to: 'WAITING'; reason: WaitReason; until: Date | null; note: string }
  | { to: 'FAILED'; reason: FailureReason; note: string }
  | { to: 'NEEDS_REVIEW'; reason: ReviewReason; note: string; evidence?: Json };

export const salePrice = (order: Pick<Order, 'saleMinor' | 'saleCurrency'>): Money =>
  money(order.saleMinor, order.saleCurrency);
export const custodyOf = ({ proceedsHeldBy, supplierPaidBy }: Order): Custody => ({ proceedsHeldBy, supplierPaidBy });

/** The rate frozen when the order was cleared for purchase. */
export function rateOf(order: Order): Rate {
  invariant(order.fxRate != null, `order ${order.id} has its rate frozen`);
  return { base: platformCurrency, quote: order.saleCurrency as Currency, rate: order.fxRate };
}

export function maxCostOf(order: Order): Money {
  invariant(order.maxCostMinor != null, `order ${order.id} has its maximum cost frozen`);
  return money(order.maxCostMinor, platformCurrency);
}

/**
 * Whether money is reserved and the price is settled. An order whose wait gave both back goes through `fulfill` again.
 */
export const isLetThrough = ({ maxCostMinor }: { maxCostMinor?: bigint | null | undefined }): boolean =>
  maxCostMinor !== null;

export const findOrder = (em: EntityManager, id: OrderId): Promise<Order | null> => em.findOne(Order, { id });

/** The order that PayPal knows by its own reference. */
export const orderByReference = (
  em: EntityManager,
  channel: 'paypal',
  externalOrderId: string,
): Promise<Order | null> => em.findOne(Order, { channel, externalOrderId });

/**
 * A line of a sale at a connected account, by the marketplace's number of the sale. Restricted to the account, because
 * any seller may claim a number as theirs.
 */
export const orderOfAccount = (
  em: EntityManager,
  credentialId: CredentialId,
  externalOrderId: string,
  lines: readonly string[],
): Promise<Order | null> => em.findOne(Order, { credentialId, externalOrderId, externalLineId: { $in: [...lines] } });

export const orderOfSeller = (
  em: EntityManager,
  userId: UserId,
  channel: Channel,
  externalOrderId: string,
): Promise<Order | null> => em.findOne(Order, { userId, channel, externalOrderId });

/**
 * Makes this run the order's owner: every later write of an earlier owner fails. Returns null when the order is in none
 * of the states that the caller can continue from: the job is stale.
 */
export const claimOrder = (em: EntityManager, id: OrderId, from: readonly OrderState[]): Promise<Order | null> =>
  claim(em, Order, id, from);

/**
 * Call it right before money or goods move. Locks the row until the transaction ends.
 * @throws LostClaim when another run has claimed the order since, or it was frozen
 */
export async function assertOwner(em: EntityManager, order: Order): Promise<void> {
  const rows = await em.execute<{ id: string }[]>(
    'select id from orders where id = ? and fence = ? and status = ? and frozen_for is null for no key update',
    [order.id, order.fence, order.status],
  );
  if (rows.length === 0) throw new LostClaim(order.id);
}

/** For steps that move neither money nor goods: also passes for a frozen order. @throws LostClaim */
export async function assertClaim(em: EntityManager, order: Order): Promise<void> {
  const rows = await em.execute<{ id: string }[]>(
    'select id from orders where id = ? and fence = ? and status = ? for no key update',
    [order.id, order.fence, order.status],
  );
  if (rows.length === 0) throw new LostClaim(order.id);
}

const nextCheck = (em: EntityManager, move: Move): Date | null => {
  switch (move.to) {
    case 'WAITING':
      if (waits[move.reason].wokenBy === 'time') return move.until ?? timeOf(em);
      return resolvedElsewhere.has(move.reason) ? timeIn(em, secondLookMs) : move.until;
    case 'PAID':
    case 'PURCHASING':
    case 'PURCHASED':
    case 'SHIPPED':
    case 'REFUNDING':
      return timeIn(em, graceMs);
    default:
      return null;
  }
};

/**
 * Moves an order that the caller owns, and writes the timeline. The guard is the state that it leaves, and the fence.
 * `order` is brought up to date. @throws IllegalMove, LostClaim
 */
export async function moveOrder(em: EntityManager, order: Order, move: Move, also: Partial<Order> = {}): Promise<void> {
  assertMove(orderMoves, `order ${order.id}`, order.status, move.to);
  const change: Partial<Order> = {
    ...also,
    status: move.to,
    waitReason: move.to === 'WAITING' ? move.reason : null,
    waitUntil: move.to === 'WAITING' ? move.until : null,
    reason: move.to === 'FAILED' || move.to === 'NEEDS_REVIEW' ? move.reason : null,
    stateEntry: order.stateEntry + 1,
    wake: 0,
    nextCheckAt: nextCheck(em, move),
    updatedAt: timeOf(em),
  };
  const guard = { id: order.id, status: order.status, fence: order.fence };
  const line = {
    orderId: order.id,
    move: { from: order.status, to: move.to, ...('reason' in move ? { reason: move.reason } : {}) },
    told: move.note,
    ...('evidence' in move && move.evidence ? { evidence: move.evidence } : {}),
  };
  if (!(await moveRow(em, Order, { guard, change }, line))) throw new LostClaim(order.id);
  restoreOnRollback(em, order);
  Object.assign(order, change);
}

/**
 * The purchase was parked as unproven, and is proven now: the order continues, and the sweep wakes it. A person's
 * decision made meanwhile stands.
 */
export async function goOnProven(em: EntityManager, id: OrderId): Promise<void> {
  const parked = await em.findOne(Order, { id, status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
  const order = parked && (await claimOrder(em, id, ['NEEDS_REVIEW']));
  if (order) await moveOrder(em, order, { to: 'PURCHASING', note: 'its purchase was answered after all' });
}

/** Looks at the order again later without moving it. */
export async function recheckOrder(em: EntityManager, order: Order, at: Date): Promise<void> {
  const guard = { id: order.id, status: order.status, fence: order.fence };
  if ((await em.nativeUpdate(Order, guard, { nextCheckAt: at })) !== 1) throw new LostClaim(order.id);
}

/**
 * The order waits for an action, at most until `until`. If it was woken after it was claimed, it keeps that wake-up.
 * @throws LostClaim
 */
export async function waitForAction(em: EntityManager, order: Order, until: Date | null = null): Promise<void> {
  await assertClaim(em, order);
  await em.nativeUpdate(Order, { id: order.id, wake: order.wake }, { nextCheckAt: until });
}

/** Changes facts of an order that the caller owns, without moving it. */
export async function updateOrder(em: EntityManager, order: Order, facts: Partial<Order>): Promise<void> {
  const guard = { id: order.id, status: order.status, fence: order.fence };
  const stored = facts.shipTo ? { ...facts, ...addressColumns(em, order.id, facts.shipTo) } : facts;
  if ((await em.nativeUpdate(Order, guard, { ...stored, updatedAt: timeOf(em) })) !== 1) throw new LostClaim(order.id);
  restoreOnRollback(em, order);
  Object.assign(order, facts);
}

/**
 * Freezes the order; one that is frozen already keeps its first reason, unless this is a dispute. The caller owns the
 * order. @throws LostClaim
 */
export async function freeze(em: EntityManager, order: Order, why: Freeze): Promise<void> {
  const frozenFor = namedFreeze(order.frozenFor, why);
  if (frozenFor !== order.frozenFor) await updateOrder(em, order, { frozenFor });
}

export const wakeOrder = (em: EntityManager, id: OrderId): Promise<UnopenedOrder | null> =>
  wake(em, Order, id, unopenedOrder);

/** Wakes orders that wait for one reason, of one user or of all. Returns the oldest; the sweep wakes the rest. */
export async function wakeWaiting(
  em: EntityManager,
  waitReason: WaitReason,
  userId: UserId | null,
): Promise<{ orders: UnopenedOrder[]; total: number }> {
  const waiting = { ...(userId ? { userId } : {}), status: 'WAITING' as const, waitReason };
  const total = await em.nativeUpdate(Order, waiting, wakening(em));
  return {
    orders: await em.find(Order, waiting, { ...unopenedOrder, orderBy: { createdAt: 'asc' }, limit: 200 }),
    total,
  };
}

/** The orders that wait for one reason, oldest first. */
export const waitingFor = (
  em: EntityManager,
  waitReason: WaitReason,
  where: Partial<Order>,
): Promise<UnopenedOrder[]> =>
  em.find(
    Order,
    { ...where, status: 'WAITING', waitReason },
    { ...unopenedOrder, orderBy: { createdAt: 'asc' }, limit: 1_000 },
  );

/** Newest first; `scope` null sees the orders of all users. */
export const ordersOf = (
  em: EntityManager,
  scope: UserId | null,
  filter: { status?: OrderState; limit: number; offset: number },
): Promise<Order[]> =>
  em.find(
    Order,
    { ...(scope ? { userId: scope } : {}), ...(filter.status ? { status: filter.status } : {}) },
    { orderBy: { createdAt: 'desc', id: 'asc' }, limit: filter.limit, offset: filter.offset },
  );

export const newOrderId = (): OrderId => randomUUID() as OrderId;
