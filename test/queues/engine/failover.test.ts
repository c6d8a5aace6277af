/** Covers: queues/engine/backend.ts, runtime/redis/connect.ts, storm/own-cluster.ts, storm/own-sentinel.ts. */
import { randomUUID } from 'node:crypto';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { expect } from 'chai';
import { openLimits } from '../../../providers/gate/limit-store.ts';
import type { LimitName } from '../../../providers/gate/rate-limits.ts';
import { catalogue } from '../../../queues/catalogue.ts';
import type { Job } from '../../../queues/define-queue.ts';
import { type Backend, openBackend } from '../../../queues/engine/backend.ts';
import { openProducer, type Producer } from '../../../queues/engine/producer.ts';
import { type RedisAddress, readConfig } from '../../../runtime/config.ts';
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

const kinds: readonly (readonly [string, (folder: string) => Promise<OwnQueues>])[] = [
  ['a Redis Cluster', startOwnCluster],
  ['a Redis with Sentinel', startOwnSentinel],
];
for (const [kind, start] of kinds)
  describeWith('Redis', `the queues in ${kind}`, function () {
    this.timeout(90_000);
    let opened: AsyncDisposableStack;
    let queues: OwnQueues;
    let redis: RedisAddress;
    let backend: Backend;
    let producer: Producer;
    const told = noteWarnings();
    const jobs: Job[] = [];
    const done = new Set<string>();
    const left = () => jobs.filter(({ id }) => !done.has(id));

    before(async () => {
      opened = new AsyncDisposableStack();
      queues = opened.use(await start(temporaryFolder('queues')));
      const address = readConfig(testEnvironment(queues.settings)).redis;
      if (!address) throw new Error('these settings name no Redis');
      redis = address;
      const { log } = told;
      backend = await openBackend({ databaseUrl: 'unused', redis, workers: 1, log });
      opened.defer(() => backend.close());
      producer = openProducer(backend, log);
      opened.defer(() => producer.close());
      const perform = async ({ id = '' }) => done.add(id);
      const worker = backend.openWorker(fulfill, perform, { lockDuration: 5_000, stalledInterval: 2_000 });
      worker.on('error', () => undefined);
      opened.defer(() => worker.close());
    });
    after(() => opened.disposeAsync());

    it('are served', async () => {
      jobs.push(...Array.from({ length: 10 }, newJob));
      await producer.addAll(jobs);
      await until(() => left().length === 0, { deadlineMs: 20_000, describe: 'ten jobs to be done' });
      await until(async () => !(await producer.isLive(jobs[0]!, new Date(0))), { describe: 'the job to be over' });
      expect(told.warnings).to.deep.equal([]);
    });

    it('are shown on the board', async () => {
      const board = new BullMQAdapter(producer.queues.get('fulfill')!);
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
        const { limits, close } = openLimits({ databaseUrl: 'unused', redis });
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
      let isOver = false;
      const failover = queues.killAndStart(`{orders:fulfill}:fulfill:meta`).finally(() => (isOver = true));
      const isDone = async () => {
        if (!isOver) jobs.push(newJob());
        // As the sweep does: what is not done and not in the queue.
        await producer.addAll(left());
        return isOver && left().length === 0;
      };
      await until(isDone, { deadlineMs: 60_000, describe: () => `${left().length} of ${jobs.length} jobs to be done` });
      await failover;
      expect(told.warnings.length, 'some could not be added meanwhile').to.be.greaterThan(0);
    });
  });
