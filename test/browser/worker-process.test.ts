/** Covers: workers/main.ts, workers/browser/purchase-fallback.ts. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openBackend } from '../../queues/engine/backend.ts';
import { openProducer } from '../../queues/engine/producer.ts';
import { jobForOrder } from '../../queues/next-job.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type DetachedProcess, spawnDetached } from '../../runtime/system/detached-process.ts';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { alive, chromiumProcesses } from './chromium-processes.ts';
import { goShopping, type Shopper, type Shopping } from './shopping.ts';

type Worker = DetachedProcess & { readonly lines: string[]; readonly pid: number };

const impatient = {
  LOG_LEVEL: 'info',
  SWEEP_INTERVAL_MS: '250',
  SWEEP_STALL_AFTER_MS: '500',
  SHUTDOWN_DEADLINE_MS: '12000',
  BROWSER_PAGES: '1',
};
const stopDeadlineMs = 20_000;

describeWith('browser', 'the workers process that buys in the browser', function () {
  this.timeout(120_000);
  let shopping: Shopping;
  let shopper: Shopper;
  const started: Worker[] = [];
  before(async () => {
    shopping = await goShopping();
    shopper = await shopping.hireShopper();
  });
  afterEach(() => Promise.all(started.splice(0).map(worker => worker.stop(stopDeadlineMs))));
  after(() => shopping?.[Symbol.asyncDispose]());

  const start = async (changes: Record<string, string> = {}): Promise<Worker> => {
    const lines: string[] = [];
    const { PATH, TMPDIR, CHROME_PATH } = process.env;
    const given = { PATH, TMPDIR, CHROME_PATH, ...shopping.stage.env, ...impatient, ...changes };
    const env = Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value ? [[name, value]] : [])));
    const command = ['workers/main.ts', '--queues', 'purchase-fallback,track-in-browser'];
    const spawned = spawnDetached(command, env, line => lines.push(line));
    const worker = Object.assign(spawned, { lines }) as Worker;
    started.push(worker);
    await until(() => worker.announced, { deadlineMs: 30_000, describe: () => `it to be ready:\n${lines.join('\n')}` });
    return worker;
  };
  const hold = (delayMs: number) =>
    shopping.stage.control('faults', { provider: 'shop', operation: 'review', kind: 'slow', times: 1, delayMs });
  const letGo = () => fetch(`${shopping.stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
  /** A worker whose purchase has come as far as the last page before the click, which the shop holds back. */
  const inTheMiddle = async (delayMs: number) => {
    const { id } = await shopping.orderFor(shopper);
    await hold(delayMs);
    const worker = await start();
    const notes = async () => (await shopping.notes(id)).join('\n');
    const describe = async () => `the address to be entered:\n${await notes()}\n${worker.lines.join('\n')}`;
    await until(async () => (await notes()).includes('in the browser: address'), { deadlineMs: 45_000, describe });
    const chromium = chromiumProcesses(worker.pid);
    expect(chromium).not.to.be.empty;
    return { id, worker, chromium };
  };
  const foldersOf = ({ pid }: Worker) =>
    readdirSync(tmpdir()).filter(name => name.startsWith(`orders-browser-${pid}-`));
  const expectNoneLeft = async (worker: Worker, chromium: readonly number[]) => {
    await until(() => alive(chromium).length === 0, { describe: () => `${alive(chromium)} to end` });
    expect(chromiumProcesses(worker.pid)).to.deep.equal([]);
  };
  const buysIt = async (id: string, worker: Worker) =>
    until(async () => (await shopping.stage.order(id)).status === 'PURCHASED', {
      deadlineMs: 60_000,
      describe: async () => `${id} to be bought:\n${await shopping.notes(id)}\n${worker.lines.slice(-20).join('\n')}`,
    });

  it('buys, and at SIGTERM closes: exit 0, no Chromium left, no folder', async () => {
    const { id } = await shopping.orderFor(shopper);
    const worker = await start();
    await buysIt(id, worker);
    const chromium = chromiumProcesses(worker.pid);
    expect(chromium).not.to.be.empty;
    worker.send('SIGTERM');
    expect(await worker.end, worker.lines.slice(-20).join('\n')).to.equal('status 0');
    await expectNoneLeft(worker, chromium);
    expect(foldersOf(worker)).to.deep.equal([]);
  });

  it('in the middle of a purchase: SIGTERM lets it come to its end', async () => {
    const { id, worker, chromium } = await inTheMiddle(2_000);
    worker.send('SIGTERM');
    expect(await worker.end, worker.lines.slice(-20).join('\n')).to.equal('status 0');
    await expectNoneLeft(worker, chromium);
    expect((await shopping.stage.order(id)).status).to.equal('PURCHASED');
    expect(await shopping.bought(id)).to.have.length(1);
  });

  it('in the middle of one that takes too long: SIGTERM takes its page away, and another buys it', async () => {
    const { id, worker, chromium } = await inTheMiddle(60_000);
    worker.send('SIGTERM');
    expect(await worker.end, worker.lines.slice(-20).join('\n')).to.equal('status 0');
    await expectNoneLeft(worker, chromium);
    expect(foldersOf(worker)).to.deep.equal([]);
    expect((await shopping.stage.order(id)).status).to.equal('PURCHASING');
    expect(await shopping.bought(id)).to.deep.equal([]);
    await letGo();
    expect(await shopping.buy(id)).to.equal('PURCHASED');
    expect(await shopping.bought(id)).to.have.length(1);
  });

  it('killed in the middle of a purchase takes its Chromium with it; the next one clears up, and buys', async () => {
    const { id, worker, chromium } = await inTheMiddle(60_000);
    worker.send('SIGKILL');
    expect(await worker.end).to.equal('SIGKILL');
    await expectNoneLeft(worker, chromium);
    expect(await shopping.bought(id)).to.deep.equal([]);
    await letGo();
    const next = await start();
    expect(foldersOf(worker)).to.deep.equal([]);
    await buysIt(id, next);
    expect(await shopping.bought(id)).to.have.length(1);
  });

  it('passes over a browser that does not start, says why, and buys in the next one', async () => {
    const { id } = await shopping.orderFor(shopper);
    const stubs = mkdtempSync(join(tmpdir(), 'stubs-'));
    writeFileSync(join(stubs, 'chromium'), '#!/bin/sh\necho "install the snap" >&2; exit 1\n', { mode: 0o755 });
    const worker = await start({ CHROME_PATH: '', PATH: `${stubs}:${process.env.PATH}` });
    rmSync(stubs, { recursive: true });
    const said = worker.lines.find(line => line.includes('taking another')) ?? '';
    const { level, passedOver } = JSON.parse(said) as { level: string; passedOver: string[] };
    expect({ level, count: passedOver.length }).to.deep.equal({ level: 'warn', count: 1 });
    expect(passedOver[0]).to.contain(join(stubs, 'chromium')).and.contain('install the snap');
    await buysIt(id, worker);
  });

  it('without a Chromium says so, serves nothing, and leaves the jobs to others', async () => {
    const { id } = await shopping.orderFor(shopper);
    const worker = await start({ CHROME_PATH: '/nowhere' });
    const said = worker.lines.find(line => line.includes('no browser here')) ?? '';
    expect(JSON.parse(said)).to.include({
      level: 'error',
      reason: 'CHROME_PATH says /nowhere, and there is no such file',
    });
    const log = createLogger('test', 'silent');
    await using opened = new AsyncDisposableStack();
    const backend = await openBackend({ databaseUrl: shopping.stage.databaseUrl, workers: 0, log });
    opened.defer(() => backend.close());
    const producer = openProducer(backend, log);
    opened.defer(() => producer.close());
    const stateOf = async () => {
      const job = jobForOrder(await shopping.stage.order(id));
      return job && producer.queues.get('purchase-fallback')?.getJobState(job.id);
    };
    await until(async () => (await stateOf()) === 'waiting', {
      describe: async () => `${await stateOf()} to be waiting`,
    });
    worker.send('SIGTERM');
    expect(await worker.end).to.equal('status 0');
    expect(await stateOf()).to.equal('waiting');
    expect((await shopping.notes(id)).join('\n')).not.to.contain('in the browser');

    const able = await start();
    await buysIt(id, able);
  });
});
