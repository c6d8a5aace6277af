import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogue } from '../queues/catalogue.ts';
import type { Job } from '../queues/define-queue.ts';
import type { InlineAnswer, InlineRequest, Sent } from './baselines/inline.ts';
import { type Books, readBooks } from './books.ts';
import { type Runs, watchJobLines } from './job-lines.ts';
import type { Progress } from './progress.ts';
import { measureTurn, memoryNow, openSide, type PerProcess, type SideTotals } from './road-side.ts';
import { openRoadSystem, type RoadSystem } from './road-system.ts';
import { countRoundTrips } from './round-trips.ts';
import { differences, readRows } from './rows-alike.ts';
import { type Latencies, readTimeline, standing, type Turn } from './timeline.ts';

export type RoadOptions = {
  orders: number;
  redisUrl: string | undefined;
  log: Writable;
  progress: Progress;
};

export type RoadFigures = {
  readonly ours: SideTotals;
  readonly inline: SideTotals;
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
const rounds = 3;
/** The first orders find cold code and closed pools. */
const warmUp = 20;
const addAtOnce = 50;

const lanes: InlineRequest['lanes'] = {
  fulfill: catalogue.fulfill.concurrency,
  purchase: catalogue.purchase.concurrency,
  'create-sale': catalogue['create-sale'].concurrency,
  payout: catalogue.payout.concurrency,
};

/** Measures how many paid orders a second one workers process settles, beside the same work written by hand. */
export async function measureRoad({ orders, redisUrl, progress, ...options }: RoadOptions): Promise<RoadFigures> {
  const { log, runs, clear } = watchJobLines(options.log);
  const perTurn = Math.ceil(orders / rounds);
  const inAll = 3 * warmUp + 2 * rounds * perTurn;
  const signal = AbortSignal.timeout(120_000 + 1_000 * inAll);
  await using system = await openRoadSystem({ redisUrl, orders: inAll, log, progress });
  const { client } = system.postgres;
  const latencies: Latencies = { fulfill: [], purchase: [], 'create-sale': [], payout: [] };
  const offTheRoad = new Set<string>();
  const sent: Sent[] = [];
  const sides = { ours: openSide(), inline: openSide() };
  const turn = async (name: keyof typeof sides, count: number) => {
    const jobs = await system.seed(count, signal);
    const ids = jobs.map(job => job.payload.orderId ?? '');
    await measureTurn({ system, redisUrl }, sides[name], ids, async ({ since }) => {
      if (name === 'ours') await settleOurs(system, jobs, progress, signal);
      else {
        const answer = await settleInline(system, ids, signal);
        for (const why of answer.offTheRoad) offTheRoad.add(why);
        sent.push(answer.sent);
      }
      return settledIn(system, { orders: ids, since }, name === 'ours' ? latencies : undefined);
    });
  };
  for (const name of ['inline', 'ours'] as const) await turn(name, warmUp);
  const roundTrips = await countRoundTrips(system, await system.seed(warmUp, signal), signal);
  Object.assign(sides, { ours: openSide(), inline: openSide() });
  clear();
  sent.length = 0;
  for (const sample of Object.values(latencies)) sample.length = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const [first, second] = round % 2 === 0 ? (['ours', 'inline'] as const) : (['inline', 'ours'] as const);
    await turn(first, perTurn);
    await turn(second, perTurn);
  }
  const memoryMb = await memoryNow(system, redisUrl);
  const [rowsOfOurs, rowsOfInline] = [
    await readRows(client, sides.ours.orders),
    await readRows(client, sides.inline.orders),
  ];
  const counted = sumOf(sent, sides.inline.orders.length);
  return {
    ...sides,
    latencies,
    runs,
    memoryMb,
    books: readBooks(await system.effects(), inAll),
    ledgerBalanced: await isLedgerBalanced(system),
    differences: differences(rowsOfOurs, rowsOfInline),
    offTheRoad: [...offTheRoad],
    countedByInline: counted,
    roundTrips: { ours: roundTrips, inline: counted.roundTrips },
  };
}

/** Per order. */
function sumOf(sent: readonly Sent[], orders: number): Sent {
  const of = (name: keyof Sent) => sent.reduce((sum, one) => sum + one[name], 0) / orders;
  return { statements: of('statements'), transactions: of('transactions'), roundTrips: of('roundTrips') };
}

/** Adds the jobs, and waits until every order is settled, or none can be expected to settle any more. */
async function settleOurs(system: RoadSystem, jobs: readonly Job[], progress: Progress, signal: AbortSignal) {
  const orders = jobs.map(job => job.payload.orderId ?? '');
  for (let from = 0; from < jobs.length; from += addAtOnce)
    await system.producer.addAll(jobs.slice(from, from + addAtOnce));
  for (;;) {
    const { settled, stopped } = await standing(system.postgres.client, orders);
    progress('orders settled', settled, orders.length);
    if (settled + stopped >= orders.length || signal.aborted) return;
    await sleep(100);
  }
}

async function settleInline({ inline }: RoadSystem, orders: readonly string[], signal: AbortSignal) {
  const body = JSON.stringify({ orders, lanes } satisfies InlineRequest);
  const answer = await fetch(inline.url, { method: 'POST', body, signal });
  return (await answer.json()) as InlineAnswer;
}

/** How many of a turn's orders are settled, and how long that took, by their timelines. */
async function settledIn({ postgres: { client } }: RoadSystem, turn: Turn, latencies: Latencies | undefined) {
  const timeline = await readTimeline(client, turn);
  if (latencies)
    for (const queue of Object.keys(latencies) as (keyof Latencies)[])
      latencies[queue].push(...timeline.latencies[queue]);
  return { settled: (await standing(client, turn.orders)).settled, seconds: timeline.seconds };
}

async function isLedgerBalanced({ postgres: { client } }: RoadSystem): Promise<boolean> {
  const { rows } = await client.query<{ total: string }>(
    'select sum(amount_minor)::text as total from ledger_postings group by currency',
  );
  return rows.length > 0 && rows.every(({ total }) => total === '0');
}
