import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer, { type Browser, type Page } from 'puppeteer';
import { removeFolder } from './browser-folder.ts';
import { memoryOf } from './browser-memory.ts';

export type SlotOptions = {
  executablePath: string;
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

/** What closing a page or a browser may take, before it is killed. */
export const closeMs = 3_000;
/** Between two tries to start a Chromium that does not start. */
const restartMs = { first: 100, last: 5_000 };
const startMs = 15_000;
/** A Chromium that answers no command for so long is dead. Longer than any page may load. */
const answerMs = 35_000;

/** One Chromium after the other: a new one after so many tasks, after it has grown too large, or when it is gone. */
export function openSlot(options: SlotOptions): Slot {
  const { tasksPerBrowser, memoryMaxBytes, closing, onStartFailure } = options;
  let running: { browser: Browser; end(): Promise<void> } | undefined;
  let starting: ReturnType<typeof start> | undefined;
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
    starting = start(options);
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
          return await tryPage();
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
      await discard();
    },
  };
}

/** Over a pipe: a worker that is killed takes its browsers with it. Signals are the process's own to handle. */
async function start({ executablePath, folder }: SlotOptions): Promise<{ browser: Browser; end(): Promise<void> }> {
  const profile = mkdtempSync(join(folder, 'profile-'));
  try {
    const browser = await puppeteer.launch({
      executablePath,
      headless: true,
      pipe: true,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      timeout: startMs,
      protocolTimeout: answerMs,
      env: { ...process.env, TMPDIR: folder },
      args: [
        '--disable-dev-shm-usage',
        `--user-data-dir=${profile}`,
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    });
    const end = async () => {
      await within(closeMs, browser.close()).catch(ignore); // it is killed next, whatever it said
      killBrowser(browser);
      await removeFolder(profile);
    };
    return { browser, end };
  } catch (error) {
    await removeFolder(profile);
    throw error;
  }
}

/** With all its processes: it leads a group of its own. Those of one that is dead end by themselves. */
export function killBrowser(browser: Browser): void {
  const { pid, exitCode, signalCode } = browser.process() ?? {};
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: nobody left, as it should be
  }
}

const ignore = (): void => undefined;

/** @throws what the work throws, or after `ms` */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const late = sleep(ms, undefined, { signal: done.signal }).then(() => {
    throw new Error(`not done within ${ms} ms`);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    done.abort();
    late.catch(ignore);
    work.catch(ignore);
  }
}
