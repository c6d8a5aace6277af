import type { Address } from '../domain/address.ts';
import { invariant } from '../domain/call-outcome.ts';
import type { WaitReason } from '../domain/order.ts';
import { openAddress } from '../store/database/buyer-address.ts';
import type { Store } from '../store/database/open.ts';
import type { Order } from '../store/entities/order.ts';
import { settled, unpaidShares } from '../store/payouts/settled-orders.ts';
import type { Ending } from './scenario.ts';
import type { Stage } from './stage.ts';

/** An order as the demo shows it. */
export type Seen = {
  readonly id: string;
  readonly channel: Order['channel'];
  readonly status: Order['status'];
  readonly waitReason: string | null;
  readonly reason: string | null;
  readonly externalOrderId: string | null;
  readonly settled: boolean;
  readonly supplierOrders: readonly string[];
  /** The text in the buyer's address by which the supplier's books name an order from the website. */
  readonly mark: string | null;
  readonly payouts: number;
  readonly openLegs: number;
  readonly ageMs: number;
  readonly purchaseRoute: Order['purchaseRoute'];
};

type Row = Omit<Seen, 'supplierOrders' | 'mark'> & { supplierOrders: string[] | null; shipTo: string | Address | null };

const look = `
  select o.id, o.channel, o.status, o.wait_reason as "waitReason", o.reason, o.external_order_id as "externalOrderId",
    o.purchase_route as "purchaseRoute", o.ship_to as "shipTo",
    (select array_agg(s.number order by s.number) from supplier_orders s where s.order_id = o.id) as "supplierOrders",
    (select count(*)::int from payout_legs l where l.order_id = o.id and l.status = 'PAID') as payouts,
    ${unpaidShares} as "openLegs", ${settled} as settled,
    (extract(epoch from now() - o.created_at) * 1000)::int as "ageMs"
  from orders o`;

async function see(store: Store, where: string, parameters: readonly unknown[]): Promise<Seen[]> {
  return store.read(async em => {
    const rows = await em.execute<Row[]>(`${look} ${where} order by o.created_at, o.external_line_id`, [...parameters]);
    return rows.map(({ shipTo, ...row }) => ({
      ...row,
      supplierOrders: row.supplierOrders ?? [],
      mark: (shipTo && openAddress(em, row.id, shipTo).line2) ?? null,
    }));
  });
}

export const allOrders = (store: Store): Promise<Seen[]> => see(store, '', []);

export async function orderOf(store: Store, order: Ending['order']): Promise<Seen | undefined> {
  if ('id' in order) return (await see(store, 'where o.id = ?', [order.id]))[0];
  return (await see(store, 'where o.external_order_id = ?', [order.externalOrderId]))[order.line];
}

/** Waits until the order waits for this reason. */
export async function untilItWaits(
  { store, until }: Pick<Stage, 'store' | 'until'>,
  order: Ending['order'],
  reason: WaitReason,
): Promise<Seen> {
  const waiting: Seen[] = [];
  await until(`the order waits (${reason})`, async () => {
    const seen = await orderOf(store, order);
    if (seen?.waitReason === reason) waiting.push(seen);
    return waiting.length > 0;
  });
  const [seen] = waiting;
  invariant(seen, 'it was waited for');
  return seen;
}

/**
 * How far all orders have come. A new entry in a timeline is progress; an entry that repeats an earlier one is not, nor
 * an attempt that failed like an earlier one. Only the facts are compared: the text of an entry is encrypted.
 */
const howFarQuery = `
  select concat_ws(' ', (select count(*) from inbound_events), (select count(*) from orders),
    (select count(distinct (order_id, kind,
      case kind when 'tried' then coalesce(detail ->> 'step', detail ->> 'code') else detail::text end)) from order_events)) as mark`;

export async function howFar(store: Store): Promise<string> {
  const [row] = await store.read(em => em.execute<{ mark: string }[]>(howFarQuery));
  return row?.mark ?? '';
}

/** Whether an order has ended as its scenario says. */
export const hasEnded = (seen: Seen | undefined, ending: Ending): boolean =>
  seen !== undefined &&
  seen.status === ending.status &&
  seen.settled === ending.settled &&
  (ending.reason === undefined || seen.reason === ending.reason) &&
  seen.supplierOrders.length === ending.supplierOrders &&
  seen.payouts === ending.payouts;
