import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'puppeteer';
import {
  type Chromium,
  closeMs,
  launchChromium,
  type RunningChromium,
} from '../../runtime/chromium/launch-chromium.ts';
import { within } from '../../runtime/with-timeout.ts';
import { memoryOf } from './browser-memory.ts';

type SlotOptions = {
  chromium: Chromium;
  /** Where its Chromium may write. */
  folder: string;
  tasksPerBrowser: number;
  memoryMaxBytes: number;
  /** Aborts when no page is to be opened any more. */
  closing: AbortSignal;
  onStartFailure(error: Error): void;
};

export type Slot = {
  /** A page in a context of its own; the promise stays open where none can be had and the pool is closing. */
  openPage(): Promise<{ page: Page; close(): Promise<void> }>;
  /** Of the Chromium that runs now. */
  pid(): number | undefined;
  close(): Promise<void>;
};

/** Between two tries to start a Chromium that does not start. */
const restartMs = { first: 100, last: 5_000 };

/** One Chromium after the other: a new one after so many tasks, after it has grown too large, or when it is gone. */
export function openSlot(options: SlotOptions): Slot {
  const { tasksPerBrowser, memoryMaxBytes, closing, onStartFailure } = options;
  let running: RunningChromium | undefined;
  let starting: Promise<RunningChromium> | undefined;
  let opening: Promise<unknown> | undefined;
  let tasks = 0;

  const discard = async () => {
    const old = running;
    running = undefined;
    tasks = 0;
    await old?.end();
  };
  const isWornOut = ({ browser }: { browser: Browser }): boolean =>
    !browser.connected || tasks >= tasksPerBrowser || (memoryOf(browser.process()?.pid) ?? 0) > memoryMaxBytes;
  const freshBrowser = async (): Promise<Browser> => {
    if (running && !isWornOut(running)) return running.browser;
    await discard();
    starting = launchChromium(options.chromium, options.folder);
    running = await starting;
    return running.browser;
  };
  const tryPage = async () => {
    const browser = await freshBrowser();
    tasks += 1;
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    // A context that cannot be closed would be dragged along: its browser goes with it.
    return { page, close: () => within(closeMs, context.close()).catch(discard) };
  };

  return {
    async openPage() {
      for (let waitMs = restartMs.first; !closing.aborted; waitMs = Math.min(waitMs * 2, restartMs.last)) {
        try {
          const page = tryPage();
          opening = page;
          return await page;
        } catch (error) {
          if (!closing.aborted) onStartFailure(error instanceof Error ? error : new Error(String(error)));
          await discard();
          await sleep(waitMs, undefined, { signal: closing }).catch(ignore);
        }
      }
      return new Promise<never>(() => {});
    },
    pid: () => running?.browser.process()?.pid,
    async close() {
      await starting?.catch(ignore);
      // Of a browser that is killed meanwhile puppeteer would wait for the page for half a minute.
      await within(closeMs, opening ?? Promise.resolve()).catch(ignore);
      await discard();
    },
  };
}

const ignore = (): void => undefined;
