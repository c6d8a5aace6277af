import Table from 'cli-table3';
import type { HistoryFigures } from './history.ts';
import { type HostFigures, ofRaw } from './host.ts';
import type { IngressFigures } from './ingress.ts';
import { eachRatio, medianRatio, milliseconds, quantile } from './quantile.ts';

/** The queue's backend, and the figures measured with it. */
export type Measured<Figures> = readonly [backend: string, figures: Figures];

export const tableOf = (head: string[]) => new Table({ head, style: { head: [], border: [], compact: true } });

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
    'without a job',
  ];
  const table = tableOf(['jobs in', ...head]);
  for (const [backend, { perSecond, cpuMs, turns, baselines, p50, p95, p99, errors, lost, withoutJob }] of measured) {
    const { express, insert } = baselines;
    const ratios = [express, insert].map(baseline => medianRatio(turns, baseline.turns).toFixed(2));
    const cpu = [cpuMs, cpuMs / insert.cpuMs].map(figure => figure.toFixed(2));
    table.push([
      backend,
      ...ratios,
      ...cpu,
      ...[p50, p95, p99].map(milliseconds),
      perSecond.toFixed(0),
      errors,
      lost,
      withoutJob,
    ]);
  }
  return table.toString();
}

export function hostTable(measured: readonly Measured<HostFigures>[]): string {
  const table = tableOf(['jobs in', 'of raw BullMQ', 'in each run', 'chains/s', 'raw', 'ran again']);
  for (const [backend, figures] of measured) {
    const { ours, raw, again } = figures;
    const medians = [ours, raw].map(sample => quantile(sample, 0.5).toFixed(0));
    table.push([backend, ofRaw(figures).toFixed(2), eachRatio(ours, raw), ...medians, again]);
  }
  return table.toString();
}

/** The median of a few tries, before and after the running balances and their indexes. */
export function historyTable({ questions }: HistoryFigures): string {
  const table = tableOf(['asked', 'of all history, ms', 'now, ms']);
  for (const { what, beforeMs, afterMs } of questions)
    table.push([what, milliseconds(beforeMs), milliseconds(afterMs)]);
  return table.toString();
}

export const hostIsGood = ({ again }: HostFigures): boolean => again === 0;

export const ingressIsGood = ({ errors, lost, withoutJob }: IngressFigures): boolean =>
  errors === 0 && lost === 0 && withoutJob === 0;
