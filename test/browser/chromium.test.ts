import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findChromium, NoChromium } from '../../runtime/chromium.ts';
import { openBrowserPool } from '../../workers/browser/pool.ts';

describe('the Chromium of this machine', function () {
  this.timeout(90_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'installed-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const install = (name: string): string => {
    const path = join(folder, name);
    writeFileSync(path, '');
    chmodSync(path, 0o755);
    return path;
  };
  const failureOf = (work: Promise<unknown>) => work.catch((error: unknown) => error);

  it('is the one that is named, whatever is installed', async () => {
    const [named, installed] = [install('named'), install('installed')];
    expect(await findChromium(named, [installed])).to.equal(named);
  });

  it('is none when the named one is missing: another is not taken in its place', async () => {
    const failure = await failureOf(findChromium(join(folder, 'nowhere'), [install('installed')]));
    expect(failure).to.be.instanceOf(NoChromium);
    expect(String(failure)).to.contain(`CHROME_PATH says ${join(folder, 'nowhere')}, and there is no such file`);
  });

  it('is the first that is installed when none is named', async () => {
    const [first, second] = [install('first'), install('second')];
    expect(await findChromium(undefined, [join(folder, 'missing'), first, second])).to.equal(first);
  });

  // npm ships it for one kind of machine only.
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  it('is the one that npm brought when none is installed, and it runs', async () => {
    const before = { ...process.env };
    const executablePath = await findChromium(undefined, []);
    const pool = await openBrowserPool({ executablePath, slots: 1 });
    try {
      expect(existsSync(executablePath)).to.equal(true);
      const page = 'data:text/html,<title>here</title>';
      const title = await pool.run(tab => tab.goto(page).then(() => tab.title()), { deadlineMs: 60_000 });
      expect(title).to.equal('here');
    } finally {
      await pool.close(0);
      process.env = before; // it needs libraries of its own, which another Chromium should not load
    }
  });
});
