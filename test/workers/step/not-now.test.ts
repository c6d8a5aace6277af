/** Covers: workers/step/order-step.ts. */
import { expect } from 'chai';
import { NotNow } from '../../../domain/call-outcome.ts';
import type { LegId } from '../../../domain/ids.ts';
import type { Gate } from '../../../providers/gate/gate.ts';
import { findLeg, legsOfOrder } from '../../../store/payouts/legs.ts';
import { openProviders } from '../../../workers/context/providers.ts';
import { thrownBy } from '../../providers/thrown-by.ts';
import { createStage, type Goods, type Stage } from '../../support/stage.ts';
import { intentsOf, notesOf, orderToBuy, performWith, reservationsOf } from '../workbench.ts';

const closedForMs = 600_000;
const closed = {
  pass: async () => {
    throw new NotNow('PROVIDER_CIRCUIT_OPEN', 'the provider does not answer', { retryAfterMs: closedForMs });
  },
} as unknown as Gate;

/** Looked at again when the circuit lets one call try. */
const isThen = (at: Date | null | undefined) =>
  expect(at?.getTime()).to.be.within(Date.now() + closedForMs - 60_000, Date.now() + closedForMs + 1_000);

describe('a step whose provider may not be called now', () => {
  let stage: Stage;
  let goods: Goods;
  before(async () => {
    stage = await createStage();
    goods = await stage.stockUp(await stage.hireSeller());
  });
  after(() => stage[Symbol.asyncDispose]());

  const run = (queue: 'capture-payment' | 'purchase' | 'payout', id: string) =>
    thrownBy(() => performWith(stage, { providers: openProviders(stage.config, closed) }, queue, id));

  it('leaves the order where it is, with no line in its timeline, and says when it is looked at again', async () => {
    const { id, status } = await orderToBuy(stage, goods);
    const before = await notesOf(stage, id);
    expect(await run('purchase', id)).to.be.instanceOf(NotNow);
    const after = await stage.order(id);
    expect(after.status).to.equal(status);
    isThen(after.nextCheckAt);
    expect(await notesOf(stage, id)).to.deep.equal(before);
    expect(await intentsOf(stage, 'buy', id)).to.deep.equal([]);
    await stage.perform('purchase', id);
    expect((await stage.order(id)).status).to.equal('PURCHASED');
  });

  it('leaves a payment that the buyer has approved for later', async () => {
    const { id } = await stage.checkout(goods);
    expect(await run('capture-payment', id)).to.be.instanceOf(NotNow);
    isThen((await stage.order(id)).nextCheckAt);
    await stage.perform('capture-payment', id);
    expect((await stage.order(id)).status).to.equal('PAID');
  });

  it('keeps the money of a payout reserved, and sends it once when it may', async () => {
    const { id } = await orderToBuy(stage, goods);
    await stage.perform('purchase', id);
    await stage.perform('create-sale', id);
    const [leg] = await stage.store.read(em => legsOfOrder(em, id));
    expect(await run('payout', leg?.id ?? '')).to.be.instanceOf(NotNow);
    const held = await stage.store.read(em => findLeg(em, leg?.id as LegId));
    isThen(held?.nextCheckAt);
    const [intent] = await intentsOf(stage, 'pay', leg?.id ?? '');
    expect(intent ?? { status: 'OPEN', lastSentAt: null }).to.include({ status: 'OPEN', lastSentAt: null });
    await stage.perform('payout', leg?.id ?? '');
    expect((await reservationsOf(stage, leg?.id ?? '')).map(({ status }) => status)).to.have.length(1);
    const sent = (await stage.effects('payout')).filter(({ key }) => key.startsWith(`leg-${leg?.id}`));
    expect(sent).to.have.length(1);
  });
});
