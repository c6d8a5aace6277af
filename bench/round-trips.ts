import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../queues/define-queue.ts';
import type { RoadSystem } from './road-system.ts';
import { addCounts, beginCounting, noStatements } from './statement-counts.ts';
import { standing } from './timeline.ts';

/**
 * How many round trips to Postgres one of our orders waits for: all that it sends, begin and commit too, one after the
 * other. Its two payouts run side by side, so one of them counts: the queue of the payouts rests until every sale is
 * booked, and what comes before and after is counted apart.
 */
export async function countRoundTrips(system: RoadSystem, jobs: readonly Job[], signal: AbortSignal): Promise<number> {
  const { client } = system.postgres;
  const orders = jobs.map(job => job.payload.orderId ?? '');
  const payouts = system.producer.queues.get('payout');
  await payouts?.pause();
  await beginCounting(client);
  await system.producer.addAll(jobs);
  const before = await sentUntil(system, signal, async () => {
    const { rows } = await client.query<{ left: number }>(
      'select count(*)::int as left from orders where id = any($1::uuid[]) and sale_booked_at is null',
      [orders],
    );
    return rows[0]?.left === 0;
  });
  await beginCounting(client);
  await payouts?.resume();
  const after = await sentUntil(system, signal, async () => (await standing(client, orders)).settled === orders.length);
  return (before + after / 2) / orders.length;
}

async function sentUntil(
  { postgres: { client } }: RoadSystem,
  signal: AbortSignal,
  isOver: () => Promise<boolean>,
): Promise<number> {
  while (!(await isOver())) {
    signal.throwIfAborted();
    await sleep(100);
  }
  const counts = noStatements();
  await addCounts(client, counts);
  return counts.statements + 2 * counts.transactions;
}
