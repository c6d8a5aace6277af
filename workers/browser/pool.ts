/**
 * A pool of Chromium pages. puppeteer-cluster hands the slots out; how a browser is opened, recycled and closed is ours,
 * because its own ways leave promises unsettled when Chromium cannot start, and browsers behind when it is closed busy.
 *
 * One Chromium per slot; one incognito context per task; a new Chromium after so many tasks, after it has grown too
 * large, or when it is gone. Nothing here throws into puppeteer-cluster.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer, { type Browser, type LaunchOptions, type Page, ProtocolError, TimeoutError } from 'puppeteer';
import { Cluster } from 'puppeteer-cluster';
import { memoryOf } from './browser-memory.ts';

export type PoolOptions = {
  executablePath: string;
  /** Pages at once. */
  slots: number;
  tasksPerBrowser?: number;
  /** Resident bytes, children included, after which a browser is not used again. */
  memoryMaxBytes?: number;
};

export type BrowserPool = {
  /**
   * Runs a task in a page of its own, and waits until it has ended: also past the deadline, where its page is closed
   * under it. @throws what the task throws, or PageLost at the deadline
   */
  run<T>(task: (page: Page) => Promise<T>, options: { deadlineMs: number; signal?: AbortSignal }): Promise<T>;
  /** Pids of the browsers that run now. */
  browsers(): number[];
  close(graceMs: number): Promise<void>;
};

/** The page was taken away: the deadline, a shutdown, or a browser that died. */
export class PageLost extends Error {
  override readonly name = 'PageLost';
}

const lostWords =
  /detached|target closed|session closed|connection closed|context was destroyed|page has been closed|net::ERR_|navigation timeout|protocol error/i;

/** The browser's own failures: nothing is known of what the page did, except that it did nothing on its own. */
export const isPageLost = (error: unknown): boolean =>
  error instanceof PageLost ||
  error instanceof TimeoutError ||
  error instanceof ProtocolError ||
  (error instanceof Error && lostWords.test(error.message));

const closeMs = 3_000;
/** Between two tries to start a Chromium that does not start. */
const restartMs = { first: 100, last: 5_000 };

export async function openBrowserPool(options: PoolOptions): Promise<BrowserPool> {
  const { slots, tasksPerBrowser = 25, memoryMaxBytes = 1_500_000_000 } = options;
  const folder = ownFolder();
  const launch = launchOptions(options.executablePath, folder);
  const alive = new Set<Browser>();
  let closing = false;

  /** One slot: a browser that is replaced when it is worn out. */
  const openSlot = () => {
    let browser: Browser | undefined;
    let tasks = 0;
    const discard = async () => {
      const old = browser;
      browser = undefined;
      tasks = 0;
      if (old) await end(old);
      if (old) alive.delete(old);
    };
    const isWornOut = (): boolean =>
      !browser?.connected || tasks >= tasksPerBrowser || (memoryOf(browser.process()?.pid ?? 0) ?? 0) > memoryMaxBytes;
    const jobInstance = async () => {
      for (let waitMs = restartMs.first; ; waitMs = Math.min(waitMs * 2, restartMs.last)) {
        if (closing) return new Promise<never>(() => {}); // the task's own deadline settles it
        try {
          if (isWornOut()) {
            await discard();
            browser = await puppeteer.launch(launch);
            alive.add(browser);
          }
          tasks += 1;
          const context = await browser!.createBrowserContext();
          const page = await context.newPage();
          return { resources: { page }, close: () => atMost(closeMs, context.close()) };
        } catch {
          await discard();
          await sleep(waitMs);
        }
      }
    };
    return { jobInstance, close: discard, repair: discard };
  };
  const concurrency = class {
    async init() {}
    async close() {}
    async workerInstance() {
      return openSlot();
    }
  };
  const cluster = await Cluster.launch({
    concurrency: concurrency as never,
    maxConcurrency: slots,
    timeout: 2 ** 31 - 1,
    puppeteerOptions: launch,
  });
  const running = new Set<Promise<unknown>>();

  return {
    run(task, { deadlineMs, signal }) {
      if (closing) return Promise.reject(new PageLost('the browser pool is closing'));
      const late = AbortSignal.timeout(deadlineMs);
      const stop = signal ? AbortSignal.any([late, signal]) : late;
      const lost = () => new PageLost(late.aborted ? `not done within ${deadlineMs} ms` : 'stopped');
      const work = cluster.execute(undefined, async ({ page }: { page: Page }) => {
        if (stop.aborted) throw lost(); // it may have waited for a slot: never start late
        stop.addEventListener('abort', () => void page.close().catch(ignore), { once: true });
        return task(page);
      }) as ReturnType<typeof task>;
      // A task whose page is gone ends by itself, soon; one that does not is left behind.
      const outOfPatience = new Promise<never>((_, reject) => {
        stop.addEventListener(
          'abort',
          () => void sleep(closeMs, undefined, { ref: false }).then(() => reject(lost())),
          { once: true },
        );
      });
      const outcome = Promise.race([work, outOfPatience]);
      running.add(outcome);
      outcome.catch(ignore).finally(() => running.delete(outcome));
      return outcome;
    },
    browsers: () => [...alive].flatMap(browser => browser.process()?.pid ?? []),
    async close(graceMs) {
      closing = true;
      await atMost(graceMs, Promise.allSettled(running));
      await Promise.all([...alive].map(end));
      await atMost(closeMs, cluster.close());
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const ignore = (): void => undefined;

/** Waits for what may never end, and no longer. Whether it failed is nobody's business: it is being closed. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, sleep(ms, undefined, { signal: done.signal })]).catch(ignore);
  done.abort();
}

async function end(browser: Browser): Promise<void> {
  await atMost(closeMs, browser.close());
  browser.process()?.kill('SIGKILL');
}

/** Over a pipe: a worker that is killed takes its browsers with it. Signals are the process's own to handle. */
const launchOptions = (executablePath: string, folder: string): LaunchOptions => ({
  executablePath,
  headless: true,
  pipe: true,
  handleSIGINT: false,
  handleSIGTERM: false,
  handleSIGHUP: false,
  env: { ...process.env, TMPDIR: folder },
  args: [
    '--disable-dev-shm-usage',
    `--disk-cache-dir=${join(folder, 'cache')}`,
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ],
});

const folderPrefix = 'orders-browser-';

/** Chromium leaves its folders behind when it is killed: each pool has one of its own, and clears away those of the dead. */
function ownFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${folderPrefix}(\\d+)-`).exec(name)?.[1] ?? process.pid);
    if (!isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  return mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
