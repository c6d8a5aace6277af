import Table from 'cli-table3';
import type { HistoryFigures } from './history.ts';
import type { IngressFigures } from './ingress.ts';
import { milliseconds, quantile } from './quantile.ts';
import type { RoadFigures } from './road.ts';

/** The queue's backend, and the figures measured with it. */
export type Measured<Figures> = readonly [backend: string, figures: Figures];

const tableOf = (head: string[]) => new Table({ head, style: { head: [], border: [], compact: true } });
const shares = (sample: readonly number[]) => [0.5, 0.95].map(share => milliseconds(quantile(sample, share)));

/** Ratios come first: absolute figures of a machine vary from hour to hour, ratios to a baseline do not. */
export function ingressTable(measured: readonly Measured<IngressFigures>[]): string {
  const head = [
    'of express',
    'of insert',
    'CPU ms',
    'of insert’s CPU',
    'p50 ms',
    'p95',
    'p99',
    'requests/s',
    'errors',
    'lost',
  ];
  const table = tableOf(['jobs in', ...head]);
  for (const [backend, { perSecond, cpuMs, baselines, p50, p95, p99, errors, lost }] of measured) {
    const { express, insert } = baselines;
    const ratios = [perSecond / express.perSecond, perSecond / insert.perSecond].map(ratio => ratio.toFixed(2));
    const cpu = [cpuMs, cpuMs / insert.cpuMs].map(figure => figure.toFixed(2));
    table.push([backend, ...ratios, ...cpu, ...[p50, p95, p99].map(milliseconds), perSecond.toFixed(0), errors, lost]);
  }
  return table.toString();
}

/** A row per queue: `latency` is waiting plus work, by the timeline; `work` is one run, by the workers' log. */
export function roadTable(measured: readonly Measured<RoadFigures>[]): string {
  const table = tableOf(['jobs in', 'queue', 'latency p50 ms', 'p95 ms', 'runs per order', 'work p50 ms', 'p95 ms']);
  for (const [backend, { orders, latencies, runs }] of measured)
    for (const [queue, sample] of Object.entries(latencies)) {
      const work = runs.get(queue) ?? [];
      table.push([backend, queue, ...shares(sample), (work.length / orders).toFixed(1), ...shares(work)]);
    }
  return table.toString();
}

export function roadSummary([backend, figures]: Measured<RoadFigures>): string {
  const { orders, settled, seconds, books, ledgerBalanced, commitsPerOrder, deadlocks } = figures;
  return [
    `jobs in ${backend}: ${(settled / Math.max(seconds, 0.001)).toFixed(1)} orders/s`,
    `${settled} of ${orders} settled in ${seconds.toFixed(1)} s`,
    `${commitsPerOrder.toFixed(0)} commits per order, ${deadlocks} deadlocks`,
    `${books.captures} captures, ${books.supplierOrders} supplier orders, ${books.payouts} payouts`,
    `${books.twice} twice, ${books.missing} missing`,
    `ledger ${ledgerBalanced ? 'balanced' : 'NOT balanced'}`,
  ].join(' · ');
}

/** The median of a few tries, before and after the running balances and their indexes. */
export function historyTable({ questions }: HistoryFigures): string {
  const table = tableOf(['asked', 'of all history, ms', 'now, ms']);
  for (const { what, beforeMs, afterMs } of questions)
    table.push([what, milliseconds(beforeMs), milliseconds(afterMs)]);
  return table.toString();
}

export const ingressIsGood = ({ errors, lost }: IngressFigures): boolean => errors === 0 && lost === 0;
export const roadIsGood = ({ orders, settled, books, ledgerBalanced }: RoadFigures): boolean =>
  settled === orders && books.twice === 0 && books.missing === 0 && ledgerBalanced;
