import { connectionStates, healthOf } from '../../domain/connection.ts';
import { countFindings, type FindingCount } from '../books/book-findings.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { BookCheck } from '../entities/book-check.ts';
import { Credential } from '../entities/people.ts';
import { countUntaken, type UntakenCount } from '../events/untaken-events.ts';
import { type Restore, standingRestore } from '../restore.ts';

/** When no sweep has ended for this long, sweeping has stopped, whatever the interval: orders wait for it. */
export const sweepStillMs = 120_000;

/** Records the end of a sweep, by the database's clock: the reader may run on another machine. */
export const beat = (em: EntityManager): Promise<unknown> =>
  em.execute(
    `insert into heartbeats (name, at) values ('sweep', clock_now())
     on conflict (name) do update set at = excluded.at`,
  );

export type EndingConsent = Pick<Credential, 'id' | 'apiName' | 'accountName'> & { reconnectBy: Date };

export type RefusedAccount = Pick<Credential, 'apiName' | 'accountName'> & {
  code: string;
  since: Date;
  triedAt: Date;
};

export type VitalSigns = {
  /** Null before the first one. */
  readonly sweptAt: Date | null;
  /** The number of accounts, by kind and health. */
  readonly connections: readonly { apiName: string; health: string; count: number }[];
  /** Working accounts whose owners must renew their consent by a known day; the earliest first. */
  readonly consentEnds: readonly EndingConsent[];
  /** Seconds since the most overdue token should have been renewed; 0 when none is due. */
  readonly refreshOverdueSeconds: number;
  /** Sellers whose orders eBay may not report to us. */
  readonly subscriptionsInTrouble: number;
  /** Accounts whose provider refuses us, the longest refused first. */
  readonly refused: readonly RefusedAccount[];
  readonly events: UntakenCount;
  readonly books: BookSigns;
  /** The restore that holds all money now. */
  readonly restore: Restore | null;
};

/** When a check of the books last ended, and its open findings. */
type BookSigns = { readonly checkedAt: Date | null; readonly findings: readonly FindingCount[] };

/** The figures that show what has stopped, or will. */
export async function vitalSigns(em: EntityManager, now: Date): Promise<VitalSigns> {
  const [row] = await em.execute<{ swept_at: Date | string | null; due: Date | string | null; troubled: number }[]>(
    `select (select at from heartbeats where name = 'sweep') as swept_at,
       (select min(refresh_at) from api_credentials where status = 'HEALTHY') as due,
       (select count(*)::int from ebay_subscriptions where trouble is not null) as troubled`,
  );
  const accounts = await em.find(
    Credential,
    { status: { $in: connectionStates.filter(status => status !== 'DISCONNECTED') } },
    { orderBy: { refreshExpiresAt: 'asc' }, limit: 10_000 },
  );
  const dueMs = row?.due ? now.getTime() - new Date(row.due).getTime() : 0;
  return {
    sweptAt: row?.swept_at ? new Date(row.swept_at) : null,
    connections: counted(accounts, now),
    consentEnds: accounts.flatMap(({ id, apiName, accountName, status, refreshExpiresAt: reconnectBy }) =>
      status === 'HEALTHY' && reconnectBy ? [{ id, apiName, accountName, reconnectBy }] : [],
    ),
    refreshOverdueSeconds: Math.max(0, dueMs / 1_000),
    subscriptionsInTrouble: row?.troubled ?? 0,
    refused: accounts
      .flatMap(({ apiName, accountName, refusedSince: since, refusedFor: code, trialAt: triedAt }) =>
        since && code && triedAt ? [{ apiName, accountName, code, since, triedAt }] : [],
      )
      .toSorted((a, b) => a.since.getTime() - b.since.getTime()),
    events: await countUntaken(em),
    restore: await standingRestore(em),
    books: await bookSigns(em),
  };
}

async function bookSigns(em: EntityManager): Promise<BookSigns> {
  const check = await em.findOne(BookCheck, { onlyOne: true });
  return { checkedAt: check?.finishedAt ?? null, findings: await countFindings(em) };
}

function counted(accounts: readonly Credential[], now: Date): VitalSigns['connections'] {
  const groups = Map.groupBy(accounts, account => `${account.apiName} ${healthOf(account, now)}`);
  return [...groups.values()].flatMap(([first, ...others]) =>
    first ? [{ apiName: first.apiName, health: healthOf(first, now), count: 1 + others.length }] : [],
  );
}
