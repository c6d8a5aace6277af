/** The books of one order, for people to read. */
import type { OrderId } from '../../domain/ids.ts';
import type { Account } from '../../domain/ledger.ts';
import { type Currency, type Money, money } from '../../domain/money.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Effect } from '../entities/money.ts';

/** The effects of an order, its parcels and its legs, with collected payouts; oldest first. */
export async function effectsOf(em: EntityManager, subjects: readonly string[]): Promise<Effect[]> {
  const collected = await em.execute<{ id: string }[]>(
    'select distinct collected_id as id from collected_legs where leg_id in (?)',
    [[...subjects]],
  );
  const subject = { $in: [...subjects, ...collected.map(({ id }) => id)] };
  return em.find(Effect, { subject }, { orderBy: { createdAt: 'asc', generation: 'asc' }, limit: 100 });
}

export type Entry = { at: Date; source: string; event: string; postings: BookedPosting[] };
type BookedPosting = { account: Account; holder: string | null; amount: Money };

/** The ledger entries of one order, by transaction. */
export async function ledgerOf(em: EntityManager, orderId: OrderId): Promise<Entry[]> {
  const rows = await em.execute<
    {
      id: string;
      at: string;
      source: string;
      event: string;
      account: Account;
      holder: string | null;
      amount: string;
      currency: Currency;
    }[]
  >(
    `select t.id::text, t.at::text, t.source, t.event, p.account, u.email as holder, p.amount_minor::text as amount, p.currency
     from ledger_transactions t join ledger_postings p on p.transaction_id = t.id left join users u on u.id = p.holder_id
     where t.order_id = ? order by t.id, p.id limit 500`,
    [orderId],
  );
  const entries = new Map<string, Entry>();
  for (const { id, at, source, event, account, holder, amount, currency } of rows) {
    const entry = entries.get(id) ?? { at: new Date(at), source, event, postings: [] };
    entry.postings.push({ account, holder, amount: money(BigInt(amount), currency) });
    entries.set(id, entry);
  }
  return [...entries.values()];
}
