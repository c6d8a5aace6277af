import { eachRatio, medianRatio, milliseconds, quantile } from './quantile.ts';
import type { RoadFigures } from './road.ts';
import type { SideTotals } from './road-side.ts';
import { type Measured, tableOf } from './tables.ts';

const shares = (sample: readonly number[]) => [0.5, 0.95].map(share => milliseconds(quantile(sample, share)));
const perSecond = ({ settled, seconds }: SideTotals): number => settled / Math.max(seconds, 0.001);

/** What one settled order takes, on each side. */
export const perOrder = (side: SideTotals) => {
  const orders = Math.max(side.settled, 1);
  const { counts, redisCommands, cpuMs } = side;
  return {
    perSecond: perSecond(side),
    statements: counts.statements / orders,
    transactions: counts.transactions / orders,
    bullmqStatements: counts.bullmq / orders,
    redisCommands: redisCommands / orders,
    cpuMs: {
      workers: cpuMs.workers / orders,
      inline: cpuMs.inline / orders,
      postgres: cpuMs.postgres / orders,
      redis: cpuMs.redis / orders,
      sandbox: cpuMs.sandbox / orders,
    },
  };
};

/** Ratios come first: ours, and below it the same orders by hand. */
export function roadTable(measured: readonly Measured<RoadFigures>[]): string {
  const table = tableOf([
    ...['jobs in', 'side', 'of inline', 'CPU ms: own', 'Postgres', 'Redis', 'sandbox'],
    ...['statements', 'transactions', 'round trips', 'BullMQ’s', 'Redis commands', 'orders/s'],
  ]);
  for (const [backend, { ours, inline, roundTrips }] of measured)
    for (const [name, side] of [['ours', ours] as const, ['inline', inline] as const]) {
      const { cpuMs, ...order } = perOrder(side);
      const own = name === 'ours' ? cpuMs.workers : cpuMs.inline;
      const sent = [
        order.statements,
        order.transactions,
        roundTrips[name],
        order.bullmqStatements,
        order.redisCommands,
      ];
      table.push([
        ...[backend, name, medianRatio(side.turns, inline.turns).toFixed(2)],
        ...[own, cpuMs.postgres, cpuMs.redis, cpuMs.sandbox, ...sent, order.perSecond].map(figure => figure.toFixed(1)),
      ]);
    }
  return table.toString();
}

/** A row per queue: `latency` is waiting plus work, by the timeline; `work` is one run, by the workers' log. */
export function queueTable(measured: readonly Measured<RoadFigures>[]): string {
  const table = tableOf(['jobs in', 'queue', 'latency p50 ms', 'p95 ms', 'runs per order', 'work p50 ms', 'p95 ms']);
  for (const [backend, { ours, latencies, runs }] of measured)
    for (const [queue, sample] of Object.entries(latencies)) {
      const work = runs.get(queue) ?? [];
      table.push([backend, queue, ...shares(sample), (work.length / ours.orders.length).toFixed(1), ...shares(work)]);
    }
  return table.toString();
}

export function roadSummary([backend, figures]: Measured<RoadFigures>): string {
  const { ours, inline, books, ledgerBalanced, memoryMb, differences, offTheRoad, countedByInline } = figures;
  const { statements, transactions } = countedByInline;
  const memory = Object.entries(memoryMb).filter(([, mb]) => mb > 0);
  return [
    [
      `jobs in ${backend}: ${ours.settled} of ${ours.orders.length} settled, inline ${inline.settled} of ${inline.orders.length}`,
      `${books.twice} twice, ${books.missing} missing`,
      `ledger ${ledgerBalanced ? 'balanced' : 'NOT balanced'}`,
      `MB: ${memory.map(([name, mb]) => `${name} ${mb.toFixed(0)}`).join(', ')}`,
    ].join(' · '),
    `  of inline in each pair of turns: ${eachRatio(ours.turns, inline.turns)}`,
    `  inline, by its own count: ${statements.toFixed(1)} statements and ${transactions.toFixed(1)} transactions per order`,
    ...differences.map(text => `  rows differ: ${text}`),
    ...offTheRoad.map(text => `  inline stopped: ${text}`),
  ].join('\n');
}

const calls = (count: number, orders: number): string => (count / orders).toFixed(1).padStart(6);

/** The statements that our orders ask most often. */
export const heaviest = ({ ours }: RoadFigures, most = 10): string =>
  [...ours.counts.byText]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([text, count]) => `${calls(count, Math.max(ours.settled, 1))}  ${text.replace(/\s+/g, ' ').slice(0, 120)}`)
    .join('\n');

export const roadIsGood = ({ ours, inline, books, ledgerBalanced, differences }: RoadFigures): boolean =>
  [ours, inline].every(({ settled, orders }) => settled === orders.length) &&
  books.twice === 0 &&
  books.missing === 0 &&
  ledgerBalanced &&
  differences.length === 0;
