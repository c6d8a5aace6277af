import type { Writable } from 'node:stream';
import type { Sent } from './baselines/inline.ts';
import { type Books, readBooks } from './books.ts';
import { type Runs, watchJobLines } from './job-lines.ts';
import type { Progress } from './progress.ts';
import { memoryNow, type PerProcess, type SideTotals } from './road-side.ts';
import { openRoadSystem, type RoadSystem } from './road-system.ts';
import { openTurns } from './road-turns.ts';
import { countRoundTrips } from './round-trips.ts';
import { differences, readRows } from './rows-alike.ts';
import type { Latencies } from './timeline.ts';

export type RoadOptions = {
  orders: number;
  redisUrl: string | undefined;
  log: Writable;
  progress: Progress;
};

export type RoadFigures = {
  readonly ours: SideTotals;
  readonly inline: SideTotals;
  /** Of ours, as `runs`. */
  readonly latencies: Latencies;
  readonly runs: Runs;
  readonly memoryMb: PerProcess;
  readonly books: Books;
  readonly ledgerBalanced: boolean;
  /** In what the two sides have stored of an order. */
  readonly differences: readonly string[];
  /** Why the baseline has not settled an order. */
  readonly offTheRoad: readonly string[];
  /** By the baseline's own count, per order. */
  readonly countedByInline: Sent;
  /** How many round trips to Postgres an order waits for. */
  readonly roundTrips: { readonly ours: number; readonly inline: number };
};

/** Both take turns, so that other load on the machine affects both. */
const rounds = 5;
/** The first orders find cold code and closed pools. */
const warmUp = 20;

/** Measures how many paid orders a second one workers process settles, beside the same work written by hand. */
export async function measureRoad({ orders, redisUrl, progress, ...options }: RoadOptions): Promise<RoadFigures> {
  const { log, runs, clear } = watchJobLines(options.log);
  const perTurn = Math.ceil(orders / rounds);
  const inAll = 3 * warmUp + 2 * rounds * perTurn;
  const signal = AbortSignal.timeout(120_000 + 1_000 * inAll);
  await using system = await openRoadSystem({ redisUrl, orders: inAll, log, progress });
  const turns = openTurns({ system, redisUrl, progress, signal });
  await turns.take('inline', warmUp);
  await turns.take('ours', warmUp);
  const roundTrips = await countRoundTrips(system, await system.seed(warmUp, signal), signal);
  turns.forget();
  clear();
  for (let round = 1; round <= rounds; round += 1) {
    const [first, second] = round % 2 === 0 ? (['ours', 'inline'] as const) : (['inline', 'ours'] as const);
    await turns.take(first, perTurn);
    await turns.take(second, perTurn);
  }
  const { ours, inline, latencies, sent, offTheRoad } = turns.found();
  const { client } = system.postgres;
  const countedByInline = perOrderOf(sent, inline.orders.length);
  return {
    ...{ ours, inline, latencies, runs, countedByInline },
    memoryMb: await memoryNow(system, redisUrl),
    books: readBooks(await system.effects(), inAll),
    ledgerBalanced: await isLedgerBalanced(system),
    differences: differences(await readRows(client, ours.orders), await readRows(client, inline.orders)),
    offTheRoad: [...offTheRoad],
    roundTrips: { ours: roundTrips, inline: countedByInline.roundTrips },
  };
}

function perOrderOf(sent: readonly Sent[], orders: number): Sent {
  const of = (name: keyof Sent) => sent.reduce((sum, one) => sum + one[name], 0) / orders;
  return { statements: of('statements'), transactions: of('transactions'), roundTrips: of('roundTrips') };
}

async function isLedgerBalanced({ postgres: { client } }: RoadSystem): Promise<boolean> {
  const { rows } = await client.query<{ total: string }>(
    'select sum(amount_minor)::text as total from ledger_postings group by currency',
  );
  return rows.length > 0 && rows.every(({ total }) => total === '0');
}
