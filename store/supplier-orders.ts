import { randomUUID } from 'node:crypto';
import { platformCurrency } from '../domain/fees.ts';
import type { CredentialId, OrderId } from '../domain/ids.ts';
import { type Money, money, sum } from '../domain/money.ts';
import { mayMove } from '../domain/state-table.ts';
import { type SupplierOrderState, supplierOrderMoves } from '../domain/supplier-order.ts';
import { standingEffect } from './effects.ts';
import { SupplierOrder } from './entities/order.ts';
import type { EntityManager } from './open.ts';

/** What a supplier order is called before it was looked at: AliExpress' own word for one that was just placed. */
export const neverRead = 'PLACE_ORDER_SUCCESS';

/** Keeps every number one purchase came back with; again is harmless. */
export async function keepSupplierOrders(
  em: EntityManager,
  orderId: OrderId,
  credentialId: CredentialId | null,
  numbers: readonly string[],
  effectKey: string | null = null,
): Promise<void> {
  for (const number of numbers)
    await em.execute(
      `insert into supplier_orders (id, order_id, credential_id, number, effect_key, status, raw_status)
       values (?, ?, ?, ?, ?, 'PLACED_UNPAID', ?) on conflict (number) do nothing`,
      [randomUUID(), orderId, credentialId, number, effectKey, neverRead],
    );
}

/** Those of the purchase that stands; an earlier one, which its supplier gave the money back for, has its own. */
export async function purchaseOrdersOf(em: EntityManager, orderId: OrderId): Promise<SupplierOrder[]> {
  const key = (await standingEffect(em, 'buy', orderId))?.idempotencyKey ?? '';
  return (await supplierOrdersOf(em, orderId)).filter(({ effectKey }) => effectKey == null || effectKey === key);
}

/** Every supplier order that was ever placed for an order. */
export const supplierOrdersOf = (em: EntityManager, orderId: OrderId): Promise<SupplierOrder[]> =>
  em.find(SupplierOrder, { orderId }, { orderBy: { number: 'asc' }, limit: 100 });

/** Numbers that are another order's: known to us, and not to be taken for this one's. */
export async function numbersOfOthers(em: EntityManager, orderId: OrderId): Promise<ReadonlySet<string>> {
  const rows = await em.execute<{ number: string }[]>(
    `select number from supplier_orders where order_id <> ? and created_at > now() - interval '7 days'`,
    [orderId],
  );
  return new Set(rows.map(({ number }) => number));
}

export const supplierOrderByNumber = (em: EntityManager, number: string): Promise<SupplierOrder | null> =>
  em.findOne(SupplierOrder, { number });

/** Takes what the supplier says; a state that cannot follow (a late answer) is left alone. */
export async function updateSupplierOrder(
  em: EntityManager,
  row: SupplierOrder,
  news: { status: SupplierOrderState; rawStatus: string; cost?: Money | undefined; payDeadline?: Date | undefined },
): Promise<void> {
  const moves = row.status === news.status || mayMove(supplierOrderMoves, row.status, news.status);
  const change = {
    ...(moves ? { status: news.status, rawStatus: news.rawStatus } : {}),
    ...(news.cost ? { costMinor: news.cost.amountMinor, costCurrency: news.cost.currency } : {}),
    ...(news.payDeadline ? { payDeadline: news.payDeadline } : {}),
    updatedAt: new Date(),
  };
  await em.nativeUpdate(SupplierOrder, { id: row.id, status: row.status }, change);
  Object.assign(row, change);
}

/** What the standing purchase cost, all its supplier orders together. */
export async function purchaseCost(em: EntityManager, orderId: OrderId): Promise<Money> {
  const rows = await purchaseOrdersOf(em, orderId);
  const costs = rows.map(row => money(row.costMinor ?? 0n, row.costCurrency ?? platformCurrency));
  return sum(costs, platformCurrency);
}

/** The name that the standing purchase is booked under. */
export async function purchaseEvent(em: EntityManager, orderId: OrderId): Promise<string> {
  const [row] = await purchaseOrdersOf(em, orderId);
  return `bought:${row?.effectKey ?? orderId}`;
}

/** Everything that an API could be asked about, closed orders left out. */
export const boughtThroughApi = (em: EntityManager): Promise<SupplierOrder[]> =>
  em
    .execute<{ id: string }[]>(
      `select s.id from supplier_orders s join api_credentials c on c.id = s.credential_id
     where c.api_name = 'aliexpress-dropshipping' and s.cost_minor is not null and s.status <> 'CANCELLED'`,
    )
    .then(rows => em.find(SupplierOrder, { id: { $in: rows.map(({ id }) => id) } }));
