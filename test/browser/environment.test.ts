/** Covers: workers/browser/pool.ts, runtime/chromium/launch-chromium.ts. */
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findChromium } from '../../runtime/chromium/find-chromium.ts';
import { openBrowserPool } from '../../workers/browser/pool.ts';
import { describeWith } from '../support/needs.ts';

const secret = 'of-the-worker-alone';
/** Of the machine, of the Chromium that npm brings, and what a shell adds by itself. */
const allowed = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'LC_ALL',
  'TZ',
  'LD_LIBRARY_PATH',
  'FONTCONFIG_FILE',
  'XDG_CACHE_HOME',
];
const ofShell = ['PWD', 'OLDPWD', 'SHLVL', '_'];

describeWith('browser', 'what a worker’s Chromium is told', function () {
  this.timeout(60_000);
  const names = ['JWT_SECRET', 'ENCRYPTION_KEY', 'DATABASE_URL', 'PAYPAL_CLIENT_SECRET', 'WHATEVER_ELSE'];
  before(() => {
    for (const name of names) process.env[name] = secret;
  });
  after(() => {
    for (const name of names) delete process.env[name];
  });

  it('is none of the worker’s secrets, neither when it is tried nor when it buys', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'orders-told-'));
    const { executablePath, env } = await findChromium(process.env.CHROME_PATH);
    const settings = Object.entries(env).map(([name, value]) => `${name}='${value}'`);
    const [wrapper, told] = [join(folder.path, 'chromium'), join(folder.path, 'told')];
    const lines = ['#!/bin/sh', `env >> ${told}`, `exec env ${settings.join(' ')} '${executablePath}' "$@"`];
    writeFileSync(wrapper, `${lines.join('\n')}\n`, { mode: 0o755 });
    const pool = await openBrowserPool({ chromium: await findChromium(wrapper), slots: 1 });
    await pool.run(page => page.title(), { deadlineMs: 30_000 }).finally(() => pool.close(0));
    const text = readFileSync(told, 'utf8');
    const given = text
      .split('\n')
      .filter(Boolean)
      .map(line => line.split('=')[0] ?? '');
    expect(given.filter(name => name === 'PATH')).to.have.length(3); // its version, its trial, the pool's own
    expect(given.filter(name => ![...allowed, ...ofShell].includes(name))).to.deep.equal([]);
    expect(text).not.to.contain(secret);
  });
});
