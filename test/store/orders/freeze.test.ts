/** Covers: store/orders/orders.ts. */
import { expect } from 'chai';
import type { Freeze } from '../../../domain/order.ts';
import { claimOrder, findOrder, freeze } from '../../../store/orders/orders.ts';
import { insertOrder, openTestStore, type TestStore } from '../fixtures.ts';

describe('an order that is held', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());

  const heldFor = async (...reasons: Freeze[]) => {
    const { id } = await db.store.transaction(em => insertOrder(em, { status: 'PURCHASED' }));
    await db.store.transaction(async em => {
      const order = await claimOrder(em, id, ['PURCHASED']);
      if (!order) throw new Error('the order is there');
      for (const why of reasons) await freeze(em, order, why);
    });
    return (await db.store.read(em => findOrder(em, id)))?.frozenFor;
  };

  it('names what held it first, unless its buyer disputes the payment, which outranks all else', async () => {
    expect(await heldFor('REFUND_PENDING', 'CANCELLATION_ASKED')).to.equal('REFUND_PENDING');
    expect(await heldFor('CONTRADICTION', 'DISPUTE')).to.equal('DISPUTE');
    expect(await heldFor('DISPUTE', 'CONTRADICTION')).to.equal('DISPUTE');
  });
});
