/** Covers: workers/purchase/fulfill.ts, store/money/left-of-sale.ts. */
import { expect } from 'chai';
import { createStage, type Stage } from '../../support/stage.ts';

describe('an order whose money went back in part, before it is said how much', () => {
  let stage: Stage;
  before(async () => {
    stage = await createStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  it('is not given up as a loss: it waits for the amount, and goes on with what is left', async () => {
    const seller = await stage.hireSeller();
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    const say = (status: string) =>
      stage.store.write(em => em.execute('update payments set status = ? where order_id = ?', [status, id]));
    await say('PARTIALLY_REFUNDED');
    expect(await stage.perform('fulfill', id)).to.equal('money went back, and it is not known yet how much');
    const { status, nextCheckAt } = await stage.order(id);
    expect(status).to.equal('PAID');
    expect(nextCheckAt).to.be.an.instanceOf(Date);
    await say('COMPLETED');
    await stage.perform('fulfill', id);
    expect((await stage.order(id)).status).to.equal('PURCHASING');
  });
});
