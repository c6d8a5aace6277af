/**
 * Who reads a provider's balance report. One reading serves all orders, payouts and processes. It is claimed in the
 * funding account's row; without the claim, a caller uses the last report, or waits for the reading under way.
 *
 *   due ──claimed──► being read ──read──► not due for an interval
 *                        │  └───failed──► not due for a moment
 *                        └──the reader died: its claim expires──► due
 */
import { platformCurrency } from '../../domain/fees.ts';
import type { Money } from '../../domain/money.ts';
import { databaseTime } from '../database/clock.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { fundingAccount, type Provider, setAvailable } from './funding.ts';

/** `known`: the last report is still trusted. */
export type Reading = { readonly turn: 'ours' | 'being read' | 'not due'; readonly known: boolean };

/**
 * Claims the reading of the platform's balance for `forMs`, if it is due and no other process reads. A due time further
 * ahead than any reading could have set comes from a clock that was ahead, and is ignored.
 */
export async function claimReading(
  em: EntityManager,
  provider: Provider,
  { forMs, readAgainMs }: { forMs: number; readAgainMs: number },
): Promise<Reading> {
  const passed = (column: string) =>
    `coalesce(${column} not between clock_now() and clock_now() + ? * interval '1 ms', true)`;
  const due = `${passed('reading_until')} and ${passed('next_read_at')}`;
  const look = async () => {
    const [row] = await em.execute<{ id: string; due: boolean; reading: boolean; known: boolean }[]>(
      `select id, ${due} as due, coalesce(reading_until > clock_now(), false) as reading,
         coalesce(trusted_until > clock_now(), false) as known
       from funding_accounts where owner_id is null and provider = ? and currency = ?`,
      [forMs, readAgainMs, provider, platformCurrency],
    );
    return row;
  };
  const seen = await look();
  if (!seen) {
    await fundingAccount(em, null, provider);
    return claimReading(em, provider, { forMs, readAgainMs });
  }
  if (seen.due) {
    const claimed = await em.execute<{ id: string }[]>(
      `update funding_accounts set reading_until = clock_now() + ? * interval '1 ms' where id = ? and ${due} returning id`,
      [forMs, seen.id, forMs, readAgainMs],
    );
    if (claimed.length > 0) return { turn: 'ours', known: seen.known };
  }
  // Another process may have claimed it in between.
  const { reading, known } = (seen.due && (await look())) || seen;
  return { turn: reading ? 'being read' : 'not due', known };
}

/** Stores a report; the next reading is due in `readAgainMs`. */
export async function keepReading(
  em: EntityManager,
  provider: Provider,
  report: { available: Money; asOf: Date },
  readAgainMs: number,
): Promise<void> {
  // A report from the future would hide what we spent just now.
  const now = await databaseTime(em);
  const asOf = report.asOf > now ? now : report.asOf;
  await setAvailable(em, null, report.available, asOf, provider, readAgainMs);
  await endReading(em, provider, readAgainMs);
}

/** Ends the reading, whether it stored a report or not: the next one is due in `againMs`. */
export async function endReading(em: EntityManager, provider: Provider, againMs: number): Promise<void> {
  const { id } = await fundingAccount(em, null, provider);
  await em.execute(
    `update funding_accounts set reading_until = null, next_read_at = clock_now() + ? * interval '1 ms' where id = ?`,
    [againMs, id],
  );
}

/** Whether a process is reading the balance at this moment. */
export async function isBeingRead(em: EntityManager, provider: Provider): Promise<boolean> {
  const rows = await em.execute<{ id: string }[]>(
    'select id from funding_accounts where owner_id is null and provider = ? and reading_until > clock_now()',
    [provider],
  );
  return rows.length > 0;
}
