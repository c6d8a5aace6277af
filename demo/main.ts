/**
 * `npm run demo [-- --once] [--orders N] [--json]`: the whole system on this machine, and the outside world that plays
 * with it over HTTP. Exits with 0 only when every order ended as its scenario says.
 */
import '../runtime/node-version.ts';
import { createWriteStream, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findChromium, NoChromium } from '../runtime/chromium.ts';
import { startSystem } from '../runtime/supervisor.ts';
import { openStore } from '../store/open.ts';
import { summarize } from './count.ts';
import { type Played, printReceipt } from './receipt.ts';
import type { Scenario } from './scenario.ts';
import { programme, scenarios } from './scenarios/index.ts';
import { shortened } from './settings.ts';
import { allOrders, hasEnded, orderOf } from './sight.ts';
import { type Stage, setStage } from './stage.ts';
import { openTable } from './table.ts';

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    orders: { type: 'string' },
  },
});
const wanted = values.orders === undefined ? undefined : Number(values.orders);
if (wanted !== undefined && !(Number.isInteger(wanted) && wanted > 0 && wanted <= 10_000))
  throw new Error('--orders is a number from 1 to 10000');

const atOnce = 6;
const balancePerOrderMinor = 150_00;

const startedAt = Date.now();
const out = values.json ? process.stderr : process.stdout;
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));

const dataFolder = mkdtempSync(join(tmpdir(), 'orders-demo-'));
const logFile = join(tmpdir(), `orders-demo-${process.pid}.log`);
out.write(`Starting a database, an api, workers, a dashboard and a sandbox of five providers; log: ${logFile}\n`);
await using system = await startSystem({
  env: { ...shortened, DATABASE_URL: undefined, REDIS_URL: process.env.REDIS_URL },
  dataFolder,
  removeData: true,
  log: createWriteStream(logFile),
  signal: stop.signal,
}).catch((error: unknown) => {
  // A taken port, a wrong setting: the message says it all, a stack would hide it.
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
});
const store = await openStore(system.databaseUrl, 4);
try {
  process.exitCode = await perform();
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  await store.close();
}

async function perform(): Promise<number> {
  const stage = await setStage(system, store);
  const chosen = programme(wanted, await playable());
  const expected = chosen.reduce((sum, { orders }) => sum + orders, 0);
  const amountMinor = `${1_000_00 + balancePerOrderMinor * expected}`;
  await stage.sandbox('POST', '/balance', { provider: 'paypal', currency: 'USD', amountMinor });

  const patienceMs = 60_000 + expected * 400;
  const played: Played[] = [];
  const table = openTable(out);
  const watching = watch(played, expected, table);
  const quiet = () => watching.until(played.length, patienceMs);
  const trouble = await playAll(stage, chosen, played, quiet);
  // An order whose scenario broke off is not waited for.
  const ended = await quiet();
  watching.close();
  table.done();

  // In the order of the programme, whoever was done first.
  played.sort((a, b) => chosen.indexOf(a.scenario) - chosen.indexOf(b.scenario));
  await printReceipt(store, played, out);
  for (const line of trouble) out.write(`${line}\n`);
  const { ADMIN_EMAIL, ADMIN_PASSWORD } = system.env;
  out.write(`dashboard: ${system.urls.dashboard}  log in as ${ADMIN_EMAIL} with ${ADMIN_PASSWORD}\n`);
  const endings = played.map(({ ending }) => ending);
  const summary = await summarize(store, stage.sandbox, endings, startedAt);
  const good = ended === expected && trouble.length === 0 && summary.duplicates === 0 && summary.ledgerBalanced;
  out.write(
    `${good ? 'all as it should be' : 'NOT as it should be'}: ${ended} of ${expected} orders in ${summary.seconds} s\n`,
  );
  if (!values.once) await stayUp();
  if (values.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  return good ? 0 : 1;
}

/** Where there is no Chromium the browser's scenarios are left out, which is said. */
async function playable(): Promise<readonly Scenario[]> {
  try {
    await findChromium(process.env.CHROME_PATH);
    return scenarios;
  } catch (error) {
    if (!(error instanceof NoChromium)) throw error;
    out.write(`without the scenarios in a browser: ${error.message}\n`);
    return scenarios.filter(({ inBrowser }) => !inBrowser);
  }
}

/** A few scenarios at a time, then those that need the stage for themselves. What went wrong is told, not thrown. */
async function playAll(
  stage: Stage,
  scenarios: readonly Scenario[],
  played: Played[],
  quiet: () => Promise<unknown>,
): Promise<string[]> {
  const trouble: string[] = [];
  const play = async (scenario: Scenario) => {
    try {
      for (const ending of await scenario.play(stage)) played.push({ scenario, ending });
    } catch (error) {
      trouble.push(`${scenario.name}: ${error instanceof Error ? error.message : error}`);
    }
  };
  const queue = scenarios.filter(({ alone }) => !alone);
  const players = Array.from({ length: atOnce }, async () => {
    for (let next = queue.shift(); next && !stop.signal.aborted; next = queue.shift()) await play(next);
  });
  await Promise.all(players);
  for (const scenario of scenarios.filter(({ alone }) => alone)) {
    await quiet();
    if (!stop.signal.aborted) await play(scenario);
  }
  return trouble;
}

function watch(played: readonly Played[], expected: number, table: ReturnType<typeof openTable>) {
  const look = async (): Promise<number> => {
    const orders = await allOrders(store);
    const results = await Promise.all(
      played.map(async ({ ending }) => hasEnded(await orderOf(store, ending.order), ending)),
    );
    const ended = results.filter(Boolean).length;
    table.show(orders, ended, expected);
    return ended;
  };
  const timer = setInterval(() => void look(), 500);
  return {
    /** Until so many have ended as they should; how many have when it is done or patience is over. */
    async until(count: number, patienceMs: number): Promise<number> {
      const end = Date.now() + patienceMs;
      for (;;) {
        const ended = await look();
        if (ended >= count || Date.now() > end || stop.signal.aborted) return ended;
        await sleep(200);
      }
    },
    close: () => clearInterval(timer),
  };
}

async function stayUp(): Promise<void> {
  out.write('It stays up: look around, and stop it with Ctrl-C.\n');
  if (!stop.signal.aborted) await new Promise(resolve => stop.signal.addEventListener('abort', resolve));
}
