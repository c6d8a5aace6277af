/**
 * Several legs for one receiver, paid in one payout. Its sum, and each leg's part, are fixed before anything leaves.
 * Its legs are freed when it is proven that it paid nothing, or when it is withdrawn before it left.
 */
import { randomUUID } from 'node:crypto';
import type { LegId } from '../../domain/ids.ts';
import { formatMoney, type Money, money, sum } from '../../domain/money.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { PayoutLeg } from '../entities/money.ts';
import { note } from '../orders/timeline.ts';
import { legAmount } from './legs.ts';

export type CollectedPayout = {
  readonly id: string;
  readonly receiver: string;
  readonly sum: Money;
  /** In order: the first bears the fee. */
  readonly members: readonly { readonly legId: LegId; readonly amount: Money }[];
};

/** @param legs for one receiver, by one route, in one currency; the caller has locked them and their orders */
export async function collect(em: EntityManager, legs: readonly [PayoutLeg, ...PayoutLeg[]]): Promise<void> {
  const id = randomUUID();
  const [{ route, receiver, currency }] = legs;
  const total = sum(legs.map(legAmount), currency);
  await em.execute(
    'insert into collected_payouts (id, route, receiver, amount_minor, currency) values (?, ?, ?, ?, ?)',
    [id, route, receiver, total.amountMinor, currency],
  );
  for (const [index, leg] of legs.entries())
    await em.execute('insert into collected_legs (collected_id, leg_id, place, amount_minor) values (?, ?, ?, ?)', [
      id,
      leg.id,
      index + 1,
      leg.amountMinor,
    ]);
  const text = `paid together with ${legs.length - 1} others, ${formatMoney(total)} in all`;
  for (const leg of legs) await note(em, leg.orderId, 'noted', text, { leg: leg.id, collected: id });
}

/** A collected payout by its id, with all of its original legs. */
export async function findCollected(em: EntityManager, id: string): Promise<CollectedPayout | undefined> {
  type Row = { legId: LegId; amount: string; total: string; currency: Money['currency']; receiver: string };
  const rows = await em.execute<Row[]>(
    `select m.leg_id as "legId", m.amount_minor::text as amount, c.amount_minor::text as total, c.currency, c.receiver
     from collected_payouts c join collected_legs m on m.collected_id = c.id where c.id = ? order by m.place`,
    [id],
  );
  const [first] = rows;
  if (!first) return undefined;
  const { total, currency, receiver } = first;
  const members = rows.map(({ legId, amount }) => ({ legId, amount: money(BigInt(amount), currency) }));
  return { id, receiver, sum: money(BigInt(total), currency), members };
}

/**
 * The collected payout that a leg belongs to, until the leg is freed; and whether payouts were ever collected: then a leg
 * may have been paid under another key than its own.
 */
export async function collectionOf(
  em: EntityManager,
  leg: LegId,
): Promise<{ collected: CollectedPayout | undefined; everCollected: boolean }> {
  const [row] = await em.execute<{ id: string | null; ever: boolean }[]>(
    `select (select collected_id from collected_legs where leg_id = ? and let_go_at is null) as id,
       exists (select from collected_payouts) as ever`,
    [leg],
  );
  return { collected: row?.id ? await findCollected(em, row.id) : undefined, everCollected: row?.ever ?? false };
}

/** Whether it still has all of its legs. */
export async function stillCollected(em: EntityManager, { id }: Pick<CollectedPayout, 'id'>): Promise<boolean> {
  const gone = await em.execute<{ id: string }[]>(
    'select leg_id as id from collected_legs where collected_id = ? and let_go_at is not null limit 1',
    [id],
  );
  return gone.length === 0;
}

export const letGo = (em: EntityManager, id: string): Promise<unknown> =>
  em.execute('update collected_legs set let_go_at = clock_now() where collected_id = ? and let_go_at is null', [id]);
