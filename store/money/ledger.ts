import { invariant } from '../../domain/call-outcome.ts';
import type { OrderId, UserId } from '../../domain/ids.ts';
import { type Account, imbalance, type Posting } from '../../domain/ledger.ts';
import type { LedgerEvent } from '../../domain/ledger-event.ts';
import { type Currency, currencyOf, type Money, money, zero } from '../../domain/money.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** `at`: when it happened; now by default. `orderId` null: the entry concerns no order. */
export type Entry = {
  readonly source: string;
  readonly event: LedgerEvent;
  readonly orderId: OrderId | null;
  readonly at?: Date;
  readonly postings: readonly Posting[];
};

/**
 * Books one event. `source` and `event` identify it for ever: booking it again does nothing and returns false. The
 * database refuses postings that do not sum to zero.
 */
export async function post(em: EntityManager, entry: Entry): Promise<boolean> {
  invariant(imbalance(entry.postings).size === 0, `${entry.source} ${entry.event} is balanced`);
  const { source, event, orderId, at = null } = entry;
  const postings = entry.postings.map(({ account, holder = null, amount: { amountMinor, currency } }) => ({
    account,
    holder,
    minor: `${amountMinor}`,
    currency,
  }));
  const [booked] = await em.execute<{ id: string }[]>(
    `with booked as (
       insert into ledger_transactions (source, event, order_id, user_id, at)
       values (?, ?, ?, (select user_id from orders where id = ?), coalesce(?, clock_now()))
       on conflict (source, event) do nothing returning id
     ), posted as (
       insert into ledger_postings (transaction_id, account, holder_id, amount_minor, currency)
       select booked.id, p.account, p.holder, p.minor, p.currency
       from booked, json_to_recordset(?::json) as p(account text, holder uuid, minor bigint, currency text)
     )
     select id from booked`,
    [source, event, orderId, orderId, at, JSON.stringify(postings)],
  );
  return booked !== undefined;
}

export async function isPosted(em: EntityManager, source: string, event: LedgerEvent): Promise<boolean> {
  const rows = await em.execute('select from ledger_transactions where source = ? and event = ?', [source, event]);
  return rows.length > 0;
}

/**
 * Books an event that may truly happen again: a payout that is paid, comes back, and is paid after all. The second time
 * is booked as `name#2`. Only for a caller that has just won the guarded move which records the event: nothing else
 * prevents a double booking.
 */
export async function postTurn(em: EntityManager, entry: Entry & { readonly orderId: OrderId }): Promise<void> {
  const { source, event, orderId } = entry;
  const [row] = await em.execute<{ turns: number }[]>(
    `select count(*)::int as turns from ledger_transactions
     where order_id = ? and source = ? and (event = ? or starts_with(event, ?))`,
    [orderId, source, event, `${event}#`],
  );
  const turns = row?.turns ?? 0;
  const booked = await post(em, { ...entry, event: turns === 0 ? event : `${event}#${turns + 1}` });
  invariant(booked, `${source} ${event} is booked by one transaction at a time`);
}

type Sums = (account: Account) => Money;

/** The sums of one order's entries, by account; `source`: only entries of that source. */
export async function orderSums(
  em: EntityManager,
  orderId: OrderId,
  currency: Currency,
  source: string | null = null,
): Promise<Sums> {
  const rows = await em.execute<{ account: Account; total: string }[]>(
    `select p.account, sum(p.amount_minor)::text as total from ledger_transactions t
     join ledger_postings p on p.transaction_id = t.id
     where t.order_id = ? and p.currency = ? and t.source = coalesce(?, t.source) group by p.account`,
    [orderId, currency, source],
  );
  const sums = new Map(rows.map(({ account, total }) => [account, money(BigInt(total), currency)]));
  return account => sums.get(account) ?? zero(currency);
}

/** Events by name, each with all its repetitions, and by the beginning of a name. */
type Events = { readonly named: readonly LedgerEvent[]; readonly beginning?: readonly LedgerEvent[] };

/** The postings of one order and source, of all events or of those given. */
export async function postingsOf(
  em: EntityManager,
  orderId: OrderId,
  source: string,
  events?: Events,
): Promise<Posting[]> {
  const { named, beginning = [] } = events ?? { named: [] };
  const prefixes = [...beginning, ...named.map(event => `${event}#`)];
  const rows = await em.execute<{ account: Account; holder_id: UserId | null; amount: string; currency: string }[]>(
    `select p.account, p.holder_id, p.amount_minor::text as amount, p.currency from ledger_transactions t
     join ledger_postings p on p.transaction_id = t.id
     where t.order_id = ? and t.source = ? and (?
       or t.event in (select jsonb_array_elements_text(?::jsonb))
       or exists (select from jsonb_array_elements_text(?::jsonb) prefix where starts_with(t.event, prefix)))
     order by p.id`,
    [orderId, source, events === undefined, JSON.stringify(named), JSON.stringify(prefixes)],
  );
  return rows.map(({ account, holder_id: holder, amount, currency }) => ({
    account,
    ...(holder ? { holder } : {}),
    amount: money(BigInt(amount), currencyOf(currency)),
  }));
}

/** The balance of an account; positive is a debit. */
export async function balanceOf(
  em: EntityManager,
  account: Account,
  holder: UserId | null,
  currency: Currency,
): Promise<Money> {
  const [row] = await em.execute<{ total: string }[]>(
    `select coalesce(sum(amount_minor), 0)::text as total from running_balances
     where book = 'ledger' and account = ? and ${holder ? 'holder_id = ?' : 'holder_id is null'} and currency = ?`,
    [account, ...(holder ? [holder] : []), currency],
  );
  return money(BigInt(row?.total ?? 0), currency);
}

export type AccountBalance = { account: Account; balance: Money };

/**
 * The balance of every account over all holders; positive is a debit. `own`: only the platform's own part, without
 * resellers' and admins' parts.
 */
export async function accountBalances(em: EntityManager, own = false): Promise<AccountBalance[]> {
  const rows = await em.execute<{ account: Account; currency: string; total: string }[]>(
    `select account, currency, sum(amount_minor)::text as total from running_balances
     where book = 'ledger' ${own ? 'and holder_id is null' : ''} group by 1, 2 having sum(amount_minor) <> 0 order by 1, 2`,
  );
  return rows.map(({ account, currency, total }) => ({ account, balance: money(BigInt(total), currencyOf(currency)) }));
}

/** The whole ledger per currency, summed entry by entry: anything but zero means that the books are broken. */
export async function ledgerTotals(em: EntityManager): Promise<Money[]> {
  const rows = await em.execute<{ currency: string; total: string }[]>(
    'select currency, sum(amount_minor)::text as total from ledger_postings group by currency order by currency',
  );
  return rows.map(row => money(BigInt(row.total), currencyOf(row.currency)));
}
