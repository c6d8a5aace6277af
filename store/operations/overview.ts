/** Queries for operators: figures over all rows, and the search for orders. */
import type { OrderId } from '../../domain/ids.ts';
import { type Currency, type Money, money } from '../../domain/money.ts';
import type { Freeze, OrderState } from '../../domain/order.ts';
import { cameBack, type LegState, openLegStates } from '../../domain/payout-leg.ts';
import { type Channel, channels } from '../../domain/sale-channel.ts';
import { emailHashes, nameHashes } from '../database/buyer-address.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { quoted } from '../database/quoted.ts';
import { Order, type UnopenedOrder, unopenedOrder } from '../entities/order.ts';

/** When an order entered its present state. */
const enteredAt = `coalesce((select max(e.at) from order_events e
  where e.order_id = o.id and e.kind = 'moved' and e.detail->>'to' = o.status), o.created_at)`;

export type Standing = { status: OrderState; reason: string | null; orders: number; oldest: Date | null };

/** The number of orders in each state, by reason; `oldest` for those that wait, need a person or failed. */
export async function orderStandings(em: EntityManager): Promise<Standing[]> {
  const rows = await em.execute<{ status: OrderState; reason: string | null; orders: string; oldest: string | null }[]>(
    `select status, coalesce(wait_reason, reason) as reason, count(*)::text as orders,
            min(case when status in ('WAITING', 'NEEDS_REVIEW', 'FAILED') then ${enteredAt} end)::text as oldest
     from orders o group by 1, 2 order by count(*) desc, 2`,
  );
  return rows.map(row => ({ ...row, orders: Number(row.orders), oldest: row.oldest ? new Date(row.oldest) : null }));
}

export type FreezeStanding = { why: Freeze; orders: number; oldest: Date };

/** The number of frozen orders, by freeze; the oldest by its last change. */
export async function freezeStandings(em: EntityManager): Promise<FreezeStanding[]> {
  const rows = await em.execute<{ why: Freeze; orders: string; oldest: string }[]>(
    `select frozen_for as why, count(*)::text as orders, min(updated_at)::text as oldest
     from orders where frozen_for is not null group by 1 order by count(*) desc, 1`,
  );
  return rows.map(({ why, orders, oldest }) => ({ why, orders: Number(orders), oldest: new Date(oldest) }));
}

export type LegStanding = { status: LegState; legs: number; total: Money };

export async function legStandings(em: EntityManager): Promise<LegStanding[]> {
  const rows = await em.execute<{ status: LegState; currency: Currency; legs: string; total: string }[]>(
    `select status, currency, count(*)::text as legs, sum(amount_minor)::text as total
     from payout_legs group by 1, 2 order by 1, 2`,
  );
  return rows.map(row => ({
    status: row.status,
    legs: Number(row.legs),
    total: money(BigInt(row.total), row.currency),
  }));
}

export type OrderFilter = {
  id?: OrderId;
  state?: OrderState | undefined;
  /** Why the order waits, failed or needs a person. */
  reason?: string | undefined;
  channel?: Channel | undefined;
  /** What freezes the order. */
  frozen?: Freeze | undefined;
  /** The order has a payout in this state. */
  payout?: LegState | undefined;
  /** An order's id or its beginning, the marketplace's or PayPal's id, a supplier's order number, a payment's
   * reference, or the e-mail address or the whole name of a buyer. */
  search?: string | undefined;
};

export type OrderRow<Read = UnopenedOrder> = {
  order: Read;
  reseller: string;
  enteredAt: Date;
  /** A job still moves some leg. */
  legsOpen: boolean;
  /** The states of payouts that did not arrive. */
  legsBack: LegState[];
};

type Condition = { sql: string; values: readonly unknown[] };

const everyChannel = `(${quoted(channels)})`;

/** The ids that begin with this text, as a range that the primary key's index can serve. */
function idsBeginning(text: string): Condition[] {
  const hex = text.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{4,32}$/.test(hex)) return [];
  return [
    { sql: 'select id from orders where id between ? and ?', values: [hex.padEnd(32, '0'), hex.padEnd(32, 'f')] },
  ];
}

