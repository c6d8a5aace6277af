/**
 * What may be spent. Money is reserved in the transaction that lets an order (or a leg) through, under a lock on the
 * account that will really pay: HELD ──► CONSUMED (spent, with the real amount) or RELEASED (nothing was spent).
 *
 * free = available − held − consumed − what left without being reserved, where
 * - a *reported* balance (PayPal's) may be three hours old: what left since three hours before its time counts as not
 *   yet in it, what went back to buyers and what a dispute took included. Money may also be taken out of the account
 *   without us: a report that is older than its own lag and the time between two readings is no longer known;
 * - a *limit* is what an operator allows to be drawn in all, so everything ever consumed counts.
 * Unknown means no.
 */
import { randomUUID } from 'node:crypto';
import { invariant } from '../../domain/call-outcome.ts';
import { platformCurrency } from '../../domain/fees.ts';
import type { UserId } from '../../domain/ids.ts';
import { isGreater, type Money, money, subtract } from '../../domain/money.ts';
import { reportsLagMs } from '../../domain/provider.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { FundingAccount } from '../entities/money.ts';
import { ownDebits } from './unreserved-debits.ts';

export type Purpose = 'buy' | 'pay';
/** Who holds the platform's money. A reseller's own account, which nobody can read, pays through PayPal. */
export type Provider = 'paypal' | 'payoneer';
/** `free`: null when nothing is known; or no longer, because the last report is of `tooOld`. */
export type Shortage = { reserved: false; free: Money | null; tooOld?: Date };
export type Reserved = { reserved: true } | Shortage;

/** The platform's own account (owner null) or a reseller's; made on first use, knowing nothing. */
export async function fundingAccount(
  em: EntityManager,
  ownerId: UserId | null,
  provider: Provider = 'paypal',
): Promise<FundingAccount> {
  const account = { ownerId, provider, currency: platformCurrency };
  const known = await em.findOne(FundingAccount, account);
  if (known) return known;
  await em.execute(
    'insert into funding_accounts (id, kind, owner_id, provider, currency) values (?, ?, ?, ?, ?) on conflict do nothing',
    [randomUUID(), ownerId ? 'limit' : 'reported', ownerId, provider, platformCurrency],
  );
  return em.findOneOrFail(FundingAccount, account);
}

/**
 * Takes what an operator allowed, or what the provider reported.
 * @param readAgainMs the time between two readings of a report
 */
export async function setAvailable(
  em: EntityManager,
  ownerId: UserId | null,
  available: Money,
  asOf: Date,
  provider: Provider = 'paypal',
  readAgainMs = 0,
): Promise<void> {
  const account = await fundingAccount(em, ownerId, provider);
  invariant(available.currency === account.currency, `funds are in ${account.currency}, not in ${available.currency}`);
  const trustedUntil = account.kind === 'limit' ? null : new Date(asOf.getTime() + reportsLagMs + readAgainMs);
  await em.nativeUpdate(
    FundingAccount,
    { id: account.id },
    { availableMinor: available.amountMinor, asOf, trustedUntil },
  );
}

/** What is left to reserve; null when nothing is known. Call it with the account locked. */
async function freeOf(em: EntityManager, account: FundingAccount): Promise<Money | null> {
  if (account.asOf == null) return null;
  const since = new Date(account.asOf.getTime() - reportsLagMs);
  const everConsumed = `select sum(amount_minor) from running_balances where book = 'funding' and holder_id = a.id and account = 'CONSUMED'`;
  const consumedSince = `select sum(amount_minor) from reservations where funding_account_id = a.id and status = 'CONSUMED' and closed_at >= ?`;
  // In one statement: what is consumed meanwhile is held or consumed, and never neither.
  const [row] = await em.execute<{ trusted: boolean; held: string; consumed: string }[]>(
    `select coalesce(trusted_until > clock_now(), true) as trusted,
       coalesce((select sum(amount_minor) from running_balances where book = 'funding' and holder_id = a.id and account = 'HELD'), 0)::text as held,
       coalesce(case kind when 'limit' then (${everConsumed}) else (${consumedSince}) end, 0)::text as consumed
     from funding_accounts a where id = ?`,
    [since, account.id],
  );
  if (!row?.trusted) return null;
  const free = money(account.availableMinor - BigInt(row.held) - BigInt(row.consumed), account.currency);
  return account.kind === 'reported' ? subtract(free, await ownDebits(em, account, since)) : free;
}

