/**
 * A pool of Chromium pages. puppeteer-cluster hands the slots out; how a browser is opened, recycled and closed is ours,
 * because its own ways leave promises unsettled when Chromium cannot start, and browsers behind when it is closed busy.
 *
 * One Chromium per slot; one incognito context per task. Nothing here throws into puppeteer-cluster.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { Cluster } from 'puppeteer-cluster';
import { browserFolder, type Chromium, closeMs, killBrowser } from '../../runtime/chromium/launch-chromium.ts';
import { removeFolder } from '../../runtime/system/own-folder.ts';
import { within } from '../../runtime/with-timeout.ts';
import { openSlot, type Slot } from './browser-slot.ts';
import { PageLost } from './page-lost.ts';

export type PoolOptions = {
  chromium: Chromium;
  /** Pages at once. */
  slots: number;
  tasksPerBrowser?: number;
  /** Resident bytes, children included, after which a browser is not used again. */
  memoryMaxBytes?: number;
  /** Called for each Chromium that does not start. It is tried again, and tasks wait for it until their deadline. */
  onStartFailure?(error: Error): void;
};

export type BrowserPool = {
  /**
   * Runs a task in a page of its own, and waits until it has ended: also past the deadline, where its page is closed
   * under it. @throws what the task throws, or PageLost at the deadline
   */
  run<T>(task: (page: Page) => Promise<T>, options: { deadlineMs: number; signal?: AbortSignal }): Promise<T>;
  /** Pids of the browsers that run now. */
  browsers(): number[];
  /** Tasks with a page may end within the grace; tasks that wait for one fail at once. */
  close(graceMs: number): Promise<void>;
};

export async function openBrowserPool(options: PoolOptions): Promise<BrowserPool> {
  const { chromium, slots: size, tasksPerBrowser = 25, memoryMaxBytes = 1_500_000_000 } = options;
  const folder = browserFolder();
  const closing = new AbortController();
  const graceOver = new AbortController();
  const slots: Slot[] = [];
  let whyNone: Error | undefined;
  const onStartFailure = (error: Error) => {
    whyNone = error;
    options.onStartFailure?.(error);
  };
  const addSlot = (): Slot => {
    const limits = { tasksPerBrowser, memoryMaxBytes };
    const slot = openSlot({ chromium, folder, ...limits, closing: closing.signal, onStartFailure });
    slots.push(slot);
    return slot;
  };
  const cluster = await Cluster.launch({
    concurrency: concurrencyOf(addSlot) as never,
    maxConcurrency: size,
    timeout: 2 ** 31 - 1,
    puppeteerOptions: { executablePath: chromium.executablePath },
  });
  const running = new Set<Promise<unknown>>();
  /** How to tell those that have no page yet. */
  const waiting = new Set<() => void>();

  return {
    run(task, { deadlineMs, signal }) {
      const late = AbortSignal.timeout(deadlineMs);
      const stop = AbortSignal.any([late, graceOver.signal, ...(signal ? [signal] : [])]);
      const isOver = () => stop.aborted || closing.signal.aborted;
      const lost = () =>
        new PageLost(late.aborted ? `not done within ${deadlineMs} ms` : 'stopped', whyNone && { cause: whyNone });
      if (isOver()) return Promise.reject(lost());
      const { promise: givenUp, reject } = Promise.withResolvers<never>();
      const giveUp = () => reject(lost());
      waiting.add(giveUp);
      stop.addEventListener('abort', () => waiting.has(giveUp) && giveUp(), { once: true });
      const work = cluster.execute(undefined, async ({ page }: { page: Page }) => {
        waiting.delete(giveUp);
        if (isOver()) throw lost(); // never start late
        whyNone = undefined;
        // A task whose page is gone ends by itself, soon; one that does not is left behind.
        const end = () => void takeAway(page).then(() => sleep(closeMs, undefined, { ref: false }).then(giveUp));
        stop.addEventListener('abort', end, { once: true });
        return task(page).finally(() => stop.removeEventListener('abort', end));
      }) as ReturnType<typeof task>;
      const outcome = Promise.race([work, givenUp]);
      running.add(outcome);
      const forget = () => running.delete(outcome) && waiting.delete(giveUp);
      outcome.then(forget, forget);
      return outcome;
    },
    browsers: () => slots.flatMap(slot => slot.pid() ?? []),
    async close(graceMs) {
      closing.abort();
      for (const giveUp of waiting) giveUp();
      const ended = () => Promise.allSettled(running);
      await within(graceMs, ended()).catch(() => graceOver.abort());
      await within(3 * closeMs, ended()).catch(ignore); // each has been given up by then
      await Promise.all(slots.map(slot => slot.close()));
      await cluster.close();
      await removeFolder(folder);
    },
  };
}

const ignore = (): void => undefined;

/** A page that cannot even be closed is killed with its browser: nothing may click any more. */
async function takeAway(page: Page): Promise<void> {
  await within(closeMs, page.close()).catch(ignore);
  if (!page.isClosed()) killBrowser(page.browser());
}

/** The shape in which puppeteer-cluster wants its slots. */
const concurrencyOf = (addSlot: () => Slot) =>
  class {
    async init() {}
    async close() {}
    async workerInstance() {
      const slot = addSlot();
      const jobInstance = async () => {
        const { page, close } = await slot.openPage();
        return { resources: { page }, close };
      };
      return { jobInstance, close: async () => {}, repair: async () => {} };
    }
  };
