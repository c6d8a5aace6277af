/** The quantile of a sample by nearest rank; 0 for an empty sample. @param share 0.95 for p95 */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** The text for a column; tenths are shown below 100 ms only. */
export const milliseconds = (ms: number): string => (ms < 100 ? ms.toFixed(1) : Math.round(ms).toString());

/** The median of the ratios of each pair of turns: the two of a pair had the same machine. */
export const medianRatio = (ours: readonly number[], theirs: readonly number[]): number =>
  quantile(
    ours.map((perSecond, turn) => perSecond / (theirs[turn] ?? Number.NaN)),
    0.5,
  );
