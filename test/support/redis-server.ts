import { spawnSync } from 'node:child_process';
import { freePort } from '../../runtime/system/free-port.ts';
import { temporaryFolder } from '../../runtime/system/started-processes.ts';
import { redisProcess } from '../../storm/redis-process.ts';

/** Whether `redis-server` is on the PATH. */
export const hasRedisServer = (): boolean => spawnSync('redis-server', ['--version']).error === undefined;

/** One Redis for a whole run, without persistence; undefined where there is no `redis-server`. */
export async function startTestRedis(): Promise<{ url: string; stop(): Promise<void> } | undefined> {
  if (!hasRedisServer()) return undefined;
  const memoryOnly = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction', '--databases', '10000'];
  const server = redisProcess(temporaryFolder('redis'), await freePort(), memoryOnly);
  await server.start();
  return { url: server.url, stop: () => server.end('SIGTERM') };
}
