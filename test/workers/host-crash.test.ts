import { expect } from 'chai';
import type { DetachedProcess } from '../../runtime/detached-process.ts';
import { moduleUrl, runCode } from '../support/run-code.ts';
import { until } from '../support/until.ts';
import { backendNames, openServedQueue, type ServedQueue } from './served-queue.ts';

type Child = DetachedProcess & { readonly lines: readonly string[] };

for (const backend of backendNames)
  describe(`a worker that dies on ${backend}`, function () {
    this.timeout(60_000);
    let served: ServedQueue;
    const children: Child[] = [];
    beforeEach(async function () {
      served = await openServedQueue(this.currentTest?.ctx ?? this, backend);
    });
    afterEach(async () => {
      for (const child of children.splice(0)) {
        child.send('SIGKILL');
        await child.end;
      }
      await served?.[Symbol.asyncDispose]();
    });

    /** A process with one host, whose processor never ends unless it is told to stop. */
    const startChild = async (): Promise<Child> => {
      const { databaseUrl, redisUrl, prefix } = served;
      const child = runCode(`
        import { openBackend } from '${moduleUrl('queues/backend.ts')}';
        import { startHost } from '${moduleUrl('workers/host.ts')}';
        import { processors } from '${moduleUrl('workers/processors.ts')}';
        const log = { info() {}, warn() {}, error() {} };
        const say = text => process.stdout.write(text + '\\n');
        const fulfill = (_payload, { signal }) => new Promise(resolve => {
          say('has the job');
          signal.addEventListener('abort', () => {
            say('stops');
            resolve('stopped');
          });
        });
        const backend = await openBackend({ ...${JSON.stringify({ databaseUrl, redisUrl, prefix })}, workers: 1, log });
        startHost(backend, ['fulfill'], { log, config: { shutdownDeadlineMs: 15_000 } }, { processors: { ...processors, fulfill } });
      `);
      children.push(child);
      return child;
    };
    const says = (child: Child, text: string) =>
      until(() => child.lines.includes(text), {
        deadlineMs: 20_000,
        describe: () => `"${text}", it said: ${child.lines.join('\n')}`,
      });

    it('leaves its job to another, however often that happens', async () => {
      const id = await served.add();
      for (let deaths = 0; deaths < 2; deaths += 1) {
        const child = await startChild();
        await says(child, 'has the job');
        child.send('SIGKILL');
        await child.end;
      }
      await served.serve(async () => 'goes on elsewhere');
      const job = await served.become(id, 'completed');
      expect(job.returnvalue).to.equal('goes on elsewhere');
      expect(job.failedReason ?? '').to.equal('');
    });

    it('stops before its next call when it was only frozen, and finds that another has its job', async () => {
      const id = await served.add();
      const child = await startChild();
      await says(child, 'has the job');
      child.send('SIGSTOP');
      await served.serve(async () => 'goes on elsewhere');
      await served.become(id, 'completed');
      child.send('SIGCONT');
      await says(child, 'stops');
      expect((await served.job(id)).returnvalue).to.equal('goes on elsewhere');
    });
  });
