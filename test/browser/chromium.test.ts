/** Covers: runtime/chromium/find-chromium.ts, runtime/chromium/npm-chromium.ts, runtime/chromium/try-chromium.ts. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findChromium, NoChromium } from '../../runtime/chromium/find-chromium.ts';
import { npmHasChromium } from '../../runtime/chromium/npm-chromium.ts';
import { type DetachedProcess, spawnDetached } from '../../runtime/system/detached-process.ts';
import { openBrowserPool } from '../../workers/browser/pool.ts';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';

/** What Ubuntu installs in the place of a browser. */
const snapStub = 'echo "requires the chromium snap to be installed" >&2; exit 1';

describeWith('browser', 'the Chromium of this machine', function () {
  this.timeout(90_000);
  let folder: string;
  /** One that works. */
  let real: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chromium-places-'));
    const { executablePath, env } = await findChromium(process.env.CHROME_PATH);
    const settings = Object.entries(env).map(([name, value]) => `${name}='${value}'`);
    real = `exec env ${settings.join(' ')} '${executablePath}' "$@"`;
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A folder for the PATH, with these programs in it. */
  const place = (programs: Record<string, string>): string => {
    const path = mkdtempSync(join(folder, 'bin-'));
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(path, name), 0o755);
    }
    return path;
  };
  const refusalOf = async (work: Promise<unknown>): Promise<string> => {
    const failure = await work.catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(NoChromium);
    return String(failure);
  };

  describe('where one is named', () => {
    it('is that one, whatever is installed', async () => {
      const named = join(place({ named: real }), 'named');
      const found = await findChromium(named, { path: place({ chromium: real }) });
      expect(found.executablePath).to.equal(named);
    });

    it('is none when there is no such file: another is not taken in its place', async () => {
      const refusal = await refusalOf(findChromium('/nowhere', { path: place({ chromium: real }) }));
      expect(refusal).to.contain('CHROME_PATH says /nowhere, and there is no such file');
    });

    it('is none when that one does not start: another is not taken in its place, and its words are passed on', async () => {
      const named = join(place({ named: snapStub }), 'named');
      const refusal = await refusalOf(findChromium(named, { path: place({ chromium: real }) }));
      expect(refusal).to.contain(`CHROME_PATH: ${named} cannot be used: `).and.contain('requires the chromium snap');
    });
  });

  describe('where none is named', () => {
    it('is the first on the PATH', async () => {
      const [first, second] = [place({ chromium: real }), place({ chromium: real, 'google-chrome': real })];
      const found = await findChromium(undefined, { path: `relative:${join(folder, 'missing')}:${first}:${second}` });
      expect(found).to.deep.include({ executablePath: join(first, 'chromium'), env: {}, passedOver: [] });
    });

    it('is the next when the first is only the name of one, as on Ubuntu; and says why', async () => {
      const path = place({ chromium: 'exit 127', 'chromium-browser': snapStub, 'google-chrome': real });
      const found = await findChromium(undefined, { path });
      expect(found.executablePath).to.equal(join(path, 'google-chrome'));
      expect(found.passedOver).to.have.length(2);
      expect(found.passedOver[1]).to.contain(join(path, 'chromium-browser')).and.contain('requires the chromium snap');
    });

    it('is tried under its first name only when it has several, and in order', async () => {
      const path = place({ chromium: snapStub, 'chromium-browser': 'exit 1' });
      symlinkSync(join(path, 'chromium'), join(path, 'google-chrome'));
      const refusal = await refusalOf(findChromium(undefined, { path, npmHome: join(folder, 'missing') }));
      const tried = [...refusal.matchAll(/(\S+) cannot be used/g)].map(([, name]) => name);
      expect(tried.slice(0, 2)).to.deep.equal([join(path, 'chromium'), join(path, 'chromium-browser')]);
      expect(tried.filter(name => name?.startsWith(path))).to.have.length(2);
    });

    it('is not one that hangs when it starts: nobody waits for it for ever', async () => {
      const path = place({ chromium: '[ "$1" = --version ] || exec sleep 120', 'google-chrome': real });
      const found = await findChromium(undefined, { path });
      expect(found.executablePath).to.equal(join(path, 'google-chrome'));
      expect(found.passedOver[0]).to.contain('did not start within');
    });

    it('is not one that has no font: it would end at the first input field', async () => {
      const noFonts = join(folder, 'no-fonts.conf');
      writeFileSync(noFonts, '<fontconfig></fontconfig>');
      const blind = real
        .replaceAll(/ FONTCONFIG_FILE='[^']*'/g, '')
        .replace('exec env', `exec env FONTCONFIG_FILE=${noFonts}`);
      const path = place({ chromium: blind, 'google-chrome': real });
      expect((await findChromium(undefined, { path })).executablePath).to.equal(join(path, 'google-chrome'));
    });

    it('is none when npm’s cannot be unpacked either, and every reason is told', async () => {
      const npmHome = join(folder, 'missing');
      const refusal = await refusalOf(findChromium(undefined, { path: place({ chromium: snapStub }), npmHome }));
      expect(refusal).to.contain('requires the chromium snap').and.contain('set CHROME_PATH to it');
      if (npmHasChromium) expect(refusal).to.contain('the Chromium that npm brought cannot be used: ENOENT');
    });
  });

  if (!npmHasChromium) return;
  describe('that npm brought', () => {
    let npmHome: string;
    let home: string;
    beforeEach(() => {
      home = mkdtempSync(join(folder, 'home-'));
      npmHome = mkdtempSync(join(folder, 'npm-'));
    });
    const nothingInstalled = () => ({ path: '', npmHome });
    const drafts = () => readdirSync(npmHome).filter(name => name.includes('draft'));
    const unpackApart = (): DetachedProcess & { lines: string[] } => {
      const lines: string[] = [];
      const program = `
        const { findChromium } = await import('${new URL('../../runtime/chromium/find-chromium.ts', import.meta.url)}');
        await findChromium(undefined, ${JSON.stringify(nothingInstalled())});
        process.exit();`;
      const { PATH, TMPDIR } = process.env;
      const env = Object.fromEntries(
        Object.entries({ PATH, TMPDIR, HOME: home }).flatMap(([name, value]) => (value ? [[name, value]] : [])),
      );
      return Object.assign(
        spawnDetached(['--input-type=module', '--eval', program], env, line => lines.push(line)),
        { lines },
      );
    };

    it('is used where none is installed: it shows text and forms, and leaves this process’s settings alone', async () => {
      const before = { ...process.env };
      const chromium = await findChromium(undefined, nothingInstalled());
      expect(chromium.executablePath.startsWith(npmHome)).to.equal(true);
      const pool = await openBrowserPool({ chromium, slots: 1 });
      try {
        const picture = await pool.run(
          async page => {
            await page.setContent(
              '<h1>Travel lamp</h1><input value="2"><select><option>Blue</select><button>Buy</button>',
            );
            await page.type('input', '1');
            return page.screenshot();
          },
          { deadlineMs: 60_000 },
        );
        expect(picture.length).to.be.greaterThan(1_000);
      } finally {
        await pool.close(0);
      }
      expect(process.env).to.deep.equal(before);
      expect(drafts()).to.deep.equal([]);
    });

    it('is unpacked by several processes at once, all of them can use it, and nothing is left elsewhere', async () => {
      const processes = [unpackApart(), unpackApart(), unpackApart()];
      for (const { end, lines } of processes) expect(await end, lines.join('\n')).to.equal('status 0');
      expect(readdirSync(npmHome)).to.have.length(1);
      expect(readdirSync(home)).to.deep.equal([]);
    });

    it('is unpacked whole after a process was killed half-way, of which nothing is left', async () => {
      const killed = unpackApart();
      const half = () => drafts().some(draft => existsSync(join(npmHome, draft, 'chromium')));
      await until(half, { everyMs: 1, deadlineMs: 30_000, describe: () => `a draft:\n${killed.lines.join('\n')}` });
      killed.send('SIGKILL');
      await killed.end;
      const left = drafts();
      expect(left).to.have.length(1);
      await findChromium(undefined, nothingInstalled());
      expect(drafts()).to.deep.equal([]);
      mkdirSync(join(npmHome, left.join())); // another was quicker, and then that one was killed
      await findChromium(undefined, nothingInstalled());
      expect(drafts()).to.deep.equal([]);
    });

    it('is unpacked again when what clears away old files took some of it', async () => {
      const { env, executablePath } = await findChromium(undefined, nothingInstalled());
      rmSync(env.FONTCONFIG_FILE ?? '');
      expect((await findChromium(undefined, nothingInstalled())).executablePath).to.equal(executablePath);
      expect(readdirSync(npmHome)).to.have.length(1);
    });

    it('is not what somebody else may have put in its place', async () => {
      const { executablePath } = await findChromium(undefined, nothingInstalled());
      chmodSync(join(executablePath, '..'), 0o777);
      const refusal = await refusalOf(findChromium(undefined, nothingInstalled()));
      expect(refusal).to.contain('may be written by others (mode 777)');
    });
  });
});
