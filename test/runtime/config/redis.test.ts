import { expect } from 'chai';
import { ConfigError, type Environment, readConfig } from '../../../runtime/config.ts';
import { testEnvironment } from '../../support/environment.ts';

const redisOf = (env: Environment) => readConfig(testEnvironment(env)).redis;
const mistakesIn = (env: Environment): readonly string[] => {
  try {
    redisOf(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
};

const url = 'redis://127.0.0.1:6379';
const sentinels = { REDIS_SENTINELS: '10.0.0.1:26379,10.0.0.2:26379', REDIS_SENTINEL_NAME: 'orders' };
const cluster = { REDIS_CLUSTER_NODES: '10.0.0.1:6379' };

describe('where the queues are', () => {
  it('is in the database, where no setting names a Redis', () => {
    expect(redisOf({})).to.equal(undefined);
  });

  it('is one server, a primary that sentinels name, or a cluster', () => {
    expect(redisOf({ REDIS_URL: url })).to.deep.equal({ kind: 'server', url });
    expect(redisOf(sentinels)).to.deep.equal({
      kind: 'sentinel',
      sentinels: [
        { host: '10.0.0.1', port: 26379 },
        { host: '10.0.0.2', port: 26379 },
      ],
      name: 'orders',
      tls: false,
    });
    expect(redisOf({ REDIS_CLUSTER_NODES: ' redis-1.example.com:7000 , [fd00::1]:7001' })).to.deep.equal({
      kind: 'cluster',
      nodes: [
        { host: 'redis-1.example.com', port: 7000 },
        { host: 'fd00::1', port: 7001 },
      ],
      tls: false,
    });
  });

  it('takes a user, a password and TLS for those that no address says them of', () => {
    const logIn = { REDIS_USERNAME: 'orders', REDIS_PASSWORD: 'of-redis', REDIS_TLS: 'true' };
    const known = { username: 'orders', password: 'of-redis', tls: true };
    expect(redisOf({ ...cluster, ...logIn })).to.include(known);
    expect(redisOf({ ...sentinels, ...logIn, REDIS_SENTINEL_PASSWORD: 'of-sentinels' })).to.include({
      ...known,
      sentinelPassword: 'of-sentinels',
    });
  });

  const contradictions: readonly (readonly [Environment, string])[] = [
    [{ REDIS_URL: url, ...cluster }, 'REDIS_URL and REDIS_CLUSTER_NODES name two places'],
    [{ REDIS_URL: url, ...sentinels }, 'REDIS_URL and REDIS_SENTINELS name two places'],
    [{ ...sentinels, ...cluster }, 'REDIS_SENTINELS and REDIS_CLUSTER_NODES name two places'],
    [{ REDIS_SENTINELS: '10.0.0.1:26379' }, 'REDIS_SENTINEL_NAME is not'],
    [{ REDIS_URL: url, REDIS_SENTINEL_NAME: 'orders' }, 'REDIS_SENTINEL_NAME is set, and REDIS_SENTINELS is not'],
    [{ ...cluster, REDIS_SENTINEL_PASSWORD: 'hunter2' }, 'REDIS_SENTINEL_PASSWORD is set'],
    [{ REDIS_URL: url, REDIS_PASSWORD: 'hunter2' }, 'REDIS_PASSWORD is set'],
    [{ REDIS_TLS: 'true' }, 'REDIS_TLS is set'],
  ];
  for (const [env, complaint] of contradictions)
    it(`is refused where ${Object.keys(env).join(', ')} contradict each other: REDIS_CONTRADICTION`, () => {
      const [mistake = '', ...more] = mistakesIn(env);
      expect(more).to.deep.equal([]);
      expect(mistake)
        .to.match(/^REDIS_CONTRADICTION: /)
        .and.include(complaint)
        .and.not.include('hunter2');
    });

  it('is refused where a node is not host:port', () => {
    for (const wrong of ['redis-1', 'redis-1:', ':6379', 'redis-1:0', 'redis-1:65536', url, '10.0.0.1:1,', 'fd00::1:1'])
      expect(mistakesIn({ REDIS_CLUSTER_NODES: wrong }), wrong).to.deep.equal([
        'REDIS_CLUSTER_NODES must be host:port, separated by commas',
      ]);
  });

  it('counts an empty setting as not set', () => {
    expect(redisOf({ REDIS_URL: url, REDIS_SENTINELS: '', REDIS_CLUSTER_NODES: '', REDIS_PASSWORD: '' })).to.deep.equal(
      {
        kind: 'server',
        url,
      },
    );
  });
});
