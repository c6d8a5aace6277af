import type { DetachedProcess } from '../../../runtime/system/detached-process.ts';
import { onRedis } from '../../support/backends.ts';
import { moduleUrl, runCode } from '../../support/run-code.ts';
import { until } from '../../support/until.ts';
import type { ServedQueue } from './served-queue.ts';

/** A process with one host, whose processor never ends unless it is told to stop. */
export type HostChild = AsyncDisposable &
  DetachedProcess & {
    /** Waits until it has said that. */
    says(text: string): Promise<unknown>;
  };

export function startHostChild(
  { databaseUrl, redisUrl, prefix }: Pick<ServedQueue, 'databaseUrl' | 'redisUrl' | 'prefix'>,
  shutdownDeadlineMs = 15_000,
): HostChild {
  const child = runCode(`
    import { Retryable } from '${moduleUrl('domain/call-outcome.ts')}';
    import { openBackend } from '${moduleUrl('queues/engine/backend.ts')}';
    import { onShutdown } from '${moduleUrl('runtime/shutdown.ts')}';
    import { startHost } from '${moduleUrl('workers/host/host.ts')}';
    import { processors } from '${moduleUrl('workers/processors.ts')}';
    const log = { info() {}, warn() {}, error() {} };
    const config = { shutdownDeadlineMs: ${shutdownDeadlineMs} };
    const defer = onShutdown({ deadlineMs: config.shutdownDeadlineMs, log });
    const say = text => process.stdout.write(text + '\\n');
    const fulfill = (_payload, { signal }) => new Promise((_resolve, reject) => {
      say('has the job');
      signal.addEventListener('abort', () => {
        say('stops');
        reject(new Retryable('CUT_OFF', 'told to stop'));
      });
    });
    const backend = await openBackend({ ...${JSON.stringify({ databaseUrl, ...onRedis(redisUrl), prefix })}, workers: 1, log });
    defer('backend', () => backend.close());
    const host = startHost(backend, ['fulfill'], { log, config }, { processors: { ...processors, fulfill } });
    defer('host', () => host.close());
  `);
  return Object.assign(child, {
    says: (text: string) =>
      until(() => child.lines.includes(text), {
        deadlineMs: 20_000,
        describe: () => `"${text}", it said: ${child.lines.join('\n')}`,
      }),
    [Symbol.asyncDispose]: async () => {
      child.send('SIGKILL');
      await child.end;
    },
  });
}
