import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import {
  type OrderState,
  orderMoves,
  orderStates,
  resolvedElsewhere,
  type WaitReason,
  waitReasons,
  waits,
} from '../../../domain/order.ts';
import { IllegalMove, mayMove } from '../../../domain/state-table.ts';
import { LostClaim, secondLookMs } from '../../../store/database/due-row.ts';
import type { Order } from '../../../store/entities/order.ts';
import {
  assertOwner,
  claimOrder,
  findOrder,
  type Move,
  moveOrder,
  newOrderId,
  recheckOrder,
  updateOrder,
  waitForAction,
  waitingFor,
  wakeOrder,
} from '../../../store/orders/orders.ts';
import { timelineOf } from '../../../store/orders/timeline.ts';
import { insertOrder, insertUser, openTestStore, refusedLock, type TestStore } from '../fixtures.ts';

const failureOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'nothing failed').catch(error => error);

const lookedAt = (reason: WaitReason): string => {
  if (waits[reason].wokenBy === 'time') return 'looked at when the time comes';
  return resolvedElsewhere.has(reason)
    ? 'looked at once more, for a deed before the commit'
    : 'left to the deed, for so long';
};

/** A move to each state, with what that state asks for. */
function moveTo(to: OrderState): Move {
  if (to === 'WAITING') return { to, reason: 'HOLD', until: new Date('2030-01-01'), note: 'held' };
  if (to === 'FAILED') return { to, reason: 'OUT_OF_STOCK', note: 'none left' };
  if (to === 'NEEDS_REVIEW') return { to, reason: 'WRONG_AMOUNT', note: 'look', evidence: { key: 'k-1' } };
  return { to };
}

