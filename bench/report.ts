/** The object that `--json` prints last: what was measured, by backend; what was not is left out. */
import { type HostFigures, ofRaw } from './host.ts';
import type { IngressFigures } from './ingress.ts';
import { medianRatio } from './quantile.ts';
import type { RoadFigures } from './road.ts';
import type { SideTotals } from './road-side.ts';
import { perOrder } from './road-tables.ts';
import type { Measured } from './tables.ts';

export type Report = { readonly [Bench in 'ingress' | 'road' | 'host']?: object };

/** Three digits behind the point are more than any run repeats. */
const rounded = <T extends object>(figures: T): T =>
  JSON.parse(JSON.stringify(figures, (_name, value) => (typeof value === 'number' ? Number(value.toFixed(3)) : value)));

const byBackend = <Figures>(measured: readonly Measured<Figures>[], reportOf: (figures: Figures) => object | number) =>
  rounded(Object.fromEntries(measured.map(([backend, figures]) => [backend, reportOf(figures)])));

export const ingressReport = (measured: readonly Measured<IngressFigures>[]): Report => ({
  ingress: byBackend(measured, ({ perSecond, cpuMs, turns, baselines, p50, p95, p99, ...wrong }) => ({
    perSecond,
    ofExpress: medianRatio(turns, baselines.express.turns),
    ofInsert: medianRatio(turns, baselines.insert.turns),
    cpuMs,
    ofInsertCpu: cpuMs / baselines.insert.cpuMs,
    p50,
    p95,
    p99,
    ...wrong,
  })),
});

const unsettledOf = ({ orders, settled }: SideTotals): number => orders.length - settled;

export const roadReport = (measured: readonly Measured<RoadFigures>[]): Report => ({
  road: byBackend(measured, figures => {
    const { ours, inline, roundTrips, memoryMb, books, ledgerBalanced, differences } = figures;
    const { perSecond, cpuMs, ...sent } = perOrder(ours);
    const byHand = perOrder(inline);
    const { inline: _none, ...ownCpuMs } = cpuMs;
    return {
      perSecond,
      ofInline: medianRatio(ours.turns, inline.turns),
      ...sent,
      roundTrips: roundTrips.ours,
      cpuMs: ownCpuMs,
      memoryMb,
      ...{ books, ledgerBalanced, differences },
      unsettled: unsettledOf(ours),
      inline: { ...byHand, roundTrips: roundTrips.inline, unsettled: unsettledOf(inline) },
    };
  }),
});

export const hostReport = (measured: readonly Measured<HostFigures>[]): Report => ({
  host: byBackend(measured, ofRaw),
});
