/** Covers: workers/step/order-step.ts. */
import { expect } from 'chai';
import { Retryable, Terminal, Uncertain } from '../../domain/call-outcome.ts';
import { claimOrder } from '../../store/orders/orders.ts';
import { fail, orderStep } from '../../workers/step/order-step.ts';
import { createStage, type Goods, type Stage } from '../support/stage.ts';
import { notesOf, orderToBuy } from '../workers/workbench.ts';

/** What a step may meet, of which something would be written about the order. */
const met: Readonly<Record<string, () => Error>> = {
  'cannot know yet': () => new Uncertain('ALIEXPRESS_NO_ANSWER', 'lost'),
  'is certainly refused': () => new Terminal('ALIEXPRESS_SKU_NOT_EXIST', 'gone'),
};

describe('a worker that was frozen while it asked a provider', () => {
  let stage: Stage;
  let goods: Goods;
  before(async () => {
    stage = await createStage();
    goods = await stage.stockUp(await stage.hireSeller());
  });
  after(() => stage[Symbol.asyncDispose]());

  /** Its answer comes when somebody else has long claimed the order. */
  const wakeUpLate = async (id: string, error: Error) =>
    orderStep(
      stage.context,
      { queue: 'purchase', id, from: ['PURCHASING'] },
      async order => {
        await stage.store.transaction(em => claimOrder(em, order.id, ['PURCHASING']));
        throw error;
      },
      (order, refusal) => fail(stage.context, order, 'VARIANT_GONE', { note: refusal.message }),
    );

  for (const [what, error] of Object.entries(met))
    it(`writes nothing and calls it no bug when it ${what}`, async () => {
      const order = await orderToBuy(stage, goods);
      const before = await notesOf(stage, order.id);
      expect(await wakeUpLate(order.id, error())).to.equal('another run owns the order now');
      expect(await stage.order(order.id)).to.include({ status: 'PURCHASING', fence: order.fence + 2n });
      expect(await notesOf(stage, order.id)).to.deep.equal(before);
    });

  it('tells of a try that failed all the same: a note moves nothing', async () => {
    const order = await orderToBuy(stage, goods);
    const thrown = await wakeUpLate(order.id, new Retryable('ALIEXPRESS_UNREACHABLE', 'away')).catch(error => error);
    expect(thrown).to.be.instanceOf(Retryable);
    expect((await notesOf(stage, order.id)).at(-1)).to.include('ALIEXPRESS_UNREACHABLE');
  });
});
