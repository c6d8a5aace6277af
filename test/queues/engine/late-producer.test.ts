import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { openBackend } from '../../../queues/engine/backend.ts';
import { openLateProducer } from '../../../queues/engine/late-producer.ts';
import { fulfillQueue } from '../../../queues/fulfill.ts';
import { itWith } from '../../support/needs.ts';
import { until } from '../../support/until.ts';
import { noteWarnings } from '../bench.ts';
import { startOwnRedis } from '../own-redis.ts';

const newJob = () => fulfillQueue.jobFor({ id: randomUUID(), stateEntry: 1, wake: 0 });

describe('a producer that does not wait for Redis', function () {
  this.timeout(60_000);
  const open = async (url: string) => {
    const noted = noteWarnings();
    const errors: unknown[] = [];
    const log = { ...noted.log, error: (fields: unknown) => errors.push(fields) };
    const backend = () => openBackend({ databaseUrl: 'unused', redis: { kind: 'server', url }, workers: 0, log });
    const producer = await openLateProducer(backend, log);
    const refused = () => noted.warnings.filter(({ text }) => text === 'job not added; the sweep will add it').length;
    return { producer, refused, errors, [Symbol.asyncDispose]: () => producer.close() };
  };
  const waiting = async (url: string): Promise<number> => {
    const backend = await openBackend({
      databaseUrl: '',
      redis: { kind: 'server', url },
      workers: 0,
      log: noteWarnings().log,
    });
    const queue = backend.openQueue(fulfillQueue);
    const count = await queue.getWaitingCount();
    await queue.close();
    await backend.close();
    return count;
  };

  itWith('Redis', 'is there while Redis is away, says what it cannot add, and adds once Redis is back', async () => {
    await using redis = await startOwnRedis();
    await redis.stop();
    await using opened = await open(redis.url);
    await opened.producer.addAll([newJob(), newJob()]);
    expect(opened.refused()).to.equal(2);
    expect(opened.producer.refusal()).to.equal(undefined);
    await redis.startAgain();
    const added = await until(
      async () => {
        await opened.producer.addAll([newJob()]);
        return waiting(redis.url);
      },
      { deadlineMs: 20_000, describe: 'a job that is added' },
    );
    // What was told as not added is not added behind our back either.
    expect(added).to.equal(1);
    expect(opened.errors).to.deep.equal([]);
  });

  itWith(
    'Redis',
    'adds nothing to a Redis that it meets later and that evicts, and says so until that is mended',
    async () => {
      await using redis = await startOwnRedis('--maxmemory-policy', 'allkeys-lru');
      await redis.stop();
      await using opened = await open(redis.url);
      await redis.startAgain();
      const refusal = await until(() => opened.producer.refusal(), { deadlineMs: 20_000, describe: 'a refusal' });
      expect(refusal).to.contain('set maxmemory-policy noeviction, not allkeys-lru');
      expect(opened.errors).not.to.have.length(0);
      await opened.producer.addAll([newJob()]);
      expect(opened.refused()).to.equal(1);

      const client = new Redis(redis.url);
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      await client.quit();
      await until(() => opened.producer.refusal() === undefined, { deadlineMs: 20_000, describe: 'no refusal' });
      await opened.producer.addAll([newJob()]);
      expect(await waiting(redis.url)).to.equal(1);
    },
  );

  itWith('Redis', 'does not start with a Redis that evicts', async () => {
    await using redis = await startOwnRedis('--maxmemory-policy', 'allkeys-lru');
    const refusal = await open(redis.url).catch(error => error);
    expect(String(refusal)).to.contain('set maxmemory-policy noeviction, not allkeys-lru');
  });

  itWith('Redis', 'does not hang when Redis takes connections and says nothing', async () => {
    await using redis = await startOwnRedis();
    redis.freeze();
    await using opened = await open(redis.url);
    await opened.producer.addAll([newJob()]);
    expect(opened.refused()).to.equal(1);
    redis.thaw();
  });

  it('ends while it still looks for Redis', async () => {
    const opened = await open('redis://127.0.0.1:1');
    await opened.producer.close();
  });
});
