import type { Redis } from 'ioredis';
import type { Logger } from '../../runtime/logger.ts';

/** A Redis that loses keys under pressure is no place for jobs. */
export class WouldEvict extends Error {
  override readonly name = 'WouldEvict';
}

/** @throws WouldEvict when Redis would evict keys: a lock or a job that vanishes is a job that runs twice, or never. */
export async function assertKeepsJobs(redis: Pick<Redis, 'info'>, log: Pick<Logger, 'warn'>): Promise<void> {
  const memory = await redis.info('memory');
  const policy = /maxmemory_policy:(\S+)/.exec(memory)?.[1] ?? 'unknown';
  if (policy !== 'noeviction')
    throw new WouldEvict(`Redis would evict jobs: set maxmemory-policy noeviction, not ${policy}`);
  if (/aof_enabled:0/.test(await redis.info('persistence')))
    log.warn('Redis runs without AOF: after its crash the sweep rebuilds all jobs from the database');
}
