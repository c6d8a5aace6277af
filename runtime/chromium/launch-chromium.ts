import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer';
import { machineEnvironment } from '../system/machine-environment.ts';
import { ownFolder, removeFolder } from '../system/own-folder.ts';
import { within } from '../with-timeout.ts';

export type Chromium = {
  readonly executablePath: string;
  /** What it needs of the environment beside what every program gets. */
  readonly env: Readonly<Record<string, string>>;
};

/** `end` closes it, kills what does not close, and removes its profile. */
export type RunningChromium = { readonly browser: Browser; end(): Promise<void> };

/** What closing a page or a browser may take, before it is killed. */
export const closeMs = 3_000;
const startMs = 15_000;
/** A Chromium that answers no command for so long is dead. Longer than any page may load. */
const answerMs = 35_000;

/** Where Chromiums of this process may write: they leave their files behind when they are killed. */
export const browserFolder = (): string => ownFolder(tmpdir(), 'orders-browser-');

/**
 * Over a pipe, so that a process which is killed takes its browsers with it. The process handles signals itself. The
 * program must be executable: if it is not, the error is thrown at the process, not here.
 * @param pipe false: what the browser said is in the error
 */
export async function launchChromium(
  { executablePath, env }: Chromium,
  folder: string,
  { deadlineMs = startMs, pipe = true } = {},
): Promise<RunningChromium> {
  const profile = mkdtempSync(join(folder, 'profile-'));
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), deadlineMs);
  try {
    const browser = await puppeteer.launch({
      executablePath,
      headless: true,
      pipe,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      timeout: deadlineMs,
      signal: late.signal,
      protocolTimeout: answerMs,
      env: { ...machineEnvironment(), ...env, TMPDIR: folder },
      args: [
        '--disable-dev-shm-usage',
        `--user-data-dir=${profile}`,
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    });
    const end = async () => {
      await within(closeMs, browser.close()).catch(() => undefined); // it is killed next, whatever it said
      killBrowser(browser);
      await removeFolder(profile);
    };
    return { browser, end };
  } catch (error) {
    await removeFolder(profile);
    throw late.signal.aborted ? new Error(`it did not start within ${deadlineMs} ms`, { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** With all its processes: it leads a group of its own. The processes of a browser that is dead end by themselves. */
export function killBrowser(browser: Browser): void {
  const { pid, exitCode, signalCode } = browser.process() ?? {};
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: nobody left, as it should be
  }
}
