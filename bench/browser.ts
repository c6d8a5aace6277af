import type { Writable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Config, Environment } from '../runtime/config.ts';
import { startSupervised } from '../runtime/system/supervised-process.ts';
import { chromiumProcesses } from '../test/browser/chromium-processes.ts';
import { goShopping, type Shopping } from '../test/browser/shopping.ts';
import { startTestPostgres } from '../test/support/postgres-server.ts';
import { memoryOf } from '../workers/browser/browser-memory.ts';
import type { Progress } from './progress.ts';

export type BrowserOptions = {
  purchases: number;
  pages: number;
  log: Writable;
  progress: Progress;
};

export type BrowserFigures = {
  purchases: number;
  pages: number;
  /** From the first purchase to the last, all pages together. */
  seconds: number;
  /** The times of the purchases that ended PURCHASED. */
  purchaseMs: number[];
  /** How the other purchases ended. */
  others: string[];
  supplierOrders: number;
  logIns: number;
  /** Resident bytes of all browsers after each purchase, in order; shared pages count in each of their processes. */
  browserBytes: number[];
  /** Bytes that the driving process holds after each purchase, once garbage is collected. */
  ownBytes: number[];
  /** Chromium processes that were left after the pool had closed. */
  processesLeft: number;
};

/** Buys with several pages in parallel, one account per page; the sandbox is a process of its own. */
export async function measureBrowser(options: BrowserOptions): Promise<BrowserFigures> {
  const { purchases, pages } = options;
  const postgres = await startTestPostgres();
  process.env.TEST_POSTGRES_URL = postgres.url;
  try {
    // Browsers are never recycled, so that a fresh one does not hide growing memory.
    const settings = { slots: pages, tasksPerBrowser: 2 * purchases, sandbox: sandboxApart(options) };
    const shopping = await goShopping(settings);
    const figures = await whileOpen(shopping, () => buyAll(shopping, options));
    return { ...figures, processesLeft: chromiumProcesses().length };
  } finally {
    await postgres.stop();
  }
}

async function whileOpen<T>(shopping: Shopping, work: () => Promise<T>): Promise<T> {
  await using _open = shopping;
  return await work(); // and closes only then
}

const sandboxApart =
  ({ log }: BrowserOptions) =>
  async (env: Environment, { sandboxPort }: Config) => {
    const given = Object.entries({ PATH: process.env.PATH, ...env });
    const sandbox = await startSupervised({
      name: 'sandbox',
      command: ['sandbox/main.ts'],
      env: Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
      role: 'server',
      healthUrl: `http://127.0.0.1:${sandboxPort}/_control/health`,
      stopDeadlineMs: 5_000,
      log: line => log.write(`sandbox   | ${line}\n`),
      onGivenUp: error => log.write(`sandbox   | ${error.message}\n`),
    });
    return { authority: '', close: () => sandbox.stop() };
  };

async function buyAll(shopping: Shopping, options: BrowserOptions): Promise<Omit<BrowserFigures, 'processesLeft'>> {
  const { purchases, pages, progress } = options;
  const { stage, pool } = shopping;
  const queues: string[][] = [];
  for (let page = 0; page < pages; page += 1) {
    const shopper = await shopping.hireShopper();
    const orders: string[] = [];
    for (let number = page; number < purchases; number += pages) {
      orders.push((await shopping.orderFor(shopper)).id);
      progress('orders ready', queues.flat().length + orders.length, purchases);
    }
    queues.push(orders);
  }

  const [purchaseMs, others, browserBytes, ownBytes]: [number[], string[], number[], number[]] = [[], [], [], []];
  const startedAt = performance.now();
  const buyOne = async (id: string) => {
    const from = performance.now();
    const answer = await shopping.buy(id);
    if (answer === 'PURCHASED') purchaseMs.push(performance.now() - from);
    else others.push(answer);
    browserBytes.push(pool.browsers().reduce((sum, pid) => sum + (memoryOf(pid) ?? 0), 0));
    ownBytes.push(heldBytes());
    progress('bought', browserBytes.length, purchases);
  };
  const lane = async (orders: readonly string[]) => {
    for (const id of orders) await buyOne(id);
  };
  await Promise.all(queues.map(lane));
  const seconds = (performance.now() - startedAt) / 1_000;
  const { sessions } = await stage.control<{ sessions: number }>('shop-sessions');
  const supplierOrders = (await stage.effects('supplier-order')).length;
  return { purchases, pages, seconds, purchaseMs, others, supplierOrders, logIns: sessions, browserBytes, ownBytes };
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
