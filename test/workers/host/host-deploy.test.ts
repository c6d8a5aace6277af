/** Covers: workers/host/host.ts, workers/main.ts. */
import { expect } from 'chai';
import { backendNames, describeOn } from '../../support/backends.ts';
import { startHostChild } from './host-child.ts';
import { openServedQueue } from './served-queue.ts';

for (const backend of backendNames)
  describeOn(backend, `two deploys in a row on ${backend}`, function () {
    this.timeout(60_000);

    it('do not turn a job into a failure, not even one that is tried only once: it ends once, when it is let', async () => {
      await using served = await openServedQueue(backend, { backoffMs: 5, attempts: 1 });
      const id = await served.add();
      for (let deploys = 0; deploys < 2; deploys += 1) {
        await using child = startHostChild(served, 5_000);
        await child.says('has the job');
        child.send('SIGTERM');
        expect(await child.end).to.equal('status 0');
      }
      let ended = 0;
      await served.serve(async () => `ended ${++ended}`);
      expect((await served.become(id, 'completed')).returnvalue).to.equal('ended 1');
      const { completed, failed } = await served.queue.getJobCounts('completed', 'failed');
      expect({ completed, failed }).to.deep.equal({ completed: 1, failed: 0 });
    });
  });