/** For people to look at; whoever wants to spend reserves. */
export const freeFunds = async (
  em: EntityManager,
  ownerId: UserId | null,
  provider: Provider = 'paypal',
): Promise<Money | null> => freeOf(em, await fundingAccount(em, ownerId, provider));

/**
 * Holds `amount` for one subject, once: what is held already is not held again. Locks the account, so that fifty
 * orders at once against money for ten reserve exactly ten.
 */
export async function reserve(
  em: EntityManager,
  want: {
    ownerId: UserId | null;
    provider?: Provider;
    purpose: Purpose;
    subject: string;
    userId: UserId;
    amount: Money;
  },
): Promise<Reserved> {
  const { id } = await fundingAccount(em, want.ownerId, want.provider);
  await em.execute('select id from funding_accounts where id = ? for no key update', [id]);
  const account = await em.findOneOrFail(FundingAccount, { id });
  const held = await em.execute<{ id: string }[]>(
    `select id from reservations where purpose = ? and subject = ? and status <> 'RELEASED'`,
    [want.purpose, want.subject],
  );
  if (held.length > 0) return { reserved: true };
  const free = await freeOf(em, account);
  if (!free) return { reserved: false, free, ...(account.asOf ? { tooOld: account.asOf } : {}) };
  if (isGreater(want.amount, free)) return { reserved: false, free };
  await em.execute(
    'insert into reservations (id, funding_account_id, purpose, subject, user_id, amount_minor) values (?, ?, ?, ?, ?, ?)',
    [randomUUID(), account.id, want.purpose, want.subject, want.userId, want.amount.amountMinor],
  );
  return { reserved: true };
}

/** The money left: the reservation becomes what was really spent. */
export async function consume(em: EntityManager, purpose: Purpose, subject: string, spent: Money): Promise<void> {
  await em.execute(
    `update reservations set status = 'CONSUMED', amount_minor = ?, closed_at = clock_now()
     where purpose = ? and subject = ? and status = 'HELD'`,
    [spent.amountMinor, purpose, subject],
  );
}

/** What was spent has come back, and may be reserved once more. */
export async function moneyReturned(em: EntityManager, purpose: Purpose, subject: string): Promise<void> {
  await em.execute(
    `update reservations set status = 'RELEASED', closed_at = clock_now() where purpose = ? and subject = ? and status <> 'RELEASED'`,
    [purpose, subject],
  );
}

/**
 * Of what was spent, `lost` never comes back: a limit counts everything that was ever drawn from it, also when the rest
 * of the purchase is undone. What a reported balance has lost is in its next report.
 */
export async function keepLost(em: EntityManager, purpose: Purpose, subject: string, lost: Money): Promise<void> {
  if (lost.amountMinor === 0n) return;
  await em.execute(
    `insert into reservations (id, funding_account_id, purpose, subject, user_id, amount_minor, status, closed_at)
     select ?, r.funding_account_id, r.purpose, ?, r.user_id, ?, 'CONSUMED', clock_now()
     from reservations r join funding_accounts a on a.id = r.funding_account_id
     where r.purpose = ? and r.subject = ? and r.status = 'CONSUMED' and a.kind = 'limit'`,
    [randomUUID(), randomUUID(), lost.amountMinor, purpose, subject],
  );
}

/** A part of what was spent has come back. */
export async function partReturned(em: EntityManager, purpose: Purpose, subject: string, part: Money): Promise<void> {
  await em.execute(
    `update reservations set amount_minor = amount_minor - ? where purpose = ? and subject = ? and status = 'CONSUMED'`,
    [part.amountMinor, purpose, subject],
  );
}

/** Nothing was spent and nothing will be. */
export async function release(em: EntityManager, purpose: Purpose, subject: string): Promise<void> {
  await em.execute(
    `update reservations set status = 'RELEASED', closed_at = clock_now() where purpose = ? and subject = ? and status = 'HELD'`,
    [purpose, subject],
  );
}

/** Purchases a reseller was let through for since `since`, under a lock on the reseller. */
export async function boughtSince(
  em: EntityManager,
  userId: UserId,
  since: Date,
): Promise<{ orders: number; spend: Money }> {
  await em.execute('select id from users where id = ? for no key update', [userId]);
  const [row] = await em.execute<{ orders: string; spend: string }[]>(
    `select count(*)::text as orders, coalesce(sum(amount_minor), 0)::text as spend from reservations
     where purpose = 'buy' and user_id = ? and status <> 'RELEASED' and created_at >= ?`,
    [userId, since],
  );
  return { orders: Number(row?.orders ?? 0), spend: money(BigInt(row?.spend ?? 0), platformCurrency) };
}
