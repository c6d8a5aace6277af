/** Covers: workers/processors.ts. */
import { expect } from 'chai';
import { createStage, type Stage } from '../support/stage.ts';

describe('the road of one PayPal order', () => {
  let stage: Stage;
  before(async () => {
    stage = await createStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  it('goes from the buyer’s approval to both shares paid, each effect once', async () => {
    const seller = await stage.hireSeller();
    const order = await stage.paidOrder(await stage.stockUp(seller));
    expect(order.status).to.equal('PAID');
    await stage.drain();
    expect((await stage.order(order.id)).status).to.equal('PURCHASED');
    // The payouts settle at PayPal after a moment: the sweep looks again.
    let answers = '';
    for (let look = 0; look < 50 && !/PAID.*PAID/s.test(answers); look += 1)
      answers += (await stage.sweepAndDrain()).join('\n');
    expect(await stage.effects('capture')).to.have.length(1);
    expect(await stage.effects('supplier-order')).to.have.length(1);
    expect(await stage.effects('payout')).to.have.length(2);
  });
});
