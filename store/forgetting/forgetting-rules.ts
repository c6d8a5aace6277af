/** Which buyers are erased on schedule: each rule finds orders whose buyer is erased unless something holds them. */
import type { OrderId } from '../../domain/ids.ts';
import { broughtNothing } from '../../domain/payment.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { quoted } from '../database/quoted.ts';
import type { Order } from '../entities/order.ts';
import { atTheirWish, lockLines } from './erasure.ts';
import { overStates } from './erasure-hold.ts';

/** @param personDays how many days a closed order keeps its buyer */
type Days = { readonly personDays: number };

export type ForgettingRule = {
  readonly name: 'asked' | 'never paid' | 'closed';
  /** The reason in the timeline. */
  why(days: Days): string;
  /** A condition on `orders o`; each one has an index of its own. */
  where(days: Days): string;
};

/** An index of migration 0042 has the same condition: with another list, every row would be read. */
const over = `o.status in (${quoted(overStates)})`;

/** In the order in which the rules run. */
export const forgettingRules: readonly [ForgettingRule, ...ForgettingRule[]] = [
  {
    name: 'asked',
    why: () => atTheirWish,
    where: () => 'o.erase_asked_at is not null',
  },
  {
    // PayPal's order ends when ours is given up; a day later no payment can arrive any more.
    name: 'never paid',
    why: () => 'nobody paid',
    where: () => `o.status = 'CANCELLED' and o.updated_at < clock_now() - interval '1 day'
      and not exists (select from payments p where p.order_id = o.id and p.status not in (${quoted(broughtNothing)}))`,
  },
  {
    // Goods whose arrival was never reported stay PURCHASED or SHIPPED.
    name: 'closed',
    why: ({ personDays }) => `nothing has happened for ${personDays} days`,
    where: ({ personDays }) => `${over} and (o.status not in ('PURCHASED', 'SHIPPED') or o.sale_booked_at is not null)
      and o.updated_at < clock_now() - interval '${personDays} days'`,
  },
];

export type Place = { readonly rule: string; readonly cursor: string | null };
type DueOrder = { readonly id: OrderId; readonly cursor: string };

/** Orders that a rule covers, those unchanged for longest first, from a cursor on. */
export async function dueOrders(
  em: EntityManager,
  rule: ForgettingRule,
  days: Days,
  page: { after: string | null; limit: number },
): Promise<DueOrder[]> {
  const [restingSince = '-infinity', id = '00000000-0000-0000-0000-000000000000'] = page.after?.split('/') ?? [];
  return em.execute<DueOrder[]>(
    `select o.id, o.updated_at::text || '/' || o.id as cursor from orders o
     where o.buyer_erased_at is null and ${rule.where(days)} and (o.updated_at, o.id) > (?::timestamptz, ?::uuid)
     order by o.updated_at, o.id limit ?`,
    [restingSince, id, page.limit],
  );
}

/**
 * Locks an order and the other lines of its marketplace order that still name the buyer; nothing where the rule does not
 * name all of them: the order has moved on meanwhile, or another line is not due yet.
 */
export async function lockDue(em: EntityManager, rule: ForgettingRule, days: Days, id: OrderId): Promise<Order[]> {
  const lines = (await lockLines(em, id)).filter(line => !line.buyerErasedAt);
  if (lines.length === 0) return [];
  const named = await em.execute<object[]>(
    `select 1 from orders o where o.id in (${lines.map(() => '?').join(', ')}) and ${rule.where(days)}`,
    lines.map(line => line.id),
  );
  return named.length === lines.length ? lines : [];
}
