/**
 * What a machine may lack. A suite or a test that needs it is declared as skipped there, and says so: a hook that skips
 * would not do, because the hooks after it run all the same, on what was never set up. In CI nothing may be skipped.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { AsyncFunc, Func, Suite } from 'mocha';
import { pgbouncerProgram } from '../../storm/own-pgbouncer.ts';
import { hasRedisServer } from './redis-server.ts';

type Need = 'Redis' | 'PgBouncer' | 'browser' | 'curl';

const whyMissing: Readonly<Record<Need, () => string | undefined>> = {
  Redis: () =>
    hasRedisServer()
      ? undefined
      : 'redis-server is not on the PATH. Install it: apt-get install redis-server · brew install redis',
  PgBouncer: () =>
    pgbouncerProgram()
      ? undefined
      : 'PgBouncer is not here. Install it: apt-get install pgbouncer · brew install pgbouncer',
  curl: () => (spawnSync('curl', ['--version']).status === 0 ? undefined : 'curl is not on the PATH'),
  browser: () => {
    // Asked in a process of its own, since tests are declared without waiting; once for all processes of a run.
    process.env.TEST_BROWSER_MISSING ??= askForBrowser();
    return process.env.TEST_BROWSER_MISSING || undefined;
  },
};

/** The finder's own words, or nothing when it finds one. */
function askForBrowser(): string {
  const program = fileURLToPath(new URL('find-browser.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
  return status === 0 ? '' : stdout.trim() || stderr;
}

/** Whether it may be run; says why not. */
function mayRun(need: Need | undefined, title: string): boolean {
  const reason = need && whyMissing[need]();
  if (reason === undefined) return true;
  if (process.env.CI === 'true') throw new Error(`nothing may be skipped in CI, and ${reason}`);
  process.stderr.write(`\nSKIPPED "${title}": ${reason}\n`);
  return false;
}

export const describeWith = (need: Need | undefined, title: string, suite: (this: Suite) => void): void => {
  if (mayRun(need, title)) describe(title, suite);
  else describe.skip(title, suite);
};

export const itWith = (need: Need | undefined, title: string, test: Func | AsyncFunc): void => {
  if (mayRun(need, title)) it(title, test);
  else it.skip(title, test);
};
