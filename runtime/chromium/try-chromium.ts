import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { machineEnvironment } from '../system/machine-environment.ts';
import { removeFolder } from '../system/own-folder.ts';
import { within } from '../with-timeout.ts';
import { browserFolder, type Chromium, launchChromium, type RunningChromium } from './launch-chromium.ts';

/** For the whole of it: a Chromium that hangs must not hold up the process that looks for one. */
const trialMs = 10_000;
const reasonMax = 400;

/** Runs it, starts it as the workers do, and shows text in a page. @throws with the reason that it cannot be used */
export async function tryChromium(chromium: Chromium): Promise<void> {
  const deadline = Date.now() + trialMs;
  const left = () => Math.max(1, deadline - Date.now());
  await run(chromium, left());
  const folder = browserFolder();
  try {
    const running = await launchChromium(chromium, folder, { deadlineMs: left() }).catch(async (error: unknown) => {
      throw left() > 1 ? await explain(chromium, folder, left(), error) : error;
    });
    await within(left(), showText(running)).finally(running.end);
  } finally {
    await removeFolder(folder);
  }
}

/** A program that cannot be run, misses a library or only prints advice says so here. Windows' own would open a window. */
async function run({ executablePath, env }: Chromium, timeout: number): Promise<void> {
  if (process.platform === 'win32') return;
  const options = { env: { ...machineEnvironment(), ...env }, timeout, killSignal: 'SIGKILL' } as const;
  await promisify(execFile)(executablePath, ['--version'], options).catch((error: Error & { killed?: boolean }) => {
    throw error.killed ? new Error(`it said nothing within ${timeout} ms`) : error;
  });
}

/** Over the pipe, what a browser prints that does not start (it has no sandbox, say) is lost: tries without it. */
async function explain(chromium: Chromium, folder: string, deadlineMs: number, error: unknown): Promise<unknown> {
  try {
    const running = await launchChromium(chromium, folder, { deadlineMs, pipe: false });
    await running.end();
    return error;
  } catch (explained) {
    return explained;
  }
}

/** Without a font a line has no height, and an input field ends the browser. */
async function showText({ browser }: RunningChromium): Promise<void> {
  const page = await browser.newPage();
  await page.setContent('<p>text</p><input value="text">');
  const height = await page.$eval('p', line => (line as unknown as { offsetHeight: number }).offsetHeight);
  if (height === 0) throw new Error('it has no font');
}

/** Without the paragraphs around what a program said. */
export const inOneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/TROUBLESHOOTING:.*/s, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, reasonMax);
