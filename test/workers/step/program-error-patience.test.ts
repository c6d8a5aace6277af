import { inspect } from 'node:util';
import { expect } from 'chai';
import { timelineOf } from '../../../store/orders/timeline.ts';
import { legsOfOrder } from '../../../store/payouts/legs.ts';
import type { Context } from '../../../workers/context/context.ts';
import { payout } from '../../../workers/payout/payout.ts';
import { purchase } from '../../../workers/purchase/purchase.ts';
import { createStage, type Stage } from '../../support/stage.ts';

const hourMs = 3_600_000;
const bug = () => {
  throw new TypeError('cannot read properties of undefined (a secret may stand here)');
};
const thrown = async (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined).catch(error => error);

describe('a step that a bug of ours stops', () => {
  let stage: Stage;
  before(async () => {
    stage = await createStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  const aliexpress = () => ({ ...stage.context.providers.aliexpress, getProduct: bug });
  const paypal = () => ({ ...stage.context.providers.paypal, getBalances: bug, createPayout: bug });
  const broken = (laterMs: number): Context => ({
    ...stage.context,
    providers: { ...stage.context.providers, aliexpress: aliexpress(), paypal: paypal() } as never,
    now: () => new Date(Date.now() + laterMs),
  });

  it('is tried again within the hour, says so once, and is a person’s after it', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(await stage.hireSeller()));
    await stage.perform('fulfill', id);
    expect(await thrown(purchase({ orderId: id }, broken(0)))).to.be.instanceOf(TypeError);
    expect(await thrown(purchase({ orderId: id }, broken(hourMs / 2)))).to.be.instanceOf(TypeError);
    expect((await stage.order(id)).status).to.equal('PURCHASING');
    expect(await purchase({ orderId: id }, broken(hourMs))).to.contain('NEEDS_REVIEW (PROGRAM_ERROR)');
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PROGRAM_ERROR' });

    const timeline = await stage.store.read(em => timelineOf(em, id));
    expect(timeline.filter(({ note }) => note.includes('it is tried again'))).to.have.length(1);
    expect(timeline.at(-1)?.detail).to.deep.include({ evidence: { error: 'TypeError', from: 'PURCHASING' } });
    expect(inspect(timeline, { depth: null })).not.to.contain('secret');
    expect(await stage.effects('supplier-order')).to.have.length(0);
  });

  it('goes on by itself when the next version knows better', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(await stage.hireSeller()));
    await stage.perform('fulfill', id);
    expect(await thrown(purchase({ orderId: id }, broken(0)))).to.be.instanceOf(TypeError);
    await stage.sweepAndDrain();
    expect((await stage.order(id)).status).to.equal('PURCHASED');
  });

  it('is a payout: the leg goes to a person, its order stays', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(await stage.hireSeller()));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    stage.jobs.length = 0;
    const [leg] = await stage.store.read(em => legsOfOrder(em, id));
    const legId = leg?.id ?? '';
    expect(await thrown(payout({ legId }, broken(0)))).to.be.instanceOf(TypeError);
    expect(await payout({ legId }, broken(hourMs))).to.contain('a bug of ours (TypeError)');
    const [after] = await stage.store.read(em => legsOfOrder(em, id));
    expect(after).to.include({ status: 'NEEDS_REVIEW', reason: 'PROGRAM_ERROR' });
    expect((await stage.order(id)).status).to.equal('PURCHASED');
  });
});
