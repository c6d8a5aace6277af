/** Covers: store/database/open.ts. */
import { expect } from 'chai';
import { claimOrder, moveOrder } from '../../../store/orders/orders.ts';
import { createStage, type Stage } from '../../support/stage.ts';

describe('a transaction that is repeated after a deadlock', () => {
  let stage: Stage;
  before(async () => {
    stage = await createStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  it('finds the order in memory as it was: the first try had moved it already', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(await stage.hireSeller()));
    const order = await stage.store.transaction(em => claimOrder(em, id, ['PAID']));
    if (!order) throw new Error('the order is not PAID');
    let tries = 0;
    await stage.store.transaction(async em => {
      tries += 1;
      await moveOrder(em, order, { to: 'CANCELLED' });
      if (tries === 1) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
    });
    expect(tries).to.equal(2);
    expect(order.status).to.equal('CANCELLED');
    expect((await stage.order(id)).status).to.equal('CANCELLED');
  });
});
