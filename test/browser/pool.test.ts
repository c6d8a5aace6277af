/** Covers: workers/browser/pool.ts. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'puppeteer';
import { type Chromium, findChromium } from '../../runtime/chromium/find-chromium.ts';
import { isPageLost, PageLost } from '../../workers/browser/page-lost.ts';
import { type BrowserPool, openBrowserPool, type PoolOptions } from '../../workers/browser/pool.ts';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { chromiumProcesses } from './chromium-processes.ts';

const soon = { deadlineMs: 30_000 };
const greeting = 'data:text/html,<title>here</title>';

describeWith('browser', 'a pool of browser pages', function () {
  this.timeout(90_000);
  const open: BrowserPool[] = [];
  let chromium: Chromium;
  before(async () => {
    chromium = await findChromium(process.env.CHROME_PATH);
  });
  afterEach(() => Promise.all(open.splice(0).map(pool => pool.close(0))));

  const openPool = async (options: Partial<PoolOptions> = {}): Promise<BrowserPool> => {
    const pool = await openBrowserPool({ chromium, slots: 1, ...options });
    open.push(pool);
    return pool;
  };
  const title = async (page: Page): Promise<string> => {
    await page.goto(greeting);
    return page.title();
  };
  const browserOf = async (page: Page): Promise<number> => page.browser().process()?.pid ?? 0;
  const ofProcess = () => readdirSync(tmpdir()).filter(name => name.startsWith(`orders-browser-${process.pid}-`));
  /** A page that does nothing until it is taken away; `started` settles when it is there. */
  const idle = () => {
    const { promise: started, resolve } = Promise.withResolvers<Page>();
    const task = (page: Page) => {
      resolve(page);
      return page.waitForFunction('false', { timeout: 0 });
    };
    return { started, task };
  };
  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      error => error,
    );

  describe('gives each task', () => {
    it('a context of its own: what one is given as a cookie, the next does not have', async () => {
      const pool = await openPool();
      const cookie = { name: 'session', value: 'secret', domain: 'shop.example', path: '/' };
      const first = await pool.run(async page => {
        await page.browserContext().setCookie(cookie);
        return { browser: await browserOf(page), cookies: (await page.browserContext().cookies()).length };
      }, soon);
      const second = await pool.run(async page => {
        return { browser: await browserOf(page), cookies: (await page.browserContext().cookies()).length };
      }, soon);
      expect([first.cookies, second.cookies]).to.deep.equal([1, 0]);
      expect(second.browser, 'the same Chromium').to.equal(first.browser);
    });

    it('at the same time, a browser of its own', async () => {
      const pool = await openPool({ slots: 2 });
      const both = Promise.withResolvers<void>();
      let here = 0;
      const meet = async (page: Page) => {
        here += 1;
        if (here === 2) both.resolve();
        await both.promise;
        return browserOf(page);
      };
      const [one, other] = await Promise.all([pool.run(meet, soon), pool.run(meet, soon)]);
      expect(one).not.to.equal(other);
      expect(pool.browsers()).to.have.members([one, other]);
    });

    it('what it throws', async () => {
      const pool = await openPool();
      const ownFailure = new Error('the task’s own');
      expect(await failureOf(pool.run(() => Promise.reject(ownFailure), soon))).to.equal(ownFailure);
      expect(await pool.run(title, soon)).to.equal('here');
    });
  });

  describe('takes a new browser', () => {
    const browsersOf = async (pool: BrowserPool, tasks: number): Promise<number[]> => {
      const seen: number[] = [];
      for (let task = 0; task < tasks; task += 1) seen.push(await pool.run(browserOf, soon));
      return seen;
    };

    it('after so many tasks', async () => {
      const [first, second, third, fourth] = await browsersOf(await openPool({ tasksPerBrowser: 2 }), 4);
      expect(second).to.equal(first);
      expect(third).not.to.equal(first);
      expect(fourth).to.equal(third);
    });

    it('after it has grown too large', async () => {
      const seen = await browsersOf(await openPool({ memoryMaxBytes: 1_000_000 }), 3);
      expect(new Set(seen).size).to.equal(3);
    });

    it('and leaves nothing of the old one: no process, no folder', async () => {
      const pool = await openPool({ tasksPerBrowser: 1 });
      const [first] = await browsersOf(pool, 1);
      const before = chromiumProcesses();
      expect(before).to.include(first);
      await browsersOf(pool, 1);
      await until(() => chromiumProcesses().every(pid => !before.includes(pid)), { describe: 'the old one to end' });
      const [folder = ''] = ofProcess();
      expect(readdirSync(join(tmpdir(), folder)).filter(name => name.startsWith('profile-'))).to.have.length(1);
    });

    it('when it was killed between two tasks', async () => {
      const pool = await openPool();
      const [first = 0] = await browsersOf(pool, 1);
      process.kill(first, 'SIGKILL');
      expect(await pool.run(title, soon)).to.equal('here');
      expect(pool.browsers()).to.have.length(1).and.not.include(first);
    });

    it('when it was killed under a task, which is told; the next in line is not lost', async () => {
      const pool = await openPool();
      const { started, task } = idle();
      const killed = failureOf(pool.run(task, soon));
      const next = pool.run(title, soon);
      const victim = await browserOf(await started);
      process.kill(victim, 'SIGKILL');
      expect(isPageLost(await killed), String(await killed)).to.equal(true);
      expect(await next).to.equal('here');
    });
  });

  describe('where Chromium does not start', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'no-chromium-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('tells tasks at their deadline, and why; it recovers as soon as there is one', async () => {
      const moved = join(folder, 'chromium');
      const failures: Error[] = [];
      const pool = await openPool({
        chromium: { ...chromium, executablePath: moved },
        onStartFailure: error => failures.push(error),
      });
      const lost = await failureOf(pool.run(title, { deadlineMs: 500 }));
      expect(lost).to.be.instanceOf(PageLost);
      expect((lost as PageLost).cause).to.be.instanceOf(Error);
      expect(failures).not.to.be.empty;
      const patient = pool.run(title, soon);
      symlinkSync(chromium.executablePath, moved);
      expect(await patient).to.equal('here');
    });

    it('closes all the same, and tells who waits', async () => {
      const pool = await openPool({ chromium: { ...chromium, executablePath: join(folder, 'chromium') } });
      const lost = failureOf(pool.run(title, soon));
      await pool.close(3_600_000); // nobody has a page who would need the grace
      expect(await lost).to.be.instanceOf(PageLost);
    });
  });

  describe('at the deadline', () => {
    it('closes the page, and the task ends', async () => {
      const pool = await openPool();
      const { started, task } = idle();
      const lost = failureOf(pool.run(task, { deadlineMs: 3_000 }));
      const page = await started;
      expect(isPageLost(await lost), String(await lost)).to.equal(true);
      expect(page.isClosed()).to.equal(true);
      expect(await pool.run(title, soon)).to.equal('here');
    });

    it('kills a browser that does not answer any more', async () => {
      const pool = await openPool();
      const { started, task } = idle();
      const lost = failureOf(pool.run(task, { deadlineMs: 3_000 }));
      process.kill(await browserOf(await started), 'SIGSTOP');
      expect(isPageLost(await lost), String(await lost)).to.equal(true);
      expect(await pool.run(title, soon)).to.equal('here');
    });

    it('tells a task that still waits for its turn, and never starts it', async () => {
      const pool = await openPool();
      const { started, task } = idle();
      const stop = new AbortController();
      const first = failureOf(pool.run(task, { ...soon, signal: stop.signal }));
      await started;
      let begun = false;
      const second = pool.run(
        async () => {
          begun = true;
        },
        { deadlineMs: 200 },
      );
      expect(await failureOf(second)).to.be.instanceOf(PageLost);
      stop.abort();
      await first;
      expect(await pool.run(title, soon)).to.equal('here');
      expect(begun).to.equal(false);
    });

    it('also when it was over before it began', async () => {
      const pool = await openPool();
      expect(await failureOf(pool.run(title, { ...soon, signal: AbortSignal.abort() }))).to.be.instanceOf(PageLost);
    });
  });

  describe('closing while it is busy', () => {
    it('settles every task, and leaves no Chromium and no folder', async () => {
      const pool = await openPool({ slots: 2 });
      const busy = [idle(), idle()];
      const tasks = [...busy, idle(), idle()].map(({ task }) => failureOf(pool.run(task, soon)));
      await Promise.all(busy.map(({ started }) => started));
      expect(chromiumProcesses()).not.to.be.empty;
      await pool.close(100);
      for (const failure of await Promise.all(tasks)) expect(isPageLost(failure), String(failure)).to.equal(true);
      await until(() => chromiumProcesses().length === 0, { describe: 'every Chromium to end' });
      expect(ofProcess()).to.deep.equal([]);
      expect(await failureOf(pool.run(title, soon))).to.be.instanceOf(PageLost);
    });

    it('lets what has a page come to its end', async () => {
      const pool = await openPool();
      const { promise: started, resolve } = Promise.withResolvers<void>();
      const work = pool.run(async page => {
        resolve();
        await page.waitForFunction('performance.now() > 300');
        return title(page);
      }, soon);
      await started;
      await pool.close(20_000);
      expect(await work).to.equal('here');
    });

    it('while a browser starts, leaves none', async () => {
      const pool = await openPool();
      const lost = failureOf(pool.run(title, soon));
      await until(() => chromiumProcesses().length > 0, { everyMs: 1 });
      await pool.close(0);
      expect(isPageLost(await lost)).to.equal(true);
      await until(() => chromiumProcesses().length === 0);
      expect(ofProcess()).to.deep.equal([]);
    });
  });

  describe('clears away', () => {
    const deadPid = () => spawnSync(process.execPath, ['--version']).pid;
    const leave = (pid: number): string => {
      const folder = mkdtempSync(join(tmpdir(), `orders-browser-${pid}-`));
      mkdirSync(join(folder, 'profile-left'));
      return folder;
    };

    it('what dead pools left, also one that had this very number', async () => {
      const left = [leave(deadPid()), leave(process.pid)];
      await openPool();
      expect(left.filter(existsSync)).to.deep.equal([]);
    });

    it('nothing of another pool that lives, in this process or another', async () => {
      const foreign = leave(process.ppid);
      const first = await openPool();
      expect(await first.run(title, soon)).to.equal('here');
      const folders = ofProcess();
      const second = await openPool();
      expect(ofProcess()).to.include.members(folders).and.have.length(2);
      expect(existsSync(foreign)).to.equal(true);
      rmSync(foreign, { recursive: true });
      await second.close(0);
      expect(await first.run(title, soon)).to.equal('here');
    });
  });
});
