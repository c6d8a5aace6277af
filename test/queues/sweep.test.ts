import { randomBytes, randomUUID } from 'node:crypto';
import { UnrecoverableError } from 'bullmq';
import { expect } from 'chai';
import type { EventId } from '../../domain/ids.ts';
import type { Producer } from '../../queues/engine/producer.ts';
import { fulfillQueue } from '../../queues/fulfill.ts';
import { importOrderQueue } from '../../queues/import-order.ts';
import { jobForLeg, jobForOrder } from '../../queues/next-job.ts';
import { sweep } from '../../queues/sweep.ts';
import { tokenRefreshQueue } from '../../queues/token-refresh.ts';
import { createSecretBox } from '../../runtime/secrets/secret-box.ts';
import { Order } from '../../store/entities/order.ts';
import { wakeOrder } from '../../store/orders/orders.ts';
import { insertCredential, insertLeg, insertOrder, type OrderFacts, rowsOf } from '../store/fixtures.ts';
import { backendNames, describeOn } from '../support/backends.ts';
import { type Bench, openBench } from './bench.ts';

const now = new Date('2030-01-01T12:00:00.000Z');
const minuteAgo = new Date(now.getTime() - 60_000);
const inAMinute = new Date(now.getTime() + 60_000);

for (const name of backendNames)
  describeOn(name, `the sweep on ${name}`, () => {
    let bench: Bench;
    before(async () => {
      bench = await openBench(name);
    });
    after(() => bench?.[Symbol.asyncDispose]());
    beforeEach(async () => {
      // What other tests left is nobody's business here.
      await rowsOf(bench.store, 'update orders set next_check_at = null');
      await bench.wipe();
    });

    const due = (facts: OrderFacts = {}) =>
      bench.store.transaction(em => insertOrder(em, { nextCheckAt: minuteAgo, ...facts }));
    const read = ({ id }: Order): Promise<Order> => bench.store.read(em => em.findOneOrFail(Order, { id }));

    it('gives a row whose job was lost its job again, once, and asks after it later', async () => {
      const order = await due();
      expect(await bench.sweepAt(now)).to.equal(1);
      const after = await read(order);
      expect(after).to.include({ wake: 1, stateEntry: 1, status: 'PAID' });
      expect(after.nextCheckAt).to.deep.equal(inAMinute);
      expect(await bench.live()).to.deep.equal([`fulfill-${order.id}-1-1`]);
      const queue = bench.producer.queues.get('fulfill')!;
      const job = await queue.getJob(`fulfill-${order.id}-1-1`);
      expect(job?.data).to.deep.equal({ orderId: order.id });
      expect(job?.opts.attempts).to.equal(fulfillQueue.attempts);
      expect(await bench.sweepAt(now)).to.equal(0);
      // Still waiting when its time comes again: left alone.
      expect(await bench.sweepAt(inAMinute)).to.equal(0);
      expect(await bench.live()).to.have.length(1);
    });

    it('makes a job again that was taken by a worker whose clock was a day ahead: its lock would hold until then', async () => {
      const [real, aDayMs] = [Date.now, 86_400_000];
      const order = await due({ nextCheckAt: new Date(real() - 1_000) });
      await bench.producer.addAll([jobForOrder(order)!]);
      const worker = bench.backend.openWorker(fulfillQueue, async () => undefined, {
        autorun: false,
        lockDuration: 5_000,
      });
      try {
        Date.now = () => real() + aDayMs;
        expect((await worker.getNextJob('held'))?.id).to.equal(jobForOrder(order)!.id);
      } finally {
        Date.now = real;
        await worker.close(true);
      }
      expect(await bench.sweepAt(new Date())).to.equal(1);
      expect(await bench.live()).to.include(`fulfill-${order.id}-1-1`);
    });

    it('takes up a row that no key opens, and all others', async () => {
      const foreign = createSecretBox([{ id: 'gone', key: randomBytes(32) }]).seal('{}', 'elsewhere');
      const orders = [await due(), await due(), await due()];
      const [closed] = orders;
      await rowsOf(bench.store, 'update orders set ship_to = to_jsonb(?::text) where id = ?', [foreign, closed?.id]);
      const told = await rowsOf<{ id: string }>(
        bench.store,
        `insert into inbound_events (id, source, event_id, type, headers, body, status, next_check_at)
         select gen_random_uuid(), 'ebay', n, 'X', '{}', convert_to(b, 'UTF8'), 'RECEIVED', ?
         from (values ('closed', ?), ('open', 'words')) as v (n, b) returning id`,
        [minuteAgo, foreign],
      );
      expect(await bench.sweepAt(now)).to.equal(5);
      expect(await bench.live()).to.have.members([
        ...orders.map(({ id }) => `fulfill-${id}-1-1`),
        ...told.map(({ id }) => `import-order-${id}-1-1`),
      ]);
      await rowsOf(bench.store, 'delete from inbound_events');
    });

    it('leaves alone a row whose job waits, and asks after it later', async () => {
      const order = await due();
      await bench.producer.addAll([jobForOrder(order)!]);
      expect(await bench.sweepAt(now)).to.equal(0);
      expect(await read(order)).to.include({ wake: 0 });
      expect((await read(order)).nextCheckAt).to.deep.equal(inAMinute);
      expect(await bench.live()).to.deep.equal([`fulfill-${order.id}-1-0`]);
    });

    it('leaves alone a row whose job runs', async () => {
      const order = await due();
      const job = jobForOrder(order)!;
      await bench.producer.addAll([job]);
      const running = Promise.withResolvers<void>();
      const swept = Promise.withResolvers<number>();
      const perform = async () => {
        running.resolve();
        await swept.promise;
      };
      const sweeping = running.promise.then(() => bench.sweepAt(now)).then(swept.resolve, swept.reject);
      await bench.serve('fulfill', perform, async () => (await bench.state(job)) === 'completed');
      await sweeping;
      expect(await swept.promise).to.equal(0);
      expect(await read(order)).to.include({ wake: 0 });
    });

    const ends: [string, () => Promise<void>][] = [
      ['completed', async () => undefined],
      [
        'failed',
        async () => {
          throw new UnrecoverableError('a worker died twice');
        },
      ],
    ];
    for (const [state, perform] of ends)
      it(`makes a new job, under a new id, when the one it had is ${state} and the row still stands there`, async () => {
        const order = await due();
        const job = jobForOrder(order)!;
        await bench.producer.addAll([job]);
        await bench.serve('fulfill', perform, async () => (await bench.state(job)) === state);
        // The same id is taken for ever: adding it again does nothing.
        await bench.producer.addAll([job]);
        expect(await bench.live()).to.deep.equal([]);
        expect(await bench.sweepAt(now)).to.equal(1);
        expect(await bench.live()).to.deep.equal([`fulfill-${order.id}-1-1`]);
        expect(await bench.state(job)).to.equal(state);
      });

    it('leaves alone what is not due, and what waits for a person or an outside event', async () => {
      const rows = [
        await due({ nextCheckAt: inAMinute }),
        await due({ status: 'WAITING', waitReason: 'LISTING_NOT_MAPPED', nextCheckAt: null }),
        await due({ status: 'NEEDS_REVIEW', nextCheckAt: null }),
        await due({ status: 'SHIPPED', nextCheckAt: null }),
      ];
      const before = await Promise.all(rows.map(read));
      expect(await bench.sweepAt(now)).to.equal(0);
      expect(await Promise.all(rows.map(read))).to.deep.equal(before);
      expect(await bench.live()).to.deep.equal([]);
    });

    it('stops asking after a row that was woken although no job moves it on', async () => {
      const statuses = ['NEEDS_REVIEW', 'CREATED'] as const;
      const orders = await Promise.all(statuses.map(status => due({ status, channel: 'ebay' })));
      for (const order of orders) await bench.store.transaction(em => wakeOrder(em, order.id));
      const distant = new Date(Date.now() + 86_400_000);
      expect(await bench.sweepAt(distant)).to.equal(0);
      for (const order of orders) expect(await read(order)).to.include({ nextCheckAt: null, wake: 1 });
    });

    it('takes up a wait whose time has come with the queue that the reason names', async () => {
      const unpaid = await due({ status: 'WAITING', waitReason: 'SUPPLIER_UNPAID' });
      const funds = await due({ status: 'WAITING', waitReason: 'FAILED_INSUFFICIENT_FUNDS' });
      expect(await bench.sweepAt(now)).to.equal(2);
      expect(await bench.live()).to.have.members([`purchase-${unpaid.id}-1-1`, `fulfill-${funds.id}-1-1`]);
    });

    it('makes one job of each row when two processes sweep at once', async () => {
      const orders = await Promise.all(Array.from({ length: 12 }, () => due()));
      const made = await Promise.all(Array.from({ length: 4 }, () => bench.sweepAt(now)));
      expect(made.reduce((a, b) => a + b)).to.equal(12);
      expect(await bench.live()).to.have.members(orders.map(({ id }) => `fulfill-${id}-1-1`));
    });

    it('rebuilds a queue that lost everything, from the database alone', async () => {
      const orders = await Promise.all((['PAID', 'PURCHASING', 'PURCHASED'] as const).map(status => due({ status })));
      await bench.producer.addAll(orders.map(order => jobForOrder(order)!));
      await bench.wipe();
      expect(await bench.live()).to.deep.equal([]);
      expect(await bench.sweepAt(now)).to.equal(3);
      expect(await bench.live()).to.have.members(orders.map(order => jobForOrder({ ...order, wake: 1 })!.id));
    });

    it('looks after legs, events and tokens as well', async () => {
      const { store } = bench;
      const leg = await store.transaction(em => insertLeg(em, { status: 'SENT', nextCheckAt: minuteAgo }));
      const credentialId = await store.transaction(em => insertCredential(em, minuteAgo));
      const eventId = randomUUID() as EventId;
      await rowsOf(
        store,
        `insert into inbound_events (id, source, event_id, type, headers, body, next_check_at)
         values (?, 'ebay', ?, 'ORDER', '{}', '', ?)`,
        [eventId, eventId, minuteAgo],
      );
      expect(await bench.sweepAt(now)).to.equal(3);
      const woken = { stateEntry: 1, wake: 1 };
      expect(await bench.live()).to.have.members([
        jobForLeg({ ...leg, ...woken })!.id,
        importOrderQueue.jobFor({ id: eventId, ...woken }).id,
        tokenRefreshQueue.jobFor({ id: credentialId, ...woken }).id,
      ]);
      expect(await bench.sweepAt(now)).to.equal(0);
    });
  });

