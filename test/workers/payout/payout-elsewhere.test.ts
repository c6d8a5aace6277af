/** Covers: transactions/decisions/decide-payout.ts. */
import { expect } from 'chai';
import type { LegId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { commissionAdmin } from '../../../store/accounts/users.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import type { PayoutLeg } from '../../../store/entities/money.ts';
import { creditOf } from '../../../store/money/current-account.ts';
import { decidePayout } from '../../../transactions/decisions/decide-payout.ts';
import type { PayoutDecision } from '../../../transactions/decisions/decision-schemas.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { readyEffects } from '../ready-effects.ts';
import { reservationsOf } from '../workbench.ts';
import { legBecomes, legNow, openPayouts } from './paying-out.ts';

describe('a payout whose receiver has the money by another way', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await openPayouts();
  });
  beforeEach(async () => {
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(async () => expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]));

  const becomes = (id: string, status: PayoutLeg['status']) => legBecomes(stage, id, status);
  const pending = () => readyEffects(stage, seller).legOf(seller);
  const returned = async () => {
    const { id, route } = await becomes(await pending(), 'PAID');
    const payout = (await stage.effects('payout')).findLast(({ key }) => key.startsWith(`leg-${id}`));
    await stage.control('payout-status', { provider: route, itemId: payout?.reference, itemStatus: 'RETURNED' });
    return (await becomes(id, 'RETURNED')).id;
  };
  const decide = async (id: LegId, decision: PayoutDecision) => {
    const { id: by } = await stage.store.read(commissionAdmin);
    return stage.context.transact((em, enqueue) =>
      decidePayout(em, enqueue, id, { decision, by, why: 'the bank’s list' }),
    );
  };
  const elsewhere = (id: LegId, minor: bigint, reference = 'TRANSFER-1') =>
    decide(id, { decision: 'paid-elsewhere', amount: money(minor, 'USD'), reference });
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );
  const credit = async () => (await stage.store.read(em => creditOf(em, seller.id, 'reseller'))).amountMinor;
  const timesPaid = async (id: string) =>
    (await stage.effects('payout')).filter(({ key }) => key.startsWith(`leg-${id}`)).length;

  it('is over when it came back and all of it was paid there: nothing is owed, and nothing more is sent', async () => {
    const id = await returned();
    expect(await credit()).to.equal(1_256n);
    await elsewhere(id, 1_256n);
    expect(await legNow(stage, id)).to.include({ status: 'CANCELLED', reason: 'PAID_ELSEWHERE' });
    expect(await credit()).to.equal(0n);
    await stage.sweepAndDrain();
    expect(await timesPaid(id)).to.equal(1);
  });

  it('pays the rest when a part of it was paid there', async () => {
    const id = await returned();
    await elsewhere(id, 1_000n);
    expect(await legNow(stage, id)).to.include({ status: 'RETURNED', amountMinor: 256n });
    await decide(id, { decision: 'pay-again' });
    await becomes(id, 'PAID');
    expect(await credit()).to.equal(0n);
    const sent = (await stage.effects('payout')).filter(({ key }) => key.startsWith(`leg-${id}`));
    expect(sent.map(({ amountMinor }) => amountMinor)).to.deep.equal(['1256', '256']);
  });

  it('is over when nobody could prove that it had left, and what was held for it is free', async () => {
    const id = await pending();
    await stage.control('faults', {
      provider: 'paypal',
      operation: 'create-payout',
      kind: 'status',
      status: 503,
      times: 1,
    });
    await stage.perform('payout', id);
    await stage.store.transaction(em =>
      em.execute(`update payout_legs set status = 'NEEDS_REVIEW', reason = 'EFFECT_UNPROVEN' where id = ?`, [id]),
    );
    await elsewhere(id as LegId, 1_256n);
    expect(await legNow(stage, id)).to.include({ status: 'CANCELLED' });
    expect((await reservationsOf(stage, id)).map(({ status }) => status)).to.deep.equal(['RELEASED']);
    expect(await timesPaid(id)).to.equal(0);
  });

  it('is refused beyond what is due, a second time under one reference, and while it is on its way or paid', async () => {
    const id = await returned();
    expect(await refusal(elsewhere(id, 1_257n))).to.equal('MORE_THAN_LEFT');
    expect(await refusal(elsewhere(id, 256n))).to.equal('done');
    expect(await refusal(elsewhere(id, 256n))).to.equal('REFERENCE_TAKEN');
    const arrived = await becomes(await pending(), 'PAID');
    expect(await refusal(elsewhere(arrived.id, 1n, 'TRANSFER-2'))).to.equal('PAYOUT_UNDER_WAY');
  });
});
