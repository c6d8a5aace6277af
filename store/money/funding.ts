/**
 * What may be spent. Money is reserved in the transaction that clears an order (or a leg), under a lock on the account
 * that will really pay: HELD ──► CONSUMED (spent, with the real amount) or RELEASED (nothing was spent).
 *
 * free = available − held − consumed − unreserved debits, where
 * - a *reported* balance (PayPal's) may be three hours old: money that left since three hours before its time counts as
 *   not yet in it, refunds and dispute fees included. Money may also leave the account without us: a report older than
 *   its own lag plus the time between two readings is no longer trusted;
 * - a *limit* is the total that an operator allows to be drawn, so everything ever consumed counts.
 * When the balance is unknown, nothing may be spent.
 */
import { randomUUID } from 'node:crypto';
import { invariant } from '../../domain/call-outcome.ts';
import { platformCurrency } from '../../domain/fees.ts';
import type { UserId } from '../../domain/ids.ts';
import { isGreater, type Money, money, subtract } from '../../domain/money.ts';
import { reportsLagMs } from '../../domain/provider.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { lockUser } from '../database/lock-user.ts';
import { rowsBy } from '../database/table-rows.ts';
import { FundingAccount } from '../entities/money.ts';
import { ownDebits } from './unreserved-debits.ts';

export type Purpose = 'buy' | 'pay';
/** Where the platform's money is. A reseller's own account, whose balance cannot be read, pays through PayPal. */
export type Provider = 'paypal' | 'payoneer';
/** `free`: null when no balance is known, or when the last report is too old; then `tooOld` is the report's time. */
export type Shortage = { reserved: false; free: Money | null; tooOld?: Date };
export type Reserved = { reserved: true } | Shortage;

/** The platform's own account (owner null) or a reseller's; created on first use, without a known balance. */
export const fundingAccount = (
  em: EntityManager,
  ownerId: UserId | null,
  provider: Provider = 'paypal',
): Promise<FundingAccount> => accountOf(em, ownerId, provider, '');

/** Locks the account until the transaction ends. */
const lockedAccount = (em: EntityManager, ownerId: UserId | null, provider: Provider = 'paypal') =>
  accountOf(em, ownerId, provider, 'for no key update');

async function accountOf(
  em: EntityManager,
  ownerId: UserId | null,
  provider: Provider,
  lock: '' | 'for no key update',
): Promise<FundingAccount> {
  const owned = ownerId ? 'owner_id = ?' : 'owner_id is null';
  const values = [...(ownerId ? [ownerId] : []), provider, platformCurrency];
  const find = async () => {
    const statement = (columns: string) =>
      `select ${columns} from funding_accounts where ${owned} and provider = ? and currency = ? ${lock}`;
    return (await rowsBy(em, FundingAccount, statement, values))[0];
  };
  const known = await find();
  if (known) return known;
  await em.execute(
    'insert into funding_accounts (id, kind, owner_id, provider, currency) values (?, ?, ?, ?, ?) on conflict do nothing',
    [randomUUID(), ownerId ? 'limit' : 'reported', ownerId, provider, platformCurrency],
  );
  const added = await find();
  invariant(added, 'a funding account was added');
  return added;
}

/**
 * Stores a limit that an operator set, or a balance that the provider reported.
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

/** The money left to reserve; null when unknown. Call it with the account locked. */
async function freeOf(em: EntityManager, account: FundingAccount): Promise<Money | null> {
  if (account.asOf == null) return null;
  const since = new Date(account.asOf.getTime() - reportsLagMs);
  const everConsumed = `select sum(amount_minor) from running_balances where book = 'funding' and holder_id = a.id and account = 'CONSUMED'`;
  const consumedSince = `select sum(amount_minor) from reservations where funding_account_id = a.id and status = 'CONSUMED' and closed_at >= ?`;
  // One statement, so that a reservation consumed meanwhile counts as held or as consumed, never as neither.
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

/** For display only; to spend, reserve. */
export const freeFunds = async (
  em: EntityManager,
  ownerId: UserId | null,
  provider: Provider = 'paypal',
): Promise<Money | null> => freeOf(em, await fundingAccount(em, ownerId, provider));

/**
 * Holds `amount` for one subject, once: an existing reservation is kept. Locks the account, so that fifty orders at
 * once against money for ten reserve exactly ten.
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
  const account = await lockedAccount(em, want.ownerId, want.provider);
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

/** The money left: consumes the reservation, at the amount really spent. */
export async function consume(em: EntityManager, purpose: Purpose, subject: string, spent: Money): Promise<void> {
  await em.execute(
    `update reservations set status = 'CONSUMED', amount_minor = ?, closed_at = clock_now()
     where purpose = ? and subject = ? and status = 'HELD'`,
    [spent.amountMinor, purpose, subject],
  );
}

/** The money that was spent came back, and may be reserved again. */
export async function moneyReturned(em: EntityManager, purpose: Purpose, subject: string): Promise<void> {
  await em.execute(
    `update reservations set status = 'RELEASED', closed_at = clock_now() where purpose = ? and subject = ? and status <> 'RELEASED'`,
    [purpose, subject],
  );
}

/**
 * Part of the spent money never comes back. A limit counts everything ever drawn from it, so the lost part stays
 * consumed when the rest of the purchase is undone. A reported balance shows the loss in its next report.
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

/** Part of the spent money came back. */
export async function partReturned(em: EntityManager, purpose: Purpose, subject: string, part: Money): Promise<void> {
  await em.execute(
    `update reservations set amount_minor = amount_minor - ? where purpose = ? and subject = ? and status = 'CONSUMED'`,
    [part.amountMinor, purpose, subject],
  );
}

/** Nothing was spent, and nothing will be: releases the reservation. */
export async function release(em: EntityManager, purpose: Purpose, subject: string): Promise<void> {
  await em.execute(
    `update reservations set status = 'RELEASED', closed_at = clock_now() where purpose = ? and subject = ? and status = 'HELD'`,
    [purpose, subject],
  );
}

/** How many purchases of a reseller were cleared since `since`. Locks the reseller. */
export async function boughtSince(
  em: EntityManager,
  userId: UserId,
  since: Date,
): Promise<{ orders: number; spend: Money }> {
  await lockUser(em, userId);
  const [row] = await em.execute<{ orders: string; spend: string }[]>(
    `select count(*)::text as orders, coalesce(sum(amount_minor), 0)::text as spend from reservations
     where purpose = 'buy' and user_id = ? and status <> 'RELEASED' and created_at >= ?`,
    [userId, since],
  );
  return { orders: Number(row?.orders ?? 0), spend: money(BigInt(row?.spend ?? 0), platformCurrency) };
}
