/** Covers: queues/engine/backend.ts, runtime/redis/connect.ts, storm/own-cluster.ts, storm/own-sentinel.ts. */
import { randomUUID } from 'node:crypto';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { expect } from 'chai';
import { openLimits } from '../../../providers/gate/limit-store.ts';
import type { LimitName } from '../../../providers/gate/rate-limits.ts';
import { catalogue } from '../../../queues/catalogue.ts';
import type { Job } from '../../../queues/define-queue.ts';
import { openBackend } from '../../../queues/engine/backend.ts';
import { openProducer } from '../../../queues/engine/producer.ts';
import { readConfig } from '../../../runtime/config.ts';
import { temporaryFolder } from '../../../runtime/system/started-processes.ts';
import { startOwnCluster } from '../../../storm/own-cluster.ts';
import type { OwnQueues } from '../../../storm/own-redis.ts';
import { startOwnSentinel } from '../../../storm/own-sentinel.ts';
import { testEnvironment } from '../../support/environment.ts';
import { describeWith } from '../../support/needs.ts';
import { until } from '../../support/until.ts';
import { noteWarnings } from '../bench.ts';

const { fulfill } = catalogue;
const newJob = (): Job => {
  const orderId = randomUUID();
  return { queue: 'fulfill', id: `fulfill-${orderId}-1-1`, payload: { orderId } };
};

/** A worker and a producer on queues of one's own. */
async function serve<Queues extends OwnQueues>(start: (folder: string) => Promise<Queues>) {
  await using opened = new AsyncDisposableStack();
  const told = noteWarnings();
  const { log } = told;
  const queues = opened.use(await start(temporaryFolder('queues')));
  const { redis } = readConfig(testEnvironment(queues.settings));
  if (!redis) throw new Error('these settings name no Redis');
  const backend = await openBackend({ databaseUrl: 'unused', redis, workers: 1, log });
  opened.defer(() => backend.close());
  const producer = openProducer(backend, log);
  opened.defer(() => producer.close());
  const jobs: Job[] = [];
  const done = new Set<string>();
  const perform = async ({ id = '' }) => done.add(id);
  const worker = backend.openWorker(fulfill, perform, { lockDuration: 5_000, stalledInterval: 2_000 });
  worker.on('error', () => undefined);
  opened.defer(() => worker.close());
  const left = () => jobs.filter(({ id }) => !done.has(id));
  const running = opened.move();
  return {
    ...{ queues, redis, producer, jobs, left, warnings: told.warnings },
    /** As the sweep does: adds what is not done and not in the queue. @returns whether all is done */
    sweep: async (): Promise<boolean> => {
      await producer.addAll(left());
      return left().length === 0;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const kinds: readonly (readonly [string, (folder: string) => Promise<OwnQueues>])[] = [
  ['a Redis Cluster', startOwnCluster],
  ['a Redis with Sentinel', startOwnSentinel],
];
for (const [kind, start] of kinds)
  describeWith('Redis', `the queues in ${kind}`, function () {
    this.timeout(90_000);
    let served: Awaited<ReturnType<typeof serve>>;
    before(async () => {
      served = await serve(start);
    });
    after(() => served?.[Symbol.asyncDispose]());

    it('are served', async () => {
      const { producer, jobs, left, warnings } = served;
      jobs.push(...Array.from({ length: 10 }, newJob));
      await producer.addAll(jobs);
      await until(() => left().length === 0, { deadlineMs: 20_000, describe: 'ten jobs to be done' });
      await until(async () => !(await producer.isLive(jobs[0]!, new Date(0))), { describe: 'the job to be over' });
      expect(warnings).to.deep.equal([]);
    });

    it('are shown on the board', async () => {
      const board = new BullMQAdapter(served.producer.queues.get('fulfill')!);
      await until(async () => (await board.getJobCounts()).completed === 10, { describe: 'ten completed jobs' });
      expect(await board.getJobs(['completed'], 0, 20)).to.have.length(10);
      expect(await board.getRedisInfo()).to.include('redis_version');
    });

    it('share the counters of the limits', async () => {
      const name: LimitName = 'ebay token client_credentials';
      const [ofAll, ofOneAlone] = [41, 4];
      await using closing = new AsyncDisposableStack();
      let given = 0;
      const takers = [1, 2].map(() => {
        const { limits, close } = openLimits({ databaseUrl: 'unused', redis: served.redis });
        closing.defer(close);
        return async () => void ((await limits.take(name)) === 0 && given++);
      });
      // Until its connection is there, each counts alone: one that is given more than that is connected.
      for (const take of takers) {
        const before = given;
        const isConnected = () => take().then(() => given - before > ofOneAlone);
        await until(isConnected, { describe: 'the connection of the limits' });
      }
      await Promise.all(Array.from({ length: 40 }, () => takers.map(take => take())).flat());
      expect(given).to.be.within(ofAll, ofAll + takers.length * ofOneAlone);
    });

    it('lose nothing when the primary that holds them is killed, where whatever is missing is added again', async () => {
      const { queues, jobs, left, sweep, warnings } = served;
      let isOver = false;
      const failover = queues.killAndStart(`{orders:fulfill}:fulfill:meta`).finally(() => (isOver = true));
      const isDone = async () => {
        if (!isOver) jobs.push(newJob());
        return (await sweep()) && isOver;
      };
      await until(isDone, { deadlineMs: 60_000, describe: () => `${left().length} of ${jobs.length} jobs to be done` });
      await failover;
      expect(warnings.length, 'some could not be added meanwhile').to.be.greaterThan(0);
    });
  });

// A cluster takes about half a minute for it.
describeWith('Redis', 'the queues in a Redis with Sentinel whose primary hangs', function () {
  this.timeout(60_000);

  it('are served by the new one, though the old one keeps its connections', async () => {
    await using served = await serve(startOwnSentinel);
    const { queues, jobs, left, sweep } = served;
    using _frozen = await queues.freezePrimary();
    jobs.push(...Array.from({ length: 10 }, newJob));
    await until(sweep, { deadlineMs: 20_000, describe: () => `${left().length} of ${jobs.length} jobs to be done` });
  });
});
