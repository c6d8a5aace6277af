import type { System } from '../runtime/system/supervisor.ts';
import { openStore, type Store } from '../store/database/open.ts';
import { type Count, summarize } from './count.ts';
import { talkTo } from './http.ts';
import type { LastTrouble } from './log-lines.ts';
import { type Books, readBooks, receipt } from './receipt.ts';
import { endedAmong, type LeftOut, ordersOf, type Programme, show } from './show.ts';
import { openTable } from './table.ts';
import { judge, type Outcome } from './verdict.ts';

export type Verdict = {
  /** Every order ended as its scenario says, nothing happened twice, and the books balance. */
  readonly good: boolean;
  readonly summary: Summary;
};

export type Summary = Partial<Count> & {
  /** From the start of this process; left out when no order was settled. */
  readonly firstSettledSeconds?: number;
  readonly seconds: number;
  readonly leftOut: readonly LeftOut[];
  readonly failed: readonly { readonly scenario: string; readonly reason: string; readonly log: string | undefined }[];
};

/** Plays the programme and prints how it went. Always gives a verdict. */
export async function perform(options: {
  system: System;
  programme: Programme;
  lastTrouble: LastTrouble;
  out: NodeJS.WriteStream;
}): Promise<Verdict> {
  const { system, programme, lastTrouble, out } = options;
  const say = (text: string) => void out.write(`${text}\n`);
  const store = await openStore(system.databaseUrl, 4, system.config.encryptionKeys);
  try {
    const { performances, leftOut, sight, firstSettledMs, trouble } = await show(
      system,
      store,
      programme,
      openTable(out),
    );
    const outcomes = performances.map(one => judge(one, sight, trouble, lastTrouble));
    const { books, count, unread } = await readEnd(system, store);
    say(`\n${receipt(outcomes, books)}`);
    for (const why of [trouble, unread]) if (why) say(`trouble: ${why}`);
    const { ADMIN_EMAIL, ADMIN_PASSWORD } = system.env;
    say(`dashboard: ${system.urls.dashboard}  log in as ${ADMIN_EMAIL} with ${ADMIN_PASSWORD}`);

    const failed = failuresOf(outcomes);
    const kept = count !== undefined && count.duplicates === 0 && count.ledgerBalanced;
    const good = kept && failed.length === 0 && trouble === undefined;
    const seconds = inSeconds(performance.now());
    const first = firstSettledMs === undefined ? {} : { firstSettledSeconds: inSeconds(firstSettledMs) };
    const { firstSettledSeconds } = first;
    const ended = `${endedAmong(performances, sight)} of ${ordersOf(performances)} orders in ${seconds} s`;
    const settled =
      firstSettledSeconds === undefined ? 'none settled' : `the first settled after ${firstSettledSeconds} s`;
    say(`${good ? 'all as it should be' : 'NOT as it should be'}: ${ended}, ${settled}`);
    return { good, summary: { ...count, ...first, seconds, leftOut, failed } };
  } finally {
    await store.close();
  }
}

const failuresOf = (outcomes: readonly Outcome[]): Summary['failed'] =>
  outcomes.flatMap(({ scenario, failed }) => (failed ? [{ scenario: scenario.name, ...failed }] : []));

const inSeconds = (ms: number): number => Math.round(ms / 100) / 10;

/** The books at the end, or `unread`: why the database or the sandbox cannot be read any more. */
async function readEnd(system: System, store: Store): Promise<{ books: Books; count?: Count; unread?: string }> {
  try {
    const sandbox = talkTo(`${system.urls.sandbox}/_control`);
    return { books: await readBooks(store), count: await summarize(store, sandbox) };
  } catch (error) {
    return { books: { splits: new Map(), totals: [] }, unread: `the books cannot be read: ${error}` };
  }
}
