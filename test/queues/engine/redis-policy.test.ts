import { expect } from 'chai';
import type { Redis } from 'ioredis';
import RedisMock from 'ioredis-mock';
import { openBackend } from '../../../queues/engine/backend.ts';
import { assertKeepsJobs } from '../../../queues/engine/redis-policy.ts';
import { newRedisUrl } from '../../support/backends.ts';
import { itWith } from '../../support/needs.ts';
import { noteWarnings } from '../bench.ts';
import { startOwnRedis } from '../own-redis.ts';

const redisThatSays = (memory: string, persistence = 'aof_enabled:1') =>
  ({ info: async (section: string) => (section === 'memory' ? memory : persistence) }) as Pick<Redis, 'info'>;

describe('a Redis for jobs', () => {
  const policies = ['allkeys-lru', 'volatile-lru', 'allkeys-random', 'volatile-ttl', 'allkeys-lfu', 'noeviction-ish'];
  for (const policy of policies)
    it(`is refused when its policy is ${policy}`, async () => {
      const redis = redisThatSays(`# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:${policy}\r\nx:1\r\n`);
      const error = await assertKeepsJobs(redis, noteWarnings().log).catch(problem => problem);
      expect(error).to.be.instanceOf(Error);
      expect(error.message).to.equal(`Redis would evict jobs: set maxmemory-policy noeviction, not ${policy}`);
    });

  it('is refused when it does not tell its policy', async () => {
    const error = await assertKeepsJobs(redisThatSays('# Memory\r\nused_memory:1\r\n'), noteWarnings().log).catch(
      e => e,
    );
    expect(String(error)).to.contain('not unknown');
  });

  it('is taken without a word when it evicts nothing and keeps an append-only file', async () => {
    const { log, warnings } = noteWarnings();
    await assertKeepsJobs(redisThatSays('maxmemory_policy:noeviction\r\n'), log);
    expect(warnings).to.deep.equal([]);
  });

  it('is taken with a warning when it would forget all in a crash', async () => {
    const { log, warnings } = noteWarnings();
    const redis = new RedisMock();
    // The stand-in answers with what a fresh Redis 8 says of itself.
    await assertKeepsJobs(redis, log);
    redis.disconnect();
    expect(warnings.map(({ text }) => text)).to.deep.equal([
      'Redis runs without AOF: after its crash the sweep rebuilds all jobs from the database',
    ]);
  });
});

describe('the start on a real Redis', () => {
  const start = async (url: string): Promise<string[]> => {
    const { log, warnings } = noteWarnings();
    const backend = await openBackend({ databaseUrl: 'unused', redis: { kind: 'server', url }, workers: 0, log });
    await backend.close();
    return warnings.map(({ text }) => text);
  };

  itWith('Redis', 'refuses one that evicts', async () => {
    await using redis = await startOwnRedis('--maxmemory-policy', 'allkeys-lru');
    const refusal = await start(redis.url).catch(error => error);
    expect(String(refusal)).to.contain('set maxmemory-policy noeviction, not allkeys-lru');
  });

  itWith('Redis', 'warns of one without an append-only file', async () => {
    const warnings = await start(newRedisUrl());
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain('without AOF');
  });

  it('fails when nobody is there, rather than wait for ever', async () => {
    const refusal = await start('redis://127.0.0.1:1').catch(error => error);
    expect(refusal).to.be.instanceOf(Error);
  });
});