const byHash = (column: 'email_hash' | 'name_hash', hashes: readonly string[]): Condition[] => [
  { sql: `select id from orders where ${column} in (${hashes.map(() => '?').join(', ')})`, values: hashes },
];

/** One list of ids, each part of which uses an index: alternatives over several tables would read all orders. */
function searched(em: EntityManager, text: string): Condition {
  const ways: Condition[] = [
    ...idsBeginning(text),
    { sql: `select id from orders where channel in ${everyChannel} and external_order_id = ?`, values: [text] },
    { sql: 'select order_id from supplier_orders where number = ?', values: [text] },
    ...byHash('email_hash', emailHashes(em, text)),
    ...byHash('name_hash', nameHashes(em, text)),
    { sql: `select order_id from payments where provider in ${everyChannel} and reference = ?`, values: [text] },
  ];
  return {
    sql: `o.id in (${ways.map(({ sql }) => sql).join(' union all ')})`,
    values: ways.flatMap(({ values }) => values),
  };
}

function conditions(
  em: EntityManager,
  { id, state, reason, channel, frozen, payout, search }: OrderFilter,
): Condition[] {
  return [
    ...(id ? [{ sql: 'o.id = ?', values: [id] }] : []),
    ...(state ? [{ sql: 'o.status = ?', values: [state] }] : []),
    ...(reason ? [{ sql: 'coalesce(o.wait_reason, o.reason) = ?', values: [reason] }] : []),
    ...(channel ? [{ sql: 'o.channel = ?', values: [channel] }] : []),
    ...(frozen ? [{ sql: 'o.frozen_for = ?', values: [frozen] }] : []),
    ...(payout ? [{ sql: 'o.id in (select order_id from payout_legs where status = ?)', values: [payout] }] : []),
    ...(search ? [searched(em, search)] : []),
  ];
}

type FoundRow = Omit<OrderRow, 'order'> & { id: OrderId };

/** Cuts the page first, and then reads the rest of each order. */
async function foundRows(
  em: EntityManager,
  filter: OrderFilter,
  page: { limit: number; offset: number },
): Promise<FoundRow[]> {
  const where = conditions(em, filter);
  const rows = await em.execute<
    { id: OrderId; reseller: string; entered_at: string; legs_open: boolean; legs_back: LegState[] }[]
  >(
    `select o.id, u.email as reseller, ${enteredAt}::text as entered_at,
            exists (select from payout_legs l where l.order_id = o.id
                      and l.status in (${quoted(openLegStates)})) as legs_open,
            array(select l.status from payout_legs l where l.order_id = o.id
                    and l.status in (${quoted([...cameBack, 'NEEDS_REVIEW'])}) order by l.status) as legs_back
     from (
       select o.* from orders o where ${['true', ...where.map(({ sql }) => sql)].join(' and ')}
       order by o.created_at desc, o.id limit ? offset ?
     ) o join users u on u.id = o.user_id order by o.created_at desc, o.id`,
    [...where.flatMap(({ values }) => values), page.limit, page.offset],
  );
  return rows.map(({ id, reseller, legs_open: legsOpen, legs_back: legsBack, entered_at: enteredAt }) => ({
    id,
    reseller,
    enteredAt: new Date(enteredAt),
    legsOpen,
    legsBack,
  }));
}

/** A page of orders, newest first. */
export async function findOrders(
  em: EntityManager,
  filter: OrderFilter,
  page: { limit: number; offset: number },
): Promise<OrderRow[]> {
  const rows = await foundRows(em, filter, page);
  const found = await em.find(Order, { id: { $in: rows.map(({ id }) => id) } }, unopenedOrder);
  const orders = new Map(found.map(order => [order.id, order]));
  return rows.flatMap(({ id, ...row }) => {
    const order = orders.get(id);
    return order ? [{ ...row, order }] : [];
  });
}

/** One order, with its buyer's address. */
export async function findOrderRow(em: EntityManager, id: OrderId): Promise<OrderRow<Order> | null> {
  const [row] = await foundRows(em, { id }, { limit: 1, offset: 0 });
  const order = await em.findOne(Order, { id });
  return row && order ? { ...row, order } : null;
}
