/** Covers: store/send-once.ts, workers/purchase/place-order.ts. */
import { expect } from 'chai';
import { changeSettings } from '../../../store/accounts/users.ts';
import { createStage, type Stage } from '../../support/stage.ts';
import { type ReadyEffect, readyEffects } from '../ready-effects.ts';
import { performWith, reservationsOf, rows } from '../workbench.ts';

describe('a worker that is about to cause an effect', () => {
  let stage: Stage;
  let ready: ReturnType<typeof readyEffects>;
  before(async () => {
    stage = await createStage();
    const seller = await stage.hireSeller();
    ready = readyEffects(stage, seller);
    await stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
  });
  after(() => stage[Symbol.asyncDispose]());

  const sql = (statement: string, ...values: unknown[]) => rows<{ order_id: string }>(stage, statement, values);
  const caused = async ({ kind }: ReadyEffect, subject: string) =>
    (await stage.effects(kind)).filter(({ key, detail }) => `${key} ${detail.customId ?? ''}`.includes(subject)).length;

  /** Runs it, and lets something happen between its last look at the row and the call. */
  const interrupted = ({ queue }: ReadyEffect, subject: string, happens: () => Promise<unknown>) =>
    performWith(
      stage,
      { failpoint: async name => void (name === 'effect-opened' && (await happens())) },
      queue,
      subject,
    );

  for (const name of ['capture', 'buy', 'pay', 'refund'] as const)
    it(`stops when somebody else has claimed it meanwhile: ${name}`, async () => {
      const effect = ready[name];
      const subject = await effect.prepare();
      const claim = () => sql(`update ${effect.table} set fence = fence + 1 where id = ?`, subject);
      expect(await interrupted(effect, subject, claim)).to.match(/^another run owns the (order|leg) now$/);
      expect(await caused(effect, subject)).to.equal(0);
      await stage.perform(effect.queue, subject);
      expect(await caused(effect, subject)).to.equal(1);
    });

  for (const name of ['buy', 'pay', 'refund'] as const)
    it(`stops when the order is frozen meanwhile: ${name}`, async () => {
      const effect = ready[name];
      const subject = await effect.prepare();
      const [leg] =
        effect.table === 'payout_legs' ? await sql('select order_id from payout_legs where id = ?', subject) : [];
      const freeze = () => sql(`update orders set frozen_for = 'DISPUTE' where id = ?`, leg?.order_id ?? subject);
      await interrupted(effect, subject, freeze);
      expect(await caused(effect, subject)).to.equal(0);
    });

  const frozenPurchase = async (inDoubt: boolean) => {
    const id = await ready.buy.prepare();
    if (inDoubt) {
      const { provider, operation } = ready.buy;
      await stage.control('faults', { provider, operation, kind: 'drop-reply', times: 1 });
      expect(await stage.perform('purchase', id)).to.match(/^uncertain/);
    }
    await sql(`update orders set frozen_for = 'DISPUTE' where id = ?`, id);
    await stage.perform('purchase', id);
    const held = (await reservationsOf(stage, id)).map(({ status }) => status);
    return { order: await stage.order(id), held };
  };

  it('asks a person about a frozen order that was to be bought, and frees its money', async () => {
    const { order, held } = await frozenPurchase(false);
    expect(order).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
    expect(held).to.deep.equal(['RELEASED']);
  });

  it('asks a person about a frozen order that may have been bought, and goes on holding its money', async () => {
    const { order, held } = await frozenPurchase(true);
    expect(order).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect(held).to.deep.equal(['HELD']);
  });
});
