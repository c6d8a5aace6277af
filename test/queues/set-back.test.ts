/** Covers: queues/engine/backend.ts, workers/host/host.ts. */
import { randomUUID } from 'node:crypto';
import { catalogue } from '../../queues/catalogue.ts';
import { fulfillQueue } from '../../queues/fulfill.ts';
import { rowsOf } from '../store/fixtures.ts';
import { until } from '../support/until.ts';
import { openBench } from './bench.ts';

const twoDaysMs = 2 * 86_400_000;
const soon = { lockDuration: 200, stalledInterval: 100 };

describe('jobs of a worker that is gone, in Postgres', () => {
  it('run again although a process whose clock was two days ahead had looked for them: they stood still until then', async () => {
    await using bench = await openBench('Postgres');
    const job = fulfillQueue.jobFor({ id: randomUUID() as never, stateEntry: 1, wake: 0 });
    const taken = Promise.withResolvers<void>();
    const gone = bench.backend.openWorker(
      catalogue.fulfill,
      () => {
        taken.resolve();
        return new Promise(() => undefined);
      },
      soon,
    );
    gone.on('error', () => undefined);
    await gone.waitUntilReady();
    await bench.producer.addAll([job]);
    await taken.promise;
    await gone.close(true);
    const ahead = String(Date.now() + twoDaysMs);
    await rowsOf(
      bench.store,
      `insert into bullmq.meta (queue, field, value) values ('fulfill', 'stalled-check', ?)
       on conflict (queue, field) do update set value = excluded.value`,
      [ahead],
    );

    const again = Promise.withResolvers<void>();
    const worker = bench.backend.openWorker(catalogue.fulfill, async () => again.resolve(), soon);
    worker.on('error', () => undefined);
    try {
      await bench.sweepAt(new Date());
      await again.promise;
      await until(async () => (await bench.state(job)) === 'completed', { describe: 'the end of the job' });
    } finally {
      await worker.close();
    }
  });
});
