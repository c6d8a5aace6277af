/** Covers: queues/sweep.ts, queues/apply-event.ts. */
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { EventId } from '../../domain/ids.ts';
import { applyEventQueue } from '../../queues/apply-event.ts';
import type { Job } from '../../queues/define-queue.ts';
import type { Producer } from '../../queues/engine/producer.ts';
import { sweep } from '../../queues/sweep.ts';
import { openStore, type Store } from '../../store/database/open.ts';
import { insertOrder, rowsOf } from '../store/fixtures.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const now = new Date('2030-01-01T12:00:00.000Z');
const minuteAgo = new Date(now.getTime() - 60_000);

describe('a flood of webhooks that wait for their turn', () => {
  let database: TestDatabase;
  let store: Store;
  before(async () => {
    database = await createTestDatabase();
    store = await openStore(database.url, 20);
  });
  after(async () => {
    await store?.close();
    await database?.drop();
  });

  it('keeps no order from getting its lost job back', async () => {
    for (let count = 0; count < 50; count += 1) {
      const id = randomUUID() as EventId;
      await rowsOf(
        store,
        `insert into inbound_events (id, source, event_id, type, headers, body, next_check_at)
         values (?, 'paypal', ?, 'ORDER', '{}', '', ?)`,
        [id, id, minuteAgo],
      );
    }
    const order = await store.transaction(em => insertOrder(em, { nextCheckAt: minuteAgo }));
    const added: Job[] = [];
    // The queue says nothing of any webhook's job before the order's job was made.
    const orderServed = Promise.withResolvers<void>();
    const producer: Producer = {
      queues: new Map(),
      setBack: async () => undefined,
      close: async () => undefined,
      async addAll(jobs) {
        added.push(...jobs);
        orderServed.resolve();
      },
      async isLive({ queue }) {
        if (queue !== applyEventQueue.name) return false;
        await orderServed.promise;
        return true;
      },
    };
    expect(await sweep({ store, producer, stallAfterMs: 60_000, now: () => now })).to.equal(1);
    expect(added.map(({ id }) => id)).to.deep.equal([`fulfill-${order.id}-1-1`]);
  });
});
