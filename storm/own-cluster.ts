import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { freePort } from '../runtime/system/free-port.ts';
import { onRedis } from './on-redis.ts';
import type { OwnQueues } from './own-redis.ts';
import { expectRedisServer, keepsJobs, type RedisProcess, redisProcess, soon } from './redis-process.ts';

/** A cluster as small as may be: a primary that fails is voted out by the others, and its replica takes its place. */
const primaries = 3;
const nodeTimeoutMs = 1_500;
const slots = 16_384;

type Node = RedisProcess & { readonly busPort: number };
type View = { readonly id: string; readonly port: number; readonly flags: readonly string[] };

/** What a node knows of the cluster, itself included. */
const viewOf = (redis: Redis): Promise<View[]> =>
  (redis.cluster('NODES') as Promise<string>).then(lines =>
    lines
      .trim()
      .split('\n')
      .map(line => {
        const [id = '', address = '', flags = ''] = line.split(' ');
        return { id, port: Number(address.split('@')[0]?.split(':')[1]), flags: flags.split(',') };
      }),
  );

const infoOf = async (node: Node, section: string): Promise<string> => onRedis(node.url, redis => redis.info(section));

/** A Redis Cluster of six nodes on loopback: three primaries, each with a replica. */
export async function startOwnCluster(folder: string): Promise<OwnQueues> {
  expectRedisServer('cluster');
  await using opened = new AsyncDisposableStack();
  // Last: a server that cannot write any more does not end.
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const nodes: Node[] = [];
  for (let index = 0; index < 2 * primaries; index += 1) {
    const [port, busPort] = [await freePort(), await freePort()];
    const ofCluster = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
    const timeout = ['--cluster-node-timeout', String(nodeTimeoutMs)];
    const server = redisProcess(join(folder, String(index)), port, [...keepsJobs, ...ofCluster, ...timeout]);
    opened.defer(() => server.end('SIGKILL'));
    await server.start();
    nodes.push({ ...server, busPort });
  }
  await form(nodes);
  const running = opened.move();
  let kills = 0;
  return {
    settings: { REDIS_CLUSTER_NODES: nodes.map(({ port }) => `127.0.0.1:${port}`).join(',') },
    async killAndStart(key) {
      await soon('every primary has a replica', () => isWhole(nodes));
      const all = await primariesOf(nodes);
      const victim = key === undefined ? all[kills++ % all.length] : await holderOf(key, all);
      if (!victim) throw new Error('the cluster has no such primary');
      await victim.end('SIGKILL');
      const others = nodes.filter(node => node !== victim);
      const isReplaced = async () => (await primariesOf(others)).length === primaries;
      try {
        await soon('a replica takes the place of the primary', isReplaced);
      } finally {
        await victim.start();
      }
    },
    flush: async () => {
      for (const node of await primariesOf(nodes)) await onRedis(node.url, redis => redis.flushall());
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The first half become primaries, and each of the others a replica of one. */
async function form(nodes: readonly Node[]): Promise<void> {
  const [first, ...others] = nodes;
  const share = Math.ceil(slots / primaries);
  for (const [index, node] of nodes.slice(0, primaries).entries()) {
    const [from, to] = [index * share, Math.min(slots, (index + 1) * share) - 1];
    await onRedis(node.url, redis => redis.cluster('ADDSLOTSRANGE', from, to));
    // Each has an epoch of its own, or none of them could be voted for.
    await onRedis(node.url, redis => redis.cluster('SET-CONFIG-EPOCH', index + 1));
  }
  for (const { port, busPort } of others)
    await onRedis(first!.url, redis => redis.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort));
  for (const node of nodes)
    await soon('all nodes know each other', async () => {
      const known = await onRedis(node.url, viewOf);
      return known.filter(({ flags }) => !flags.includes('handshake')).length === nodes.length;
    });
  for (const [index, node] of nodes.slice(primaries).entries()) {
    const id = await onRedis(nodes[index]!.url, redis => redis.cluster('MYID'));
    await onRedis(node.url, redis => redis.cluster('REPLICATE', String(id)));
  }
  await soon('the cluster is whole', () => isWhole(nodes));
}

/** Whoever does not hold it says who does, which is an error here. */
async function holderOf(key: string, all: readonly Node[]): Promise<Node | undefined> {
  for (const node of all) {
    const holds = await onRedis(node.url, redis => redis.exists(key)).then(
      () => true,
      () => false,
    );
    if (holds) return node;
  }
  return undefined;
}

/** As the first node that answers sees them. */
async function primariesOf(nodes: readonly Node[]): Promise<Node[]> {
  for (const node of nodes) {
    const known = await onRedis(node.url, viewOf).catch(() => undefined);
    const alive = known?.filter(
      ({ flags }) => flags.includes('master') && !flags.some(flag => flag.startsWith('fail')),
    );
    if (alive) return nodes.filter(({ port }) => alive.some(one => one.port === port));
  }
  return [];
}

/** All slots are served, and each replica has its primary's data, so that the next kill may come. */
async function isWhole(nodes: readonly Node[]): Promise<boolean> {
  for (const node of nodes) {
    const state = String(await onRedis(node.url, redis => redis.cluster('INFO')));
    if (!state.includes('cluster_state:ok')) return false;
    const replication = await infoOf(node, 'replication');
    if (replication.includes('role:slave') && !replication.includes('master_link_status:up')) return false;
  }
  return (await primariesOf(nodes)).length === primaries;
}
