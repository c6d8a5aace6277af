/** The quantile of a sample by nearest rank; 0 for an empty sample. @param share 0.95 for p95 */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** The text for a column; tenths are shown below 100 ms only. */
export const milliseconds = (ms: number): string => (ms < 100 ? ms.toFixed(1) : Math.round(ms).toString());

/** Of each pair of turns, which had the same machine. */
const ratios = (ours: readonly number[], theirs: readonly number[]): number[] =>
  ours.map((perSecond, turn) => perSecond / (theirs[turn] ?? Number.NaN));

export const medianRatio = (ours: readonly number[], theirs: readonly number[]): number =>
  quantile(ratios(ours, theirs), 0.5);

/** The text that stands beside the median: how far they lie apart says how quiet the machine was. */
export const eachRatio = (ours: readonly number[], theirs: readonly number[]): string =>
  ratios(ours, theirs)
    .map(ratio => ratio.toFixed(2))
    .join(' ');
