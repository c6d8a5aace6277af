/**
 * `npm run bench [-- --orders 200 --requests 5000 --connections 32 --chains 1000 --only ingress|road|host --json]`: what
 * this machine takes, beside baselines in the same run (bench/README.md). Once with the jobs in Postgres, and once more in
 * Redis when REDIS_URL names an empty one of this machine. `--json` prints one object last. Exits with 1 when something was
 * lost, refused or done twice.
 *
 * `npm run bench -- --only browser [--purchases 100 --pages 3]`: purchases on the supplier's website, with a real
 * Chromium; on its own, because it needs one. Exits with 1 also when memory grows or a process is left.
 *
 * `npm run bench -- --only history [--orders 100000]`: the queries over all orders, in a database of that many, before
 * and after the running balances and their indexes.
 */
import '../runtime/node-version.ts';
import { createWriteStream } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keepTemporary, temporaryFolder } from '../runtime/system/started-processes.ts';
import { runStarter, type Starter } from '../runtime/system/starter.ts';
import { measureBrowser } from './browser.ts';
import { browserIsGood, browserSummary } from './browser-summary.ts';
import { measureHistory } from './history.ts';
import { measureHost } from './host.ts';
import { measureIngress } from './ingress.ts';
import { openProgress } from './progress.ts';
import { emptyAgain, emptyRedis } from './redis.ts';
import { hostReport, ingressReport, type Report, roadReport } from './report.ts';
import { measureRoad } from './road.ts';
import { heaviest, queueTable, roadIsGood, roadSummary, roadTable } from './road-tables.ts';
import { historyTable, hostIsGood, hostTable, ingressIsGood, ingressTable, type Measured } from './tables.ts';

const { values } = parseArgs({
  options: {
    orders: { type: 'string' },
    requests: { type: 'string', default: '5000' },
    connections: { type: 'string', default: '32' },
    purchases: { type: 'string', default: '100' },
    pages: { type: 'string', default: '3' },
    chains: { type: 'string', default: '1000' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const orders =
  values.only === 'history' ? wholeNumber('orders', 10_000_000, '100000') : wholeNumber('orders', 10_000, '200');
const requests = wholeNumber('requests', 1_000_000);
const connections = wholeNumber('connections', 1_000);
const chains = wholeNumber('chains', 100_000);
const purchases = wholeNumber('purchases', 10_000);
const pages = wholeNumber('pages', 8);
const benches = {
  ingress: benchIngress,
  road: benchRoad,
  host: benchHost,
  browser: benchBrowser,
  history: benchHistory,
};
const chosen = chosenBenches(values.only);
if (values.json && chosen.some(name => name === 'browser' || name === 'history'))
  throw new Error('--json prints what ingress, road and host have measured: browser and history have no such object');

const logFile = join(temporaryFolder('bench'), 'bench.log');
const surroundings = { log: createWriteStream(logFile), progress: openProgress() };

await runStarter('bench', async ({ whenStopped }) => {
  const [load = 0] = loadavg();
  process.stderr.write(`${availableParallelism()} cores, load ${load.toFixed(1)} before the start; log: ${logFile}\n`);
  const outcomes: Outcome[] = [];
  for (const name of chosen) outcomes.push(await benches[name](whenStopped));
  const report: Report = Object.assign({}, ...outcomes.map(outcome => outcome.report));
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  if (outcomes.every(({ isGood }) => isGood)) return 0;
  process.stderr.write(`the log is kept for a day: ${keepTemporary(logFile)}\n`);
  return 1;
});

type WhenStopped = Starter['whenStopped'];

/** Whether everything was as it should be, and the figures for `--json`. */
type Outcome = { readonly isGood: boolean; readonly report?: Report };

async function benchIngress(whenStopped: WhenStopped): Promise<Outcome> {
  const measured = await onEachBackend(whenStopped, redisUrl =>
    measureIngress({ requests, connections, redisUrl, ...surroundings }),
  );
  process.stdout.write(`ingress: ${requests} signed webhooks over ${connections} connections\n`);
  process.stdout.write(`${ingressTable(measured)}\n`);
  return { isGood: measured.every(([, figures]) => ingressIsGood(figures)), report: ingressReport(measured) };
}

async function benchRoad(whenStopped: WhenStopped): Promise<Outcome> {
  const measured = await onEachBackend(whenStopped, redisUrl => measureRoad({ orders, redisUrl, ...surroundings }));
  process.stdout.write(`road: ${orders} paid orders in turns, per settled order\n`);
  process.stdout.write(`${roadTable(measured)}\n${queueTable(measured)}\n`);
  for (const one of measured) {
    process.stdout.write(`${roadSummary(one)}\nthe statements that are asked most often, per order:\n`);
    process.stdout.write(`${heaviest(one[1])}\n`);
  }
  return { isGood: measured.every(([, figures]) => roadIsGood(figures)), report: roadReport(measured) };
}

async function benchHost(whenStopped: WhenStopped): Promise<Outcome> {
  const measured = await onEachBackend(whenStopped, redisUrl => measureHost({ chains, redisUrl, ...surroundings }));
  process.stdout.write(`host: ${chains} chains of four jobs that do nothing, five runs in turns\n`);
  process.stdout.write(`${hostTable(measured)}\n`);
  return { isGood: measured.every(([, figures]) => hostIsGood(figures)), report: hostReport(measured) };
}

async function benchBrowser(): Promise<Outcome> {
  const figures = await measureBrowser({ purchases, pages, ...surroundings });
  process.stdout.write(`browser: ${purchases} purchases on the website, each account at one page\n`);
  process.stdout.write(`${browserSummary(figures)}\n`);
  return { isGood: browserIsGood(figures) };
}

async function benchHistory(): Promise<Outcome> {
  const figures = await measureHistory({ orders, progress: surroundings.progress });
  const { fillSeconds, migrateSeconds } = figures;
  process.stdout.write(
    `history: ${orders} orders, filled in ${fillSeconds.toFixed(0)} s, migrated in ${migrateSeconds.toFixed(1)} s\n`,
  );
  process.stdout.write(`${historyTable(figures)}\n`);
  return { isGood: true };
}

function chosenBenches(only: string | undefined): readonly (keyof typeof benches)[] {
  if (only === undefined) return ['ingress', 'road', 'host'];
  const isBench = (name: string): name is keyof typeof benches => Object.hasOwn(benches, name);
  if (isBench(only)) return [only];
  throw new Error(`--only is one of ${Object.keys(benches).join(', ')}`);
}

async function onEachBackend<Figures>(
  whenStopped: WhenStopped,
  measure: (redisUrl: string | undefined) => Promise<Figures>,
) {
  const measured: Measured<Figures>[] = [['postgres', await measure(undefined)]];
  const { REDIS_URL } = process.env;
  if (!REDIS_URL) return measured;
  const redisUrl = await emptyRedis(REDIS_URL);
  whenStopped(() => emptyAgain(redisUrl));
  try {
    measured.push(['redis', await measure(redisUrl)]);
  } finally {
    await emptyAgain(redisUrl);
  }
  return measured;
}

function wholeNumber(
  name: 'orders' | 'requests' | 'connections' | 'chains' | 'purchases' | 'pages',
  most: number,
  standard?: string,
) {
  const number = Number(values[name] ?? standard);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new Error(`--${name} is a number from 1 to ${most}`);
}
