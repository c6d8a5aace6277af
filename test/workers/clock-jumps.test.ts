/** Covers: store/database/clock.ts, workers/host/host.ts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type DetachedProcess, spawnDetached } from '../../runtime/system/detached-process.ts';
import type { Order } from '../../store/entities/order.ts';
import { moveClock } from '../../storm/database-clock.ts';
import { shiftedDate } from '../../storm/wrong-clocks.ts';
import { createStage, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { hourMs, intentsOf, notesOf, orderToBuy, performWith } from './workbench.ts';

const minuteMs = 60_000;
const dayAndMoreMs = 25 * hourMs;

describe('a workers process on a machine whose clock is wrong', function () {
  this.timeout(60_000);
  let stage: Stage;
  let folder: string;
  const started: DetachedProcess[] = [];
  before(async () => {
    stage = await createStage();
    folder = mkdtempSync(join(tmpdir(), 'clock-'));
  });
  afterEach(async () => {
    for (const one of started.splice(0)) {
      one.send('SIGKILL');
      await one.end;
    }
    await moveClock(stage, 0);
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await stage[Symbol.asyncDispose]();
  });

  const file = () => join(folder, 'shift');
  const setWall = (ms: number) => writeFileSync(file(), `${ms}`);
  const start = () => {
    const lines: string[] = [];
    const given = { ...stage.env, LOG_LEVEL: 'info', PATH: process.env.PATH };
    const env = Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value ? [[name, value]] : [])));
    const command = ['--import', shiftedDate(file()), 'workers/main.ts', '--queues', 'fulfill'];
    const spawned = spawnDetached(command, env, line => lines.push(line));
    started.push(spawned);
    const said = () => lines.join('\n');
    return Object.assign(spawned, {
      said,
      ready: () => until(() => spawned.announced, { deadlineMs: 30_000, describe: () => `it to be ready:\n${said()}` }),
    });
  };

  for (const [where, ms] of [
    ['behind', -dayAndMoreMs],
    ['ahead of', dayAndMoreMs],
  ] as const)
    it(`does not start 25 hours ${where} the database, and says why`, async () => {
      setWall(ms);
      const worker = start();
      expect(await worker.end).to.equal('status 1');
      expect(worker.said()).to.include(`CLOCKS_DISAGREE: the clock of this machine is 90000 s ${where} the database's`);
      expect(worker.announced).to.equal(false);
    });

  it('stops working when its clock jumps', async () => {
    setWall(0);
    const worker = start();
    await worker.ready();
    setWall(-dayAndMoreMs);
    expect(await worker.end).to.equal('status 1');
    expect(worker.said()).to.include('CLOCKS_DISAGREE').and.include('this process stops working');
  });

  it('stops working when the database’s clock jumps', async () => {
    setWall(0);
    const worker = start();
    await worker.ready();
    await moveClock(stage, dayAndMoreMs);
    expect(await worker.end).to.equal('status 1');
    expect(worker.said()).to.include('90000 s behind the database');
  });

  it('starts where both are wrong alike: nobody could tell', async () => {
    setWall(dayAndMoreMs);
    await moveClock(stage, dayAndMoreMs);
    await start().ready();
  });
});

describe('a purchase whose answer was lost', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await createStage();
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const lost = async (): Promise<Order> => {
    const order = await orderToBuy(stage, await stage.stockUp(await stage.hireSeller()));
    await stage.control('faults', { provider: 'aliexpress', operation: 'order-create', kind: 'drop-reply', times: 1 });
    expect(await stage.perform('purchase', order.id)).to.match(/^uncertain \(ALIEXPRESS_NO_ANSWER\)/);
    return order;
  };
  const forgetKeys = () => stage.control('clock', { advanceSeconds: dayAndMoreMs / 1_000 });

  it('25 hours ago by the database’s clock is not sent again, although the process’s clock says it was just now', async () => {
    const order = await lost();
    await forgetKeys();
    await moveClock(stage, dayAndMoreMs);
    expect(await stage.perform('purchase', order.id)).to.match(/^NEEDS_REVIEW \(EFFECT_UNPROVEN\)/);
    expect(await stage.effects('supplier-order')).to.have.length(1);
  });

  it('a moment ago by the database’s clock may still be running, although the process’s clock is an hour ahead', async () => {
    const order = await lost();
    const realNow = Date.now;
    Date.now = () => realNow() + hourMs;
    const answer = await performWith(stage, { config: { lookUpQuarantineMs: 60_000 } }, 'purchase', order.id).finally(
      () => {
        Date.now = realNow;
      },
    );
    expect(answer).to.match(/^uncertain \(EFFECT_IN_FLIGHT\)/);
    expect((await intentsOf(stage, 'buy', order.id)).at(-1)).to.include({ sends: 1 });
  });

  it('before the clocks were set back a day is never sent again: nobody can say how long ago it was', async () => {
    const order = await lost();
    await forgetKeys();
    await moveClock(stage, -dayAndMoreMs);
    await stage.sweepAndDrain('due');
    await moveClock(stage, hourMs);
    expect(await stage.perform('purchase', order.id)).to.match(/^uncertain \(EFFECT_UNKNOWN\)/);
    await moveClock(stage, 21 * hourMs);
    expect(await stage.perform('purchase', order.id)).to.match(/^NEEDS_REVIEW \(EFFECT_UNPROVEN\)/);
    expect(await stage.effects('supplier-order')).to.have.length(1);
  });

  it('before the clock was wrong for a moment, by two minutes, is sent again when it is right', async () => {
    const order = await lost();
    await moveClock(stage, -2 * minuteMs);
    await stage.sweepAndDrain('due');
    await moveClock(stage, 0);
    expect(await stage.perform('purchase', order.id)).to.equal('PURCHASED');
    expect(await stage.effects('supplier-order')).to.have.length(1);
  });
});

describe('a purchase that was marked as sent and held up before it left', () => {
  let stage: Stage;
  before(async () => {
    stage = await createStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  for (const clock of ['wall', 'monotonic'] as const)
    it(`by the ${clock} clock stays, and is sent anew by the next run`, async () => {
      const order = await orderToBuy(stage, await stage.stockUp(await stage.hireSeller()));
      const before = (await stage.effects('supplier-order')).length;
      const [realNow, realPerformance] = [Date.now, performance.now.bind(performance)];
      const failpoint = async (name: string) => {
        if (name !== 'effect-sending') return;
        if (clock === 'wall') Date.now = () => realNow() + 11_000;
        else performance.now = () => realPerformance() + 11_000;
      };
      const error = await performWith(stage, { failpoint }, 'purchase', order.id)
        .catch((problem: { code?: string }) => problem.code)
        .finally(() => {
          Date.now = realNow;
          performance.now = realPerformance;
        });
      expect(error).to.equal('EFFECT_DEPARTURE_MISSED');
      const [marked] = await intentsOf(stage, 'buy', order.id);
      expect(marked).to.include({ status: 'OPEN', firstSentAt: null, lastSentAt: null, resendUntil: null });
      expect(await stage.effects('supplier-order')).to.have.length(before);
      await stage.perform('purchase', order.id);
      expect((await stage.order(order.id)).status).to.equal('PURCHASED');
      expect(await stage.effects('supplier-order')).to.have.length(before + 1);
      expect((await notesOf(stage, order.id)).join()).to.include('was held up');
    });
});