describe('orders', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());

  const place = (status: OrderState) => db.store.transaction(em => insertOrder(em, { status }));
  const read = async (id: OrderId): Promise<Order> => (await db.store.read(em => findOrder(em, id)))!;
  const claim = (id: OrderId, from: readonly OrderState[]) => db.store.transaction(em => claimOrder(em, id, from));

  describe('are owned by the newest claimant', () => {
    /** Everything that an owner may write. */
    const writes: [string, (order: Order) => Promise<unknown>][] = [
      ['moving', order => db.store.transaction(em => moveOrder(em, order, moveTo('WAITING')))],
      ['rechecking', order => db.store.transaction(em => recheckOrder(em, order, new Date()))],
      ['leaving it to a deed', order => db.store.transaction(em => waitForAction(em, order))],
      ['updating', order => db.store.transaction(em => updateOrder(em, order, { approveUrl: 'https://x' }))],
      ['opening an effect', order => db.store.transaction(em => assertOwner(em, order))],
    ];
    for (const [what, write] of writes) {
      it(`so that ${what} with an old fence fails`, async () => {
        const { id } = await place('PAID');
        const first = await claim(id, ['PAID']);
        const second = await claim(id, ['PAID']);
        expect(second!.fence).to.equal(first!.fence + 1n);
        const before = await read(id);
        expect(await failureOf(write(first!))).to.be.instanceOf(LostClaim);
        expect(await read(id)).to.deep.equal(before);
        expect(await failureOf(write(second!))).to.equal('nothing failed');
      });

      it(`so that ${what} fails when the order has moved on`, async () => {
        const { id } = await place('PAID');
        const owned = await claim(id, ['PAID']);
        const stale = { ...owned! };
        await db.store.transaction(em => moveOrder(em, owned!, moveTo('PURCHASING')));
        expect(await failureOf(write(stale))).to.be.instanceOf(LostClaim);
      });
    }

    it('who may not open an effect while they are frozen', async () => {
      const { id } = await place('PURCHASING');
      const owned = (await claim(id, ['PURCHASING']))!;
      await db.store.transaction(em => updateOrder(em, owned, { frozenFor: 'PAYMENT_REVERSED' }));
      const opening = db.store.transaction(em => assertOwner(em, owned));
      expect(await failureOf(opening)).to.be.instanceOf(LostClaim);
    });

    it('and are claimed only from where the claimant can carry on', async () => {
      for (const status of orderStates) {
        const { id } = await place(status);
        const claimed = await claim(id, ['PAID', 'WAITING']);
        expect(claimed !== null, status).to.equal(status === 'PAID' || status === 'WAITING');
      }
      expect(await claim(newOrderId(), orderStates)).to.equal(null);
    });

    it('so that of many claims at once each has a fence of its own and one remains', async () => {
      const { id } = await place('PAID');
      const claims = await Promise.all(Array.from({ length: 10 }, () => claim(id, ['PAID'])));
      expect(new Set(claims.map(order => order!.fence)).size).to.equal(10);
      const outcomes = await Promise.all(
        claims.map(order => failureOf(db.store.transaction(em => moveOrder(em, order!, moveTo('PURCHASING'))))),
      );
      expect(outcomes.filter(outcome => outcome === 'nothing failed')).to.have.length(1);
      expect(outcomes.filter(outcome => outcome instanceof LostClaim)).to.have.length(9);
    });

    it('who keeps them locked until the transaction ends', async () => {
      const { id } = await place('PAID');
      const owned = await claim(id, ['PAID']);
      await db.store.transaction(async em => {
        await assertOwner(em, owned!);
        expect(await refusedLock(db.store, other => claimOrder(other, id, ['PAID']))).to.equal(true);
      });
      expect(await claim(id, ['PAID'])).to.include({ id });
    });
  });

  describe('move', () => {
    it('as the table says, and are refused before anything is written when it says no', async () => {
      for (const from of orderStates)
        for (const to of orderStates) {
          const order = await place(from);
          const outcome = await failureOf(db.store.transaction(em => moveOrder(em, order, moveTo(to))));
          if (mayMove(orderMoves, from, to)) {
            expect(outcome, `${from} → ${to}`).to.equal('nothing failed');
            expect((await read(order.id)).status).to.equal(to);
          } else {
            expect(outcome, `${from} → ${to}`).to.be.instanceOf(IllegalMove);
            expect((await read(order.id)).status).to.equal(from);
            expect(await db.store.read(em => timelineOf(em, order.id))).to.have.length(0);
          }
        }
    });

    it('counting each entry, waking anew, and bringing the caller’s row up to date', async () => {
      const order = await place('PAID');
      await db.store.transaction(em => wakeOrder(em, order.id));
      expect(await read(order.id)).to.include({ stateEntry: 1, wake: 1 });
      await db.store.transaction(em => moveOrder(em, order, moveTo('PURCHASING'), { maxCostMinor: 1_234n }));
      const after = await read(order.id);
      expect(after).to.include({ stateEntry: 2, wake: 0, maxCostMinor: 1_234n, status: 'PURCHASING' });
      expect({ ...order, updatedAt: null }).to.deep.equal({ ...after, updatedAt: null });
    });

    it('keeping the reason only as long as it holds', async () => {
      const order = await place('PAID');
      const facts = ({ status, waitReason, waitUntil, reason }: Order) => ({ status, waitReason, waitUntil, reason });
      const go = async (to: OrderState) => {
        await db.store.transaction(em => moveOrder(em, order, moveTo(to)));
        return facts(await read(order.id));
      };
      const until = new Date('2030-01-01');
      expect(await go('WAITING')).to.deep.equal({
        status: 'WAITING',
        waitReason: 'HOLD',
        waitUntil: until,
        reason: null,
      });
      expect(await go('PAID')).to.deep.equal({ status: 'PAID', waitReason: null, waitUntil: null, reason: null });
      expect(await go('NEEDS_REVIEW')).to.include({ waitReason: null, reason: 'WRONG_AMOUNT' });
      expect(await go('FAILED')).to.include({ reason: 'OUT_OF_STOCK' });
      expect(await go('REFUNDING')).to.include({ reason: null });
    });

    it('writing the timeline in the same transaction', async () => {
      const order = await place('PAID');
      const move = moveTo('NEEDS_REVIEW');
      await failureOf(
        db.store.transaction(async em => {
          await moveOrder(em, { ...order }, move);
          throw new Error('rolled back');
        }),
      );
      expect(await db.store.read(em => timelineOf(em, order.id))).to.have.length(0);
      await db.store.transaction(em => moveOrder(em, order, move));
      const [event, ...others] = await db.store.read(em => timelineOf(em, order.id));
      expect(others).to.have.length(0);
      expect(event).to.include({ kind: 'moved', note: 'PAID → NEEDS_REVIEW (WRONG_AMOUNT): look' });
      expect(event?.detail).to.deep.equal({
        from: 'PAID',
        to: 'NEEDS_REVIEW',
        reason: 'WRONG_AMOUNT',
        evidence: { key: 'k-1' },
      });
    });

    it('to be looked at again where a job moves them on, and not where a person or an outside event must', async () => {
      const soon: OrderState[] = ['PAID', 'PURCHASING', 'PURCHASED', 'SHIPPED', 'REFUNDING'];
      for (const to of orderStates.filter(state => state !== 'WAITING' && state !== 'CREATED')) {
        const from = orderStates.find(state => mayMove(orderMoves, state, to) && state !== to)!;
        const order = await place(from);
        const before = db.store.clock.now().getTime();
        await db.store.transaction(em => moveOrder(em, order, moveTo(to)));
        const { nextCheckAt } = await read(order.id);
        if (soon.includes(to))
          expect(nextCheckAt!.getTime(), to).to.be.within(before + 1_900, db.store.clock.now().getTime() + 2_100);
        else expect(nextCheckAt, to).to.equal(null);
      }
    });

    for (const reason of waitReasons)
      it(`to wait for ${reason} and are ${lookedAt(reason)}`, async () => {
        const until = new Date('2031-05-06T07:08:09.123Z');
        const order = await place('PAID');
        const before = db.store.clock.now().getTime();
        await db.store.transaction(em => moveOrder(em, order, { to: 'WAITING', reason, until, note: 'w' }));
        const { nextCheckAt } = await read(order.id);
        if (resolvedElsewhere.has(reason))
          expect(nextCheckAt?.getTime()).to.be.within(
            before + secondLookMs - 100,
            db.store.clock.now().getTime() + secondLookMs + 100,
          );
        else expect(nextCheckAt).to.deep.equal(until);
      });
  });

  it('rest until their deed, but for one that woke them since they were claimed', async () => {
    const { id } = await place('WAITING');
    const look = (await claim(id, ['WAITING']))!;
    await db.store.transaction(em => wakeOrder(em, id));
    await db.store.transaction(em => waitForAction(em, look));
    expect((await read(id)).nextCheckAt).to.be.an.instanceOf(Date);
    const second = (await claim(id, ['WAITING']))!;
    await db.store.transaction(em => waitForAction(em, second));
    expect((await read(id)).nextCheckAt).to.equal(null);
  });

  it('wake with a new number each time, in any state, and only when they exist', async () => {
    const order = await place('WAITING');
    for (const wake of [1, 2, 3]) {
      const woken = await db.store.transaction(em => wakeOrder(em, order.id));
      expect(woken).to.include({ wake, stateEntry: 1, fence: 0n });
      expect(woken!.nextCheckAt!.getTime()).to.be.greaterThan(Date.now());
    }
    expect(await db.store.transaction(em => wakeOrder(em, newOrderId()))).to.equal(null);
  });

  it('wake with different numbers when two wake one at once', async () => {
    const order = await place('WAITING');
    const woken = await Promise.all(
      Array.from({ length: 6 }, () => db.store.transaction(em => wakeOrder(em, order.id))),
    );
    expect(woken.map(row => row!.wake).sort()).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('that wait for one reason are found, oldest first, and of one owner when asked', async () => {
    const [mine, other] = await db.store.transaction(async em => [await insertUser(em), await insertUser(em)] as const);
    const wait = (userId: typeof mine, waitReason: (typeof waitReasons)[number]) =>
      db.store.transaction(em => insertOrder(em, { userId, status: 'WAITING', waitReason }));
    const first = await wait(mine, 'RECONNECT_NEEDED');
    await wait(mine, 'ADDRESS_MISSING');
    await wait(other, 'RECONNECT_NEEDED');
    const second = await wait(mine, 'RECONNECT_NEEDED');
    const found = await db.store.read(em => waitingFor(em, 'RECONNECT_NEEDED', { userId: mine }));
    expect(found.map(({ id }) => id)).to.deep.equal([first.id, second.id]);
  });
});

describe('the timeline', () => {
  it('is append-only: neither changed nor deleted, whoever writes', async () => {
    await using db = await openTestStore(2);
    const order = await db.store.transaction(em => insertOrder(em));
    await db.store.transaction(em => moveOrder(em, order, moveTo('PURCHASING')));
    for (const sql of [`update order_events set note = 'x'`, 'delete from order_events']) {
      const error = await failureOf(db.asOwner(sql));
      expect(error).to.be.instanceOf(Error);
      expect(String(error)).to.contain('order_events is append-only');
    }
    expect(await db.store.read(em => timelineOf(em, order.id))).to.have.length(1);
  });
});
