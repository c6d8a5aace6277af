import { setTimeout as sleep } from 'node:timers/promises';
import { catalogue } from '../queues/catalogue.ts';
import type { Job } from '../queues/define-queue.ts';
import type { InlineAnswer, InlineRequest, Sent } from './baselines/inline.ts';
import type { Progress } from './progress.ts';
import { measureTurn, openSide, type SideTotals } from './road-side.ts';
import type { RoadSystem } from './road-system.ts';
import { type Latencies, readTimeline, standing, type Turn } from './timeline.ts';

type SideName = 'ours' | 'inline';

/** What the turns have shown so far. */
type Found = {
  readonly ours: SideTotals;
  readonly inline: SideTotals;
  /** Of ours. */
  readonly latencies: Latencies;
  /** What the baseline has sent in each of its turns, by its own count. */
  readonly sent: Sent[];
  /** Why the baseline has not settled an order. */
  readonly offTheRoad: Set<string>;
};

type Turns = { take(name: SideName, orders: number): Promise<void>; forget(): void; found(): Found };
type Options = { system: RoadSystem; redisUrl: string | undefined; progress: Progress; signal: AbortSignal };

const addAtOnce = 50;

const lanes: InlineRequest['lanes'] = {
  fulfill: catalogue.fulfill.concurrency,
  purchase: catalogue.purchase.concurrency,
  'create-sale': catalogue['create-sale'].concurrency,
  payout: catalogue.payout.concurrency,
};

const nothing = (): Found => ({
  ours: openSide(),
  inline: openSide(),
  latencies: { fulfill: [], purchase: [], 'create-sale': [], payout: [] },
  sent: [],
  offTheRoad: new Set(),
});

/** Each turn has new paid orders, which one of the two sides settles. */
export function openTurns(options: Options): Turns {
  const { system, redisUrl, signal } = options;
  let found = nothing();
  return {
    async take(name, count) {
      const jobs = await system.seed(count, signal);
      const orders = jobs.map(job => job.payload.orderId ?? '');
      await measureTurn({ system, redisUrl }, found[name], orders, async turn => {
        if (name === 'ours') await settleOurs(options, jobs, orders);
        else keep(found, await settleInline(options, orders));
        return settledIn(system, turn, name === 'ours' ? found.latencies : undefined);
      });
    },
    forget() {
      found = nothing();
    },
    found: () => found,
  };
}

function keep({ sent, offTheRoad }: Found, answer: InlineAnswer): void {
  sent.push(answer.sent);
  for (const why of answer.offTheRoad) offTheRoad.add(why);
}

/** Adds the jobs, and waits until every order is settled, or none can be expected to settle any more. */
async function settleOurs({ system, progress, signal }: Options, jobs: readonly Job[], orders: readonly string[]) {
  for (let from = 0; from < jobs.length; from += addAtOnce)
    await system.producer.addAll(jobs.slice(from, from + addAtOnce));
  for (;;) {
    const { settled, stopped } = await standing(system.postgres.client, orders);
    progress('orders settled', settled, orders.length);
    if (settled + stopped >= orders.length || signal.aborted) return;
    await sleep(100);
  }
}

async function settleInline({ system, signal }: Options, orders: readonly string[]): Promise<InlineAnswer> {
  const body = JSON.stringify({ orders, lanes } satisfies InlineRequest);
  const answer = await fetch(system.inline.url, { method: 'POST', body, signal });
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
