/** Covers: workers/host/host.ts, queues/engine/backend.ts. */
import { expect } from 'chai';
import { takeOver } from '../../../workers/host/host.ts';
import { backendNames, describeOn } from '../../support/backends.ts';
import { until } from '../../support/until.ts';
import { type HostChild, startHostChild } from './host-child.ts';
import { openServedQueue, type ServedQueue } from './served-queue.ts';

/** What is promised: a killed worker's job goes on elsewhere within this time. */
const takeOverMaxMs = 10_000;

describe('a killed worker’s job', () => {
  it('is taken over in time at the worst: a lock that was just renewed, and a check that was just over', () => {
    // The first check after the death marks the job, the first one after the lock's end gives it back.
    expect(takeOver.lockMs + 2 * takeOver.stalledCheckMs).to.be.at.most(takeOverMaxMs);
  });
});

for (const backend of backendNames)
  describeOn(backend, `a worker that dies on ${backend}`, function () {
    this.timeout(60_000);
    let served: ServedQueue;
    const children: HostChild[] = [];
    beforeEach(async () => {
      served = await openServedQueue(backend);
    });
    afterEach(async () => {
      for (const child of children.splice(0)) await child[Symbol.asyncDispose]();
      await served?.[Symbol.asyncDispose]();
    });
    const startChild = () => {
      const child = startHostChild(served);
      children.push(child);
      return child;
    };

    it('leaves its job to another, however often that happens', async () => {
      const id = await served.add();
      for (let deaths = 0; deaths < 2; deaths += 1) {
        const child = startChild();
        await child.says('has the job');
        child.send('SIGKILL');
        await child.end;
      }
      await served.serve(async () => 'goes on elsewhere');
      const job = await served.become(id, 'completed');
      expect(job.returnvalue).to.equal('goes on elsewhere');
      expect(job.failedReason ?? '').to.equal('');
    });

    it('leaves its job to one that is there already, within ten seconds', async () => {
      const id = await served.add();
      const child = startChild();
      await child.says('has the job');
      await served.serve(async () => 'goes on elsewhere');
      child.send('SIGKILL');
      await until(async () => (await served.queue.getJobState(id)) === 'completed', {
        deadlineMs: takeOverMaxMs,
        describe: async () => `the job elsewhere, it is ${await served.queue.getJobState(id)}`,
      });
    });

    it('stops before its next call when it was only frozen, and finds that another has its job', async () => {
      const id = await served.add();
      const child = startChild();
      await child.says('has the job');
      child.send('SIGSTOP');
      await served.serve(async () => 'goes on elsewhere');
      await served.become(id, 'completed');
      child.send('SIGCONT');
      await child.says('stops');
      expect((await served.job(id)).returnvalue).to.equal('goes on elsewhere');
    });
  });
