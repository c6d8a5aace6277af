/** Covers: store/send-once.ts, store/effects/effect-window.ts, workers/payout/sent-before.ts. */
import { expect } from 'chai';
import { Terminal } from '../../../domain/call-outcome.ts';
import type { LegId } from '../../../domain/ids.ts';
import { changeSettings } from '../../../store/accounts/users.ts';
import { findLeg } from '../../../store/payouts/legs.ts';
import type { Providers } from '../../../workers/context/context.ts';
import { createStage, type Stage } from '../../support/stage.ts';
import { type ReadyEffect, readyEffects } from '../ready-effects.ts';
import { fromNow, hourMs, intentsOf, performWith } from '../workbench.ts';

describe('an effect that is sent again', () => {
  let stage: Stage;
  let ready: ReturnType<typeof readyEffects>;
  before(async () => {
    stage = await createStage();
    await stage.control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '100000' });
    const seller = await stage.hireSeller();
    ready = readyEffects(stage, seller);
    await stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
  });
  after(() => stage[Symbol.asyncDispose]());

  /** Watches what leaves; `answer`, when it is given, is what comes back instead. */
  const watch = ({ provider, method }: ReadyEffect, answer?: () => never) => {
    const sent: string[] = [];
    const client = new Proxy(stage.context.providers[provider] as object, {
      get(target, key) {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function' || key !== method) return member;
        return async (...parameters: unknown[]) => {
          // The last one says only when to give up.
          sent.push(JSON.stringify(parameters.slice(0, -1)));
          answer?.();
          const answered: unknown = await member.apply(target, parameters);
          return answered;
        };
      },
    });
    return { sent, providers: { [provider]: client } as Partial<Providers> };
  };

  const lose = ({ provider, operation }: ReadyEffect) =>
    stage.control('faults', { provider, operation, kind: 'status', status: 502, times: 1 });
  const statusOf = async ({ queue }: ReadyEffect, id: string) =>
    queue === 'payout'
      ? (await stage.store.read(em => findLeg(em, id as LegId)))?.status
      : (await stage.order(id)).status;

  for (const name of ['capture', 'buy', 'pay', 'refund'] as const)
    it(`is the same to the byte, key and all: ${name}`, async () => {
      const row = ready[name];
      const id = await row.prepare();
      const { sent, providers } = watch(row);
      await lose(row);
      expect(await performWith(stage, { providers }, row.queue, id)).to.match(/^uncertain/);
      await row.change(id);
      await performWith(stage, { providers }, row.queue, id);
      expect(sent).to.have.length(2);
      expect(sent[1]).to.equal(sent[0]);
      expect((await intentsOf(stage, row.purpose, id)).map(({ status, sends }) => [status, sends])).to.deep.equal([
        ['DONE', 2],
      ]);
    });

  for (const name of ['buy', 'pay', 'refund'] as const)
    it(`without a proof that nothing happened stays in doubt when it is refused: ${name}`, async () => {
      const row = ready[name];
      const id = await row.prepare();
      await lose(row);
      await stage.perform(row.queue, id);
      const before = await statusOf(row, id);
      const { providers } = watch(row, () => {
        throw new Terminal('REFUSED_NOW', 'no');
      });
      expect(await performWith(stage, { providers }, row.queue, id)).to.match(/^uncertain \(EFFECT_CONTRADICTED\)/);
      expect(await statusOf(row, id)).to.equal(before);
      expect((await intentsOf(stage, row.purpose, id)).map(({ status }) => status)).to.deep.equal(['OPEN']);
    });

  for (const name of ['capture', 'pay', 'refund'] as const)
    it(`is a person’s once another account of ours would send it: ${name}`, async () => {
      const row = ready[name];
      const id = await row.prepare();
      await lose(row);
      await stage.perform(row.queue, id);
      const { sent, providers } = watch(row);
      const config = { paypal: { ...stage.config.paypal, clientId: 'another-account' } };
      // Where nothing can be read without the former account's keys, a person is asked after the hour.
      await performWith(stage, { config, providers }, row.queue, id).catch(error =>
        expect(error.code).to.equal('ACCOUNT_WITHOUT_KEYS'),
      );
      if ((await statusOf(row, id)) !== 'NEEDS_REVIEW')
        await performWith(stage, { config, providers, now: fromNow(1.1 * hourMs) }, row.queue, id);
      expect(await statusOf(row, id)).to.equal('NEEDS_REVIEW');
      expect(sent).to.deep.equal([]);
    });

  it('does not exist at Payoneer: it is looked for within the hour, and then a person’s', async () => {
    const payee = await stage.hireSeller();
    const settings = { payoutProvider: 'payoneer', payoutReceiver: 'payee-1' } as const;
    await stage.store.transaction(em => changeSettings(em, payee.id, settings));
    const row: ReadyEffect = { ...ready.pay, provider: 'payoneer', prepare: () => ready.legOf(payee) };
    const id = await row.prepare();
    const { sent, providers } = watch(row);
    await lose(row);
    await performWith(stage, { providers }, 'payout', id);
    for (const hours of [0, 0.9])
      expect(await performWith(stage, { providers, now: fromNow(hours * hourMs) }, 'payout', id)).to.match(
        /^uncertain \(EFFECT_UNKNOWN\)/,
      );
    await performWith(stage, { providers, now: fromNow(1.1 * hourMs) }, 'payout', id);
    expect(await statusOf(row, id)).to.equal('NEEDS_REVIEW');
    expect(sent).to.have.length(1);
  });
});
