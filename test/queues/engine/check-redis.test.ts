import { expect } from 'chai';
import { checkRedis } from '../../../queues/engine/check-redis.ts';
import { isRedisAway } from '../../../queues/engine/wait-for-redis.ts';
import type { RedisAddress } from '../../../runtime/config.ts';
import { describeWith } from '../../support/needs.ts';
import { noteWarnings } from '../bench.ts';
import { startOwnRedis } from '../own-redis.ts';

async function refusalOf(address: RedisAddress): Promise<Error> {
  try {
    await checkRedis(address, noteWarnings().log);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it was taken');
}

const nodeOf = (url: string) => ({ host: '127.0.0.1', port: Number(new URL(url).port) });
const nowhere = { host: '127.0.0.1', port: 1 };

describeWith('Redis', 'the check of a Redis', () => {
  it('tells that a cluster wants a password, and does not wait for one that will never come', async () => {
    await using redis = await startOwnRedis('--cluster-enabled', 'yes');
    const cluster = { kind: 'cluster', nodes: [nodeOf(redis.url)], tls: false } as const;
    await redis.protect('of-redis');
    const refusal = await refusalOf(cluster);
    expect(refusal.message).to.include('NOAUTH');
    expect(isRedisAway(refusal)).to.equal(false);
  });

  it('tells why no sentinel could be used', async () => {
    await using redis = await startOwnRedis();
    const sentinel = { kind: 'sentinel', name: 'orders', tls: false } as const;
    const noSentinel = await refusalOf({ ...sentinel, sentinels: [nodeOf(redis.url)] });
    expect(noSentinel.message).to.include('unknown command').and.include(redis.url.replace('redis://', ''));
    const away = await refusalOf({ ...sentinel, sentinels: [nowhere] });
    expect(away.message).to.include('127.0.0.1:1');
    expect(isRedisAway(away)).to.equal(true);
  });

  it('waits for a cluster of which no node answers', async () => {
    const refusal = await refusalOf({ kind: 'cluster', nodes: [nowhere], tls: false });
    expect(refusal.message).to.include('None of startup nodes is available');
    expect(isRedisAway(refusal)).to.equal(true);
  });
});
