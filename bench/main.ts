/**
 * `npm run bench [-- --orders 200 --requests 5000 --connections 32 --only ingress|road]`: how much this machine takes.
 * Once with the jobs in Postgres, and once more in Redis when REDIS_URL names an empty one of this machine. Exits with 1
 * when something was lost, refused or done twice.
 *
 * `npm run bench -- --only browser [--purchases 100 --pages 3]`: purchases on the supplier's website, with a real
 * Chromium; on its own, because it needs one. Exits with 1 also when memory grows or a process is left.
 */
import '../runtime/node-version.ts';
import { createWriteStream } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureBrowser } from './browser.ts';
import { browserIsGood, browserSummary } from './browser-summary.ts';
import { measureIngress } from './ingress.ts';
import { openProgress } from './progress.ts';
import { emptyAgain, emptyRedis } from './redis.ts';
import { measureRoad } from './road.ts';
import { ingressIsGood, ingressTable, type Measured, roadIsGood, roadSummary, roadTable } from './tables.ts';

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '200' },
    requests: { type: 'string', default: '5000' },
    connections: { type: 'string', default: '32' },
    purchases: { type: 'string', default: '100' },
    pages: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
});
const orders = wholeNumber('orders', 10_000);
const requests = wholeNumber('requests', 1_000_000);
const connections = wholeNumber('connections', 1_000);
const purchases = wholeNumber('purchases', 10_000);
const pages = wholeNumber('pages', 8);
const benches = { ingress: benchIngress, road: benchRoad, browser: benchBrowser };
const chosen = chosenBenches(values.only);

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));

const logFile = join(tmpdir(), `orders-bench-${process.pid}.log`);
const surroundings = { log: createWriteStream(logFile), progress: openProgress(), signal: stop.signal };
const [load = 0] = loadavg();
process.stderr.write(`${availableParallelism()} cores, load ${load.toFixed(1)} before the start; log: ${logFile}\n`);

try {
  for (const name of chosen) await benches[name]();
} catch (error) {
  if (!stop.signal.aborted) throw error;
  process.exitCode = 1;
}

async function benchIngress(): Promise<void> {
  const measured = await onEachBackend(redisUrl =>
    measureIngress({ requests, connections, redisUrl, ...surroundings }),
  );
  process.stdout.write(`ingress: ${requests} signed webhooks over ${connections} connections\n`);
  process.stdout.write(`${ingressTable(measured)}\n`);
  if (!measured.every(([, figures]) => ingressIsGood(figures))) process.exitCode = 1;
}

async function benchRoad(): Promise<void> {
  const measured = await onEachBackend(redisUrl => measureRoad({ orders, redisUrl, ...surroundings }));
  process.stdout.write(`road: ${orders} paid orders, all at once, through one workers process\n`);
  process.stdout.write(`${roadTable(measured)}\n`);
  for (const one of measured) process.stdout.write(`${roadSummary(one)}\n`);
  if (!measured.every(([, figures]) => roadIsGood(figures))) process.exitCode = 1;
}

async function benchBrowser(): Promise<void> {
  const figures = await measureBrowser({ purchases, pages, ...surroundings });
  process.stdout.write(`browser: ${purchases} purchases on the website, each account at one page\n`);
  process.stdout.write(`${browserSummary(figures)}\n`);
  if (!browserIsGood(figures)) process.exitCode = 1;
}

function chosenBenches(only: string | undefined): readonly (keyof typeof benches)[] {
  if (only === undefined) return ['ingress', 'road'];
  if (only === 'ingress' || only === 'road' || only === 'browser') return [only];
  throw new Error('--only is ingress, road or browser');
}

async function onEachBackend<Figures>(measure: (redisUrl: string | undefined) => Promise<Figures>) {
  const measured: Measured<Figures>[] = [['postgres', await measure(undefined)]];
  const { REDIS_URL } = process.env;
  if (!REDIS_URL) return measured;
  const redisUrl = await emptyRedis(REDIS_URL);
  try {
    measured.push(['redis', await measure(redisUrl)]);
  } finally {
    await emptyAgain(redisUrl);
  }
  return measured;
}

function wholeNumber(name: 'orders' | 'requests' | 'connections' | 'purchases' | 'pages', most: number): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new Error(`--${name} is a number from 1 to ${most}`);
}
