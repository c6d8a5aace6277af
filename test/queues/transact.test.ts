import { expect } from 'chai';
import type { OrderId } from '../../domain/ids.ts';
import { orderMoves, orderStates } from '../../domain/order.ts';
import { mayMove } from '../../domain/state-table.ts';
import type { Job } from '../../queues/define-queue.ts';
import { fulfillQueue } from '../../queues/fulfill.ts';
import { advance, createTransact } from '../../queues/transact.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { Order } from '../../store/entities/order.ts';
import { type Move, moveOrder } from '../../store/orders/orders.ts';
import { insertOrder, openTestStore, type TestStore } from '../store/fixtures.ts';

describe('what a transaction leaves to do', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());

  /** A producer that notes what it was given, and whether the order was committed by then. */
  const stage = async (addAll?: (jobs: readonly Job[]) => Promise<void>) => {
    const order = await db.store.transaction(em => insertOrder(em));
    const added: { job: Job; seen: string }[] = [];
    const note = async (jobs: readonly Job[]) => {
      const { status } = await db.store.read(em => em.findOneOrFail(Order, { id: order.id }));
      added.push(...jobs.map(job => ({ job, seen: status })));
    };
    const transact = createTransact(db.store, { addAll: addAll ?? note });
    const statusOf = async (id: OrderId) => (await db.store.read(em => em.findOneOrFail(Order, { id }))).status;
    return { order, added, transact, status: () => statusOf(order.id) };
  };
  const buy = (em: EntityManager, order: Order) => moveOrder(em, order, { to: 'PURCHASING' });

  it('is added after the commit, when everybody can see what it is about', async () => {
    const { order, added, transact } = await stage();
    const during: number[] = [];
    const answer = await transact(async (em, enqueue) => {
      enqueue(fulfillQueue.jobFor(order));
      await buy(em, order);
      during.push(added.length);
      return 'bought';
    });
    expect(answer).to.equal('bought');
    expect(during).to.deep.equal([0]);
    expect(added).to.deep.equal([
      { job: fulfillQueue.jobFor({ ...order, stateEntry: 1, wake: 0 }), seen: 'PURCHASING' },
    ]);
  });

  it('is nothing when it rolls back', async () => {
    const { order, added, transact, status } = await stage();
    const failing = transact(async (em, enqueue) => {
      await buy(em, order);
      enqueue(fulfillQueue.jobFor(order));
      throw new Error('on purpose');
    });
    expect(String(await failing.catch(error => error))).to.contain('on purpose');
    expect(added).to.deep.equal([]);
    expect(await status()).to.equal('PAID');
  });

  it('is nothing when the commit itself is refused', async () => {
    const { order, added, transact } = await stage();
    const failing = transact(async (em, enqueue) => {
      enqueue(fulfillQueue.jobFor(order));
      const [entry] = await em.execute<{ id: string }[]>(
        `insert into ledger_transactions (source, event, order_id, user_id)
         select 'test', id::text, id, user_id from orders where id = ? returning id`,
        [order.id],
      );
      // Unbalanced: the deferred trigger refuses at the commit.
      await em.execute(
        `insert into ledger_postings (transaction_id, account, amount_minor, currency) values (?, 'cash:paypal', 1, 'USD')`,
        [entry!.id],
      );
    });
    expect(String(await failing.catch(error => error))).to.contain('does not sum to zero');
    expect(added).to.deep.equal([]);
  });

  it('is added once although the transaction had to be repeated', async () => {
    const { order, added, transact } = await stage();
    let runs = 0;
    await transact(async (em, enqueue) => {
      runs += 1;
      enqueue(fulfillQueue.jobFor(order));
      if (runs < 3) await em.execute(`do $$ begin raise exception 'again' using errcode = '40001'; end $$`);
    });
    expect(runs).to.equal(3);
    expect(added).to.have.length(1);
  });

  it('is skipped where there is nothing to do', async () => {
    const { added, transact } = await stage();
    await transact(async (_em, enqueue) => enqueue(undefined));
    expect(added).to.deep.equal([]);
  });

  describe('by an order that advances', () => {
    const moveTo = (to: (typeof orderStates)[number]): Move => {
      if (to === 'WAITING') return { to, reason: 'HOLD', until: null, note: 'n' };
      if (to === 'FAILED') return { to, reason: 'OUT_OF_STOCK', note: 'n' };
      if (to === 'NEEDS_REVIEW') return { to, reason: 'WRONG_AMOUNT', note: 'n' };
      return { to };
    };
    const queues: Record<string, string | undefined> = {
      PAID: 'fulfill',
      PURCHASING: 'purchase',
      PURCHASED: 'create-sale',
      SHIPPED: 'track-shipment',
      REFUNDING: 'refund',
    };
    for (const to of orderStates.filter(state => state !== 'CREATED'))
      it(`to ${to} is ${queues[to] ?? 'nothing now'}`, async () => {
        const { added, transact } = await stage();
        const from = orderStates.find(state => state !== to && mayMove(orderMoves, state, to))!;
        const order = await db.store.transaction(em => insertOrder(em, { status: from }));
        await transact((em, enqueue) => advance(em, enqueue, order, moveTo(to)));
        expect(added.map(({ job }) => job.queue)).to.deep.equal(queues[to] ? [queues[to]] : []);
        // What has a job is looked after by the sweep too, and only that.
        const { nextCheckAt } = await db.store.read(em => em.findOneOrFail(Order, { id: order.id }));
        expect(nextCheckAt !== null).to.equal(queues[to] !== undefined || to === 'WAITING');
        if (added[0]) expect(added[0].job.id).to.equal(`${queues[to]}-${order.id}-2-0`);
      });
  });
});
