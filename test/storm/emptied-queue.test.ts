/** Covers: queues/sweep.ts, workers/host/host.ts. */
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { backendNames, describeOn } from '../support/backends.ts';
import { until } from '../support/until.ts';
import { openServedQueue, type ServedQueue } from '../workers/host/served-queue.ts';

/** FLUSHALL, for the keys of this one queue; or what it is to Postgres. */
async function emptyQueue({ redisUrl, asOwner, prefix }: ServedQueue): Promise<void> {
  if (redisUrl) {
    const redis = new Redis(redisUrl);
    await redis.del(await redis.keys(`*${prefix}*`));
    await redis.quit();
    return;
  }
  await asOwner('truncate bullmq.job cascade');
}

for (const backend of backendNames)
  describeOn(backend, `a queue that is emptied while a job runs, on ${backend}`, function () {
    this.timeout(30_000);
    let served: ServedQueue;
    before(async () => {
      served = await openServedQueue(backend);
    });
    after(() => served?.[Symbol.asyncDispose]());

    it('what the job did is done: it is no bug that nobody can be told, and the next job is served', async () => {
      const gate = Promise.withResolvers<string>();
      let calls = 0;
      await served.serve(() => {
        calls += 1;
        return calls === 1 ? gate.promise : Promise.resolve('the next one');
      });
      await served.become(await served.add(), 'active');
      await emptyQueue(served);
      gate.resolve('done all the same');
      const jobLine = await until(() => served.lines.find(({ text }) => text === 'job'), { describe: 'its line' });
      expect(jobLine).to.deep.include({ level: 'info' });
      expect(jobLine.fields).to.include({ outcome: 'done', answer: 'done all the same' });
      const next = await served.become(await served.add(), 'completed');
      expect(next.returnvalue).to.equal('the next one');
    });
  });
