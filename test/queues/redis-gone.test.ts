/** Covers: queues/engine/backend.ts, queues/sweep.ts. */
import { expect } from 'chai';
import { fulfillQueue } from '../../queues/fulfill.ts';
import { Order } from '../../store/entities/order.ts';
import { insertOrder } from '../store/fixtures.ts';
import { itWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { openBenchOn } from './bench.ts';
import { startOwnRedis } from './own-redis.ts';

const now = new Date('2030-01-01T12:00:00.000Z');

describe('a worker whose Redis loses everything', () => {
  const losses: [string, (redis: Awaited<ReturnType<typeof startOwnRedis>>) => Promise<void>][] = [
    ['is emptied under it (FLUSHALL)', redis => redis.flush()],
    [
      'is stopped and comes back empty',
      async redis => {
        await redis.stop();
        await redis.startAgain();
      },
    ],
  ];
  for (const [what, lose] of losses)
    itWith('Redis', `because it ${what} gets the rebuilt jobs, each order’s once`, async () => {
      await using redis = await startOwnRedis();
      await using bench = await openBenchOn(redis.url);
      const { store, producer, backend } = bench;
      const place = () => store.transaction(em => insertOrder(em, { nextCheckAt: now }));
      const orders = await Promise.all(Array.from({ length: 5 }, place));
      // Delayed, so that they are lost before anybody takes them.
      for (const order of orders) {
        const { queue, id, payload } = fulfillQueue.jobFor(order);
        await producer.queues.get('fulfill')!.add(queue, payload, { jobId: id, delay: 3_600_000 });
      }
      const taken: string[] = [];
      const worker = backend.openWorker(fulfillQueue, async job => taken.push(job.id ?? ''), { lockDuration: 5_000 });
      worker.on('error', () => undefined);
      try {
        await worker.waitUntilReady();
        await lose(redis);
        const swept = await until(() => bench.sweepAt(now), { describe: 'a sweep that reaches Redis' });
        expect(swept).to.equal(5);
        await until(() => taken.length === 5, { deadlineMs: 15_000, describe: () => `five jobs, not ${taken.length}` });
        expect(taken).to.have.members(orders.map(({ id }) => `fulfill-${id}-1-1`));
        const rows = await store.read(em => em.find(Order, {}));
        expect(rows.map(({ wake }) => wake)).to.deep.equal(Array(5).fill(1));
      } finally {
        await worker.close();
      }
    });
});
