import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../runtime/system/free-port.ts';
import { onRedis } from './on-redis.ts';
import type { OwnQueues } from './own-redis.ts';
import { expectRedisServer, keepsJobs, type RedisProcess, redisProcess, soon } from './redis-process.ts';

const name = 'orders';
const sentinels = 3;
/** So many of them must miss the primary before its replica takes its place. */
const quorum = 2;
const missedMs = 1_500;
/** The next failover is tried twice this long after the last. */
const failoverMs = 5_000;
/** A primary that comes back is told only after a while that it is a replica now. */
const comesBackMs = 60_000;

export type OwnSentinel = OwnQueues & {
  /** SIGSTOP of the primary. @returns once another one has taken its place, what thaws it */
  freezePrimary(): Promise<Disposable>;
};

/** A primary and a replica on loopback, and three sentinels that decide which of them is the primary. */
export async function startOwnSentinel(folder: string): Promise<OwnSentinel> {
  expectRedisServer('sentinel');
  await using opened = new AsyncDisposableStack();
  // Last: a server that cannot write any more does not end.
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  /** Sentinel has its decisions written into the file of settings, which is read again at the next start. */
  const launch = async (role: string, lines: readonly string[], ...settings: readonly string[]) => {
    const home = join(folder, role);
    const file = join(home, 'redis.conf');
    mkdirSync(home, { recursive: true, mode: 0o700 });
    writeFileSync(file, `${lines.join('\n')}\n`);
    const server = redisProcess(home, await freePort(), [file, ...settings]);
    opened.defer(() => server.end('SIGKILL'));
    await server.start();
    return server;
  };
  const first = await launch('first', [], ...keepsJobs);
  const second = await launch('second', [`replicaof 127.0.0.1 ${first.port}`], ...keepsJobs);
  const watched = [
    `sentinel monitor ${name} 127.0.0.1 ${first.port} ${quorum}`,
    `sentinel down-after-milliseconds ${name} ${missedMs}`,
    `sentinel failover-timeout ${name} ${failoverMs}`,
  ];
  const watchers: RedisProcess[] = [];
  for (let index = 0; index < sentinels; index += 1)
    watchers.push(await launch(`sentinel-${index}`, watched, '--sentinel'));

  const servers = [first, second];
  const primary = async (): Promise<RedisProcess> => {
    const port = await primaryPort(watchers[0]!);
    const found = servers.find(server => server.port === port);
    if (!found) throw new Error(`the sentinels name a primary on port ${port}, which is none of ours`);
    return found;
  };
  const isWhole = async (): Promise<boolean> => {
    const now = await primary();
    for (const watcher of watchers) if (!(await seesAll(watcher, now.port))) return false;
    return (await roleOf(now)).includes('role:master') && (await followersOf(now)) === servers.length - 1;
  };
  await soon('the sentinels see each other, the primary and its replica', isWhole);
  const running = opened.move();
  const replaced = async (victim: RedisProcess): Promise<void> =>
    soon('the replica takes the place of the primary', async () => (await primary()) !== victim);
  return {
    settings: { REDIS_SENTINELS: watchers.map(({ port }) => `127.0.0.1:${port}`).join(','), REDIS_SENTINEL_NAME: name },
    async killAndStart() {
      await soon('the primary of before is a replica', isWhole, comesBackMs);
      const victim = await primary();
      await victim.end('SIGKILL');
      try {
        await replaced(victim);
      } finally {
        await victim.start();
      }
    },
    async freezePrimary() {
      await soon('the primary of before is a replica', isWhole, comesBackMs);
      const victim = await primary();
      using thawing = new DisposableStack();
      thawing.defer(() => victim.thaw());
      victim.freeze();
      await replaced(victim);
      return thawing.move();
    },
    flush: async () => void (await onRedis((await primary()).url, redis => redis.flushall())),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const roleOf = ({ url }: RedisProcess): Promise<string> => onRedis(url, redis => redis.info('replication'));

async function followersOf(primary: RedisProcess): Promise<number> {
  return (await roleOf(primary)).split('\n').filter(line => /^slave\d+:.*state=online/.test(line)).length;
}

async function primaryPort({ url }: RedisProcess): Promise<number> {
  const answer = await onRedis(url, redis => redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name));
  return Number((answer as string[])[1]);
}

/** Whether a failover could be decided and carried out now. */
async function seesAll({ url }: RedisProcess, port: number): Promise<boolean> {
  return onRedis(url, async redis => {
    const fields = (await redis.call('SENTINEL', 'MASTER', name)) as string[];
    const fieldOf = (field: string) => fields[fields.indexOf(field) + 1];
    const known = `${fieldOf('port')} ${fieldOf('flags')} ${fieldOf('num-slaves')} ${fieldOf('num-other-sentinels')}`;
    return known === `${port} master 1 ${sentinels - 1}`;
  });
}
