/** Covers: workers/main.ts, workers/host/host.ts. */
import { expect } from 'chai';
import type { Ending } from '../../demo/scenario.ts';
import { type DetachedProcess, spawnDetached } from '../../runtime/system/detached-process.ts';
import { newDataFolder, openTheatre, type Theatre } from '../demo/theatre.ts';
import { backendNames, describeOn, redisUrlOn } from '../support/backends.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { expectOnce, inTheMiddle, makeWork, payByHand } from './work.ts';

const stopDeadlineMs = 20_000;

for (const backend of backendNames)
  describeOn(backend, `two workers processes at once on ${backend}`, function () {
    this.timeout(120_000);
    let database: TestDatabase;
    let theatre: Theatre;
    let second: DetachedProcess;
    const jobsOfSecond: string[] = [];
    const endings: Ending[] = [];

    before(async () => {
      const redisUrl = redisUrlOn(backend);
      database = await createTestDatabase();
      theatre = await openTheatre({
        dataFolder: newDataFolder(),
        removeData: true,
        processes: ['sandbox', 'api', 'workers'],
        env: { ...database.settings, REDIS_URL: redisUrl },
      });
      second = spawnDetached(['workers/main.ts'], theatre.system.env, line => {
        if (line.includes('"outcome":"done"')) jobsOfSecond.push(line);
      });
      await until(() => second.announced, { deadlineMs: 30_000, describe: 'the second workers process' });
    });
    after(async () => {
      await second?.stop(stopDeadlineMs);
      await theatre?.[Symbol.asyncDispose]();
      await database?.drop();
    });

    const finish = async (work: readonly Ending[]) => {
      await payByHand(theatre, work.at(-1));
      for (const ending of work) await theatre.ended(ending);
      endings.push(...work);
    };

    it('share the orders, and each effect is caused once', async () => {
      await finish(await makeWork(theatre));
      await expectOnce(theatre, endings);
      expect(jobsOfSecond).not.to.have.length(0);
      expect(theatre.errors()).to.deep.equal([]);
    });

    // Slow: the database takes the frozen one's row locks away after half a minute. They are the same with both backends.
    if (backend === 'Redis') return;
    it('cause each effect once when one is frozen in the middle, longer than its locks, and wakes up', async () => {
      const work = await makeWork(theatre);
      await inTheMiddle(theatre);
      const first = theatre.system.processes.find(({ name }) => name === 'workers');
      if (!first?.pid) throw new Error('there is no workers process');
      process.kill(first.pid, 'SIGSTOP');
      // The other one takes over what the frozen one has in hand.
      await finish(work).finally(() => first.pid && process.kill(first.pid, 'SIGCONT'));
      // It wakes up in the middle of its calls and brings them to an end before it stops.
      await first.restart();
      await expectOnce(theatre, endings);
    });
  });
