import { randomUUID } from 'node:crypto';
import type { CredentialId, OrderId } from '../../domain/ids.ts';
import type { Money } from '../../domain/money.ts';
import { mayMove } from '../../domain/state-table.ts';
import { type SupplierOrderState, supplierOrderMoves } from '../../domain/supplier-order.ts';
import { timeOf } from '../database/clock.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { standingEffect } from '../effects/effects.ts';
import { type Order, SupplierOrder } from '../entities/order.ts';
import { assertClaim } from './orders.ts';

/** The status of a supplier order before its first look-up: AliExpress' own word for a new order. */
export const neverRead = 'PLACE_ORDER_SUCCESS';

/** What a purchase returned. */
type Placed = {
  /** The supplier's order numbers. */
  readonly numbers: readonly string[];
  /** The account that placed the order. */
  readonly credentialId?: CredentialId | null;
  readonly effectKey?: string | null;
  /** The supplier said at once that the order was paid. */
  readonly wasPaid?: boolean;
};

/** Stores every order number of one purchase, and whether it was paid at once. Idempotent. */
export async function saveSupplierOrders(
  em: EntityManager,
  orderId: OrderId,
  { numbers, credentialId = null, effectKey = null, wasPaid = false }: Placed,
): Promise<void> {
  for (const number of numbers)
    await em.execute(
      `insert into supplier_orders (id, order_id, credential_id, number, effect_key, status, raw_status, was_paid)
       values (?, ?, ?, ?, ?, 'PLACED_UNPAID', ?, ?) on conflict (number) do nothing`,
      [randomUUID(), orderId, credentialId, number, effectKey, neverRead, wasPaid],
    );
}

/** The status of a supplier order that only a person has seen, whatever the supplier last said: it is not polled. */
const seenByPerson = 'SEEN_BY_PERSON';
export const isSeenByPerson = ({ rawStatus }: SupplierOrder): boolean => rawStatus === seenByPerson;

/** The number's prefix for goods that the buyer has without a supplier order of ours. */
const byHand = 'by-hand/';
export const isByHand = ({ number }: SupplierOrder): boolean => number.startsWith(byHand);

/** Stores goods that the buyer has without a supplier order of ours, and their cost. */
export async function saveSuppliedByHand(em: EntityManager, orderId: OrderId, cost: Money): Promise<void> {
  const before = (await supplierOrdersOf(em, orderId)).filter(isByHand).length;
  await em.execute(
    `insert into supplier_orders (id, order_id, number, status, raw_status, was_paid, cost_minor, cost_currency)
     values (?, ?, ?, 'DELIVERED', ?, true, ?, ?)`,
    [randomUUID(), orderId, `${byHand}${orderId}/${before + 1}`, seenByPerson, cost.amountMinor, cost.currency],
  );
}

/** A person has seen that everything arrived that was not cancelled: stops the polling. */
export async function endFollowing(em: EntityManager, orderId: OrderId): Promise<void> {
  for (const { id } of (await purchaseOrdersOf(em, orderId)).filter(row => !isCancelled(row)))
    await em.nativeUpdate(
      SupplierOrder,
      { id },
      { status: 'DELIVERED', rawStatus: seenByPerson, updatedAt: timeOf(em) },
    );
}

/** The supplier has refunded these orders. */
export async function markRefunded(em: EntityManager, rows: readonly SupplierOrder[]): Promise<void> {
  await em.nativeUpdate(SupplierOrder, { id: { $in: rows.map(({ id }) => id) } }, { refundedAt: timeOf(em) });
}

/** A person has seen that the goods will not arrive, and that nothing was paid for them. */
export async function markNotComing(em: EntityManager, row: SupplierOrder): Promise<void> {
  const closed = isCancelled(row) ? {} : ({ status: 'CANCELLED' } as const);
  await em.nativeUpdate(SupplierOrder, { id: row.id }, { ...closed, wasPaid: false, updatedAt: timeOf(em) });
}

/** Stores the amount paid for a supplier order, by a person's word. */
export async function markPaid(em: EntityManager, { id, status }: SupplierOrder, cost: Money): Promise<void> {
  const paid = status === 'PLACED_UNPAID' ? ({ status: 'PAID' } as const) : {};
  const costs = { wasPaid: true, costMinor: cost.amountMinor, costCurrency: cost.currency, updatedAt: timeOf(em) };
  await em.nativeUpdate(SupplierOrder, { id }, { ...paid, ...costs });
}

/** Deletes numbers that a person entered by mistake; a paid one stays. */
export async function forgetSupplierOrders(em: EntityManager, orderId: OrderId, effectKey: string): Promise<void> {
  await em.execute('delete from supplier_orders where order_id = ? and effect_key = ? and not was_paid', [
    orderId,
    effectKey,
  ]);
}

