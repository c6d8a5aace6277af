import type { BrowserFigures } from './browser.ts';
import { milliseconds, quantile } from './quantile.ts';

/** The growth from the third to the last quarter of a sample, as a share: of 100, the last 25 against the 25 before. */
function growthOfLastHalf(bytes: readonly number[]): number {
  const half = bytes.slice(Math.floor(bytes.length / 2));
  const middle = Math.ceil(half.length / 2);
  const [before, after] = [quantile(half.slice(0, middle), 0.5), quantile(half.slice(middle), 0.5)];
  return before === 0 ? 0 : after / before - 1;
}

/** The most growth that the noise of one run explains. */
const growthMax = 0.1;

/** The median of each quarter of a sample, in order. */
const quarters = (sample: readonly number[]): number[] =>
  [0, 1, 2, 3].map(quarter =>
    quantile(
      sample.slice(Math.floor((quarter * sample.length) / 4), Math.floor(((quarter + 1) * sample.length) / 4)),
      0.5,
    ),
  );

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`;
const percent = (share: number): string => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;

export function browserSummary(figures: BrowserFigures): string {
  const { purchases, pages, seconds, purchaseMs, others, supplierOrders, logIns, processesLeft } = figures;
  const { browserBytes, ownBytes } = figures;
  const perBrowser = browserBytes.map(bytes => bytes / pages);
  return [
    `${purchaseMs.length} of ${purchases} bought in ${seconds.toFixed(0)} s with ${pages} pages`,
    `${supplierOrders} supplier orders, ${logIns} log-ins`,
    `a purchase p50 ${milliseconds(quantile(purchaseMs, 0.5))} ms, p95 ${milliseconds(quantile(purchaseMs, 0.95))} ms`,
    `a browser by quarters ${quarters(perBrowser).map(megabytes).join(', ')}, at most ${megabytes(quantile(perBrowser, 1))}, over the last half ${percent(growthOfLastHalf(browserBytes))}`,
    `own process by quarters ${quarters(ownBytes).map(megabytes).join(', ')}, at most ${megabytes(quantile(ownBytes, 1))}, over the last half ${percent(growthOfLastHalf(ownBytes))}`,
    `${processesLeft} processes left`,
    ...new Set(others),
  ].join(' · ');
}

export const browserIsGood = (figures: BrowserFigures): boolean =>
  figures.purchaseMs.length === figures.purchases &&
  figures.supplierOrders === figures.purchases &&
  figures.logIns === figures.pages &&
  figures.processesLeft === 0 &&
  growthOfLastHalf(figures.browserBytes) <= growthMax &&
  growthOfLastHalf(figures.ownBytes) <= growthMax;
