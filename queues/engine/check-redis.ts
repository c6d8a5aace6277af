import { Redis } from 'ioredis';
import type { RedisAddress } from '../../runtime/config.ts';
import type { Logger } from '../../runtime/logger.ts';
import { connectRedis, type RedisConnection } from '../../runtime/redis/connect.ts';
import { within } from '../../runtime/with-timeout.ts';
import { assertKeepsJobs } from './redis-policy.ts';

/** Sentinels and nodes are asked one after the other, and one that hangs takes the time of a connection. */
const checkMs = 15_000;
const patience = { waits: true, retries: 1, lazy: true, once: true, connectTimeout: 3_000, commandTimeout: 5_000 };

/** The primaries of a cluster, and the replicas that may take their places. */
async function serversOf(redis: RedisConnection): Promise<Redis[]> {
  if (redis instanceof Redis) return [redis];
  await redis.connect();
  return redis.nodes('all');
}

const isRefusal = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError';

/** The sentinel's or the node's own words, where the error says no more than that none of them could be used. */
function inTheirWords(error: unknown, heard: ReadonlyMap<string, unknown>): unknown {
  if (isRefusal(error)) return error;
  const last = heard.get('error');
  const ofNode = last instanceof Error && 'lastNodeError' in last ? last.lastNodeError : undefined;
  if (isRefusal(ofNode)) return ofNode;
  const reason = heard.get('sentinelError') ?? heard.get('node error') ?? last;
  if (!(reason instanceof Error)) return error;
  return new Error(`${error instanceof Error ? error.message : error} (${reason.message})`, { cause: error });
}

/** @throws WouldEvict when one of the servers would evict jobs, and when Redis cannot be reached */
export async function checkRedis(address: RedisAddress, log: Pick<Logger, 'warn'>): Promise<void> {
  const redis = connectRedis(address, patience);
  const heard = new Map<string, unknown>();
  for (const event of ['error', 'sentinelError', 'node error'])
    redis.on(event, (error: unknown) => heard.set(event, error));
  const check = async () => {
    for (const server of await serversOf(redis)) await assertKeepsJobs(server, log);
  };
  try {
    await within(checkMs, check(), 'Redis was not reached');
  } catch (error) {
    throw inTheirWords(error, heard);
  } finally {
    redis.disconnect();
  }
}
