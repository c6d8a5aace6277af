/** Covers: queues/next-job.ts, queues/catalogue.ts. */
import { expect } from 'chai';
import { type OrderState, orderStates, waitReasons, waits } from '../../domain/order.ts';
import { legStates } from '../../domain/payout-leg.ts';
import { catalogue, type QueueName, queueNames } from '../../queues/catalogue.ts';
import { jobForLeg, jobForOrder } from '../../queues/next-job.ts';
import { insertLeg, insertOrder, type OrderFacts } from '../store/fixtures.ts';
import { createStage, type Stage } from '../support/stage.ts';

/** The queues that carry orders on. */
const roadQueues = queueNames.filter(name => catalogue[name].key === 'orderId');

describe('the queue that a state names', () => {
  let stage: Stage;
  before(async () => {
    stage = await createStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  /** Whether a processor does something for such an order; what it does, and whether that fails, is its own affair. */
  const takesUp = async (queue: QueueName, facts: OrderFacts): Promise<boolean> => {
    const order = await stage.store.transaction(em => insertOrder(em, facts));
    const answer = await stage.perform(queue, order.id).catch((error: Error) => `failed: ${error.message}`);
    return !answer.startsWith('nothing to do');
  };

  const cases: [string, OrderFacts][] = [
    ...orderStates
      .filter(status => status !== 'WAITING')
      .map((status): [string, OrderFacts] => [`an order ${status}`, { status }]),
    ['an order PURCHASING through the browser', { status: 'PURCHASING', purchaseRoute: 'browser' }],
    ...waitReasons.map((waitReason): [string, OrderFacts] => [
      `an order that waits for ${waitReason}`,
      { status: 'WAITING', waitReason },
    ]),
  ];
  for (const [what, facts] of cases) {
    const { status = 'PAID', waitReason, purchaseRoute = 'api' } = facts;
    const probe = { id: '00000000-0000-4000-8000-000000000000', stateEntry: 1, wake: 0, channel: 'paypal' };
    const named = jobForOrder({ ...probe, status, waitReason: waitReason ?? null, purchaseRoute })?.queue;
    it(`takes up ${what}: ${named ?? 'none does'}`, async () => {
      const takers = [];
      for (const queue of roadQueues) if (await takesUp(queue, facts)) takers.push(queue);
      // Money may arrive for an order that is over, or that a person has: it is asked after, though nothing waits for it.
      const alsoAsks: OrderState[] = ['CANCELLED', 'FAILED', 'REFUNDED', 'NEEDS_REVIEW'];
      expect(takers).to.deep.equal(named ? [named] : alsoAsks.includes(status) ? ['capture-payment'] : []);
      if (status === 'WAITING' && waitReason) expect(named).to.equal(waits[waitReason].resumes);
    });
  }

  for (const status of legStates)
    it(`takes up a leg ${status}, or leaves it alone when it names none`, async () => {
      const leg = await stage.store.transaction(em => insertLeg(em, { status }));
      const answer = await stage.perform('payout', leg.id).catch((error: Error) => `failed: ${error.message}`);
      expect(answer.startsWith('nothing to do')).to.equal(jobForLeg({ ...leg, status }) === undefined);
    });
});
