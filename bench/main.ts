/**
 * `npm run bench [-- --orders 200 --requests 5000 --connections 32 --only ingress|road]`: how much this machine takes.
 * Once with the jobs in Postgres, and once more in Redis when REDIS_URL names an empty one. Exits with 1 when something
 * was lost or happened twice.
 */
import '../runtime/node-version.ts';
import { createWriteStream } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openProgress } from './progress.ts';
import { emptyAgain, emptyRedis } from './redis.ts';
import { showIngress, showRoad } from './tables.ts';

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '200' },
    requests: { type: 'string', default: '5000' },
    connections: { type: 'string', default: '32' },
    only: { type: 'string' },
  },
});

function wholeNumber(name: 'orders' | 'requests' | 'connections', most: number): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new Error(`--${name} is a number from 1 to ${most}`);
}