/** For a person: the order counts as bought, and no purchase stands for it. */
export const nothingStands = 'it has no purchase here: look up at the supplier whether its goods are ordered';

export const isCancelled = ({ status }: SupplierOrder): boolean => status === 'CANCELLED';

/** The supplier orders of the current purchase, without refunded ones. */
export async function purchaseOrdersOf(em: EntityManager, orderId: OrderId): Promise<SupplierOrder[]> {
  const key = (await standingEffect(em, 'buy', orderId))?.idempotencyKey ?? '';
  return (await supplierOrdersOf(em, orderId)).filter(
    ({ effectKey, refundedAt }) => (effectKey == null || effectKey === key) && refundedAt == null,
  );
}

/** Every supplier order that was ever placed for an order. */
export const supplierOrdersOf = (em: EntityManager, orderId: OrderId): Promise<SupplierOrder[]> =>
  em.find(SupplierOrder, { orderId }, { orderBy: { number: 'asc' }, limit: 100 });

/** Order numbers that belong to other orders of ours, and so not to this one. */
export async function numbersOfOthers(em: EntityManager, orderId: OrderId): Promise<ReadonlySet<string>> {
  const rows = await em.execute<{ number: string }[]>(
    `select number from supplier_orders where order_id <> ? and created_at > clock_now() - interval '7 days'`,
    [orderId],
  );
  return new Set(rows.map(({ number }) => number));
}

export const supplierOrderByNumber = (em: EntityManager, number: string): Promise<SupplierOrder | null> =>
  em.findOne(SupplierOrder, { number });

/** What the supplier reports of one of its orders; without `status` when its word maps to no state of ours. */
export type SupplierWord = {
  status?: SupplierOrderState | undefined;
  rawStatus: string;
  paid?: boolean | undefined;
  cost?: Money | undefined;
  payDeadline?: Date | undefined;
};

const paidStates: readonly SupplierOrderState[] = ['PAID', 'SHIPPED', 'DELIVERED'];

/**
 * Applies the supplier's report to the row, in memory; `saveSupplierNews` stores it, with what the order makes of it. A
 * state that cannot follow (a late answer) is ignored. Once paid, always paid.
 */
export function applySupplierStatus(
  row: SupplierOrder,
  { status, rawStatus, paid, cost, payDeadline }: SupplierWord,
): void {
  if (status && (row.status === status || mayMove(supplierOrderMoves, row.status, status)))
    Object.assign(row, { status, rawStatus });
  if (paid || (status && paidStates.includes(status))) row.wasPaid = true;
  if (cost) Object.assign(row, { costMinor: cost.amountMinor, costCurrency: cost.currency });
  if (payDeadline) row.payDeadline = payDeadline;
}

/** Stores applied reports, under the claim of the run that read them. @throws LostClaim */
export async function saveSupplierNews(em: EntityManager, order: Order, rows: readonly SupplierOrder[]): Promise<void> {
  await assertClaim(em, order);
  for (const { id, status, rawStatus, wasPaid, costMinor, costCurrency, payDeadline } of rows) {
    const heard = { status, rawStatus, wasPaid, costMinor, costCurrency, payDeadline };
    await em.nativeUpdate(SupplierOrder, { id }, { ...heard, updatedAt: timeOf(em) });
  }
}

type BoughtThroughApi = { readonly id: string; readonly row: SupplierOrder; readonly inReview: boolean };

/** Supplier orders that an API can be asked about, by id: those of current purchases, and all of an order in review. */
export async function boughtThroughApi(
  em: EntityManager,
  { after, since, limit }: { after: string; since: Date; limit: number },
): Promise<BoughtThroughApi[]> {
  const found = await em.execute<{ id: string; in_review: boolean }[]>(
    `select s.id, o.status = 'NEEDS_REVIEW' as in_review from supplier_orders s
       join api_credentials c on c.id = s.credential_id join orders o on o.id = s.order_id
     where s.id > ? and s.updated_at > ? and c.api_name = 'aliexpress-dropshipping'
       and (o.status = 'NEEDS_REVIEW' or (s.cost_minor is not null and s.status <> 'CANCELLED'))
     order by s.id limit ?`,
    [after, since, limit],
  );
  const rows = await em.find(SupplierOrder, { id: { $in: found.map(({ id }) => id) } });
  const byId = new Map(rows.map(row => [row.id, row]));
  return found.flatMap(({ id, in_review: inReview }) => {
    const row = byId.get(id);
    return row ? [{ id, row, inReview }] : [];
  });
}
