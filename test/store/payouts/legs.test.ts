import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { LegId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { legMoves, legStates } from '../../../domain/payout-leg.ts';
import { IllegalMove, mayMove } from '../../../domain/state-table.ts';
import { LostClaim } from '../../../store/database/due-row.ts';
import { PayoutLeg } from '../../../store/entities/money.ts';
import { timelineOf } from '../../../store/orders/timeline.ts';
import {
  assertLegOwner,
  claimLeg,
  legsOfOrder,
  moveLeg,
  recheckLeg,
  requestCancel,
  resizeLeg,
  saveReceiver,
  wakeLeg,
} from '../../../store/payouts/legs.ts';
import { insertLeg, openTestStore, refusalOf, refusedLock, rowsOf, type TestStore } from '../fixtures.ts';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing failed',
    error => error,
  );

describe('payout legs', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());

  const place = (status: (typeof legStates)[number] = 'PENDING') =>
    db.store.transaction(em => insertLeg(em, { status }));
  const read = (id: LegId) => db.store.read(em => em.findOneOrFail(PayoutLeg, { id }));
  const claim = (id: LegId) => db.store.transaction(em => claimLeg(em, id, ['PENDING', 'SENT']));

  const elsewhere = { route: 'payoneer', receiver: 'payee-1' } as const;
  const writes: [string, (leg: PayoutLeg) => Promise<unknown>][] = [
    ['moving', leg => db.store.transaction(em => moveLeg(em, leg, 'SENT'))],
    ['rechecking', leg => db.store.transaction(em => recheckLeg(em, leg, new Date()))],
    ['resizing', leg => db.store.transaction(em => resizeLeg(em, leg, money(806n, 'USD')))],
    ['readdressing', leg => db.store.transaction(em => saveReceiver(em, leg, elsewhere))],
    ['having it taken back', leg => db.store.transaction(em => requestCancel(em, leg))],
    ['opening an effect', leg => db.store.transaction(em => assertLegOwner(em, leg))],
  ];
  for (const [what, write] of writes)
    it(`belong to the newest claimant: ${what} with an old fence fails`, async () => {
      const { id } = await place();
      const [first, second] = [await claim(id), await claim(id)];
      const before = await read(id);
      expect(await failureOf(write(first!))).to.be.instanceOf(LostClaim);
      expect(await read(id)).to.deep.equal(before);
      expect(await failureOf(write(second!))).to.equal('nothing failed');
    });

  for (const [what, write] of writes)
    it(`of which one has moved on: ${what} as it was before fails`, async () => {
      const { id } = await place();
      const stale = (await claim(id))!;
      await rowsOf(db.store, `update payout_legs set status = 'SENT' where id = ?`, [id]);
      expect(await failureOf(write(stale))).to.be.instanceOf(LostClaim);
    });

  it('are locked by the owner who opens an effect, until that transaction ends', async () => {
    const { id } = await place();
    const owned = (await claim(id))!;
    await db.store.transaction(async em => {
      await assertLegOwner(em, owned);
      expect(await refusedLock(db.store, other => claimLeg(other, id, ['PENDING']))).to.equal(true);
    });
    expect(await refusedLock(db.store, other => claimLeg(other, id, ['PENDING']))).to.equal(false);
  });

  it('are claimed only from where the claimant can carry on', async () => {
    for (const status of legStates) {
      const { id } = await place(status);
      expect((await claim(id)) !== null, status).to.equal(status === 'PENDING' || status === 'SENT');
    }
  });

  it('move as the table says, each move in the order’s timeline, and are refused otherwise', async function () {
    this.timeout(60_000);
    for (const from of legStates)
      for (const to of legStates) {
        const leg = await place(from);
        const outcome = await failureOf(db.store.transaction(em => moveLeg(em, leg, to, { reason: 'BECAUSE' })));
        const notes = (await db.store.read(em => timelineOf(em, leg.orderId))).map(({ note }) => note);
        if (mayMove(legMoves, from, to)) {
          expect(outcome, `${from} → ${to}`).to.equal('nothing failed');
          expect(await read(leg.id)).to.include({ status: to, stateEntry: 2, wake: 0, reason: 'BECAUSE' });
          expect(notes).to.deep.equal([`payout to reseller: ${from} → ${to} (BECAUSE)`]);
        } else {
          expect(outcome, `${from} → ${to}`).to.be.instanceOf(IllegalMove);
          expect(await read(leg.id)).to.include({ status: from, stateEntry: 1 });
          expect(notes).to.deep.equal([]);
        }
      }
  });

  it('are one per sale and beneficiary, and never of nothing', async () => {
    const { id } = await place();
    const copy = (change: string) =>
      refusalOf(
        db.store.transaction(em =>
          em.execute(
            `insert into payout_legs (id, sale_id, order_id, beneficiary, user_id, amount_minor, currency, route, receiver)
             select ?, sale_id, order_id, ${change}, currency, route, receiver from payout_legs where id = ?`,
            [randomUUID(), id],
          ),
        ),
      );
    expect(await copy('beneficiary, user_id, amount_minor')).to.equal('payout_legs_once');
    expect(await copy(`'admin', user_id, 0`)).to.equal('payout_legs_amount_minor_check');
    expect(await copy(`'admin', user_id, amount_minor`)).to.equal('accepted');
  });

  it('are found by their order, and woken with a new number', async () => {
    const leg = await place('SENT');
    expect(await db.store.read(em => legsOfOrder(em, leg.orderId))).to.have.length(1);
    expect(await db.store.transaction(em => wakeLeg(em, leg.id))).to.include({ wake: 1, stateEntry: 1 });
    expect(await db.store.transaction(em => wakeLeg(em, randomUUID() as LegId))).to.equal(null);
  });
});