describe('a sweep', () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench('Postgres');
  });
  after(() => bench[Symbol.asyncDispose]());

  it('brings back more than a page of rows in as many passes as it takes', async () => {
    await bench.store.transaction(async em => {
      const { id } = await insertOrder(em, { nextCheckAt: minuteAgo });
      await em.execute(
        `insert into orders (id, user_id, channel, quantity, sale_minor, sale_currency, proceeds_held_by, supplier_paid_by, status, next_check_at)
         select gen_random_uuid(), user_id, channel, 1, 2999, 'USD', 'platform', 'platform', 'PAID', next_check_at - n * interval '1 minute'
         from orders, generate_series(1, 249) n where id = ?`,
        [id],
      );
    });
    expect([await bench.sweepAt(now), await bench.sweepAt(now), await bench.sweepAt(now)]).to.deep.equal([200, 50, 0]);
    expect(await bench.live()).to.have.length(250);
  });

  const owners: [string, boolean, number][] = [
    ['whose job runs', true, 0],
    ['whose job was gone', false, 1],
  ];
  for (const [what, live, made] of owners)
    it(`does not overrule a processor that meanwhile said when to look again, at a row ${what}`, async () => {
      await rowsOf(bench.store, 'update orders set next_check_at = null');
      const tomorrow = new Date('2030-01-02T12:00:00.000Z');
      const order = await bench.store.transaction(em => insertOrder(em, { nextCheckAt: minuteAgo }));
      const say = () => rowsOf(bench.store, 'update orders set next_check_at = ? where id = ?', [tomorrow, order.id]);
      const producer: Producer = {
        ...bench.producer,
        isLive: async () => {
          if (live) await say();
          return live;
        },
        addAll: async () => {
          if (!live) await say();
        },
      };
      const options = { store: bench.store, producer, stallAfterMs: 60_000, now: () => now };
      expect(await sweep(options)).to.equal(made);
      const after = await bench.store.read(em => em.findOneOrFail(Order, { id: order.id }));
      expect(after.nextCheckAt).to.deep.equal(tomorrow);
    });
});
