/** Covers: workers/payout/apply-status.ts, workers/payout/sent-before.ts. */
import { expect } from 'chai';
import type { LegId } from '../../../domain/ids.ts';
import { changeSettings } from '../../../store/accounts/users.ts';
import type { PayoutLeg } from '../../../store/entities/money.ts';
import { claimLeg } from '../../../store/payouts/legs.ts';
import { decidePayout } from '../../../transactions/decisions/decide-payout.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { timelineLines } from '../../support/timeline-lines.ts';
import { until } from '../../support/until.ts';
import { readyEffects } from '../ready-effects.ts';
import { type Changes, fromNow, hourMs, intentsOf, notesOf, performWith } from '../workbench.ts';
import { heldFor, legNow, openPayouts } from './paying-out.ts';

describe('a payout that meets trouble', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await openPayouts();
  });
  beforeEach(async () => {
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());

  const newLeg = () => readyEffects(stage, seller).legOf(seller);
  const byPayoneer = async () => {
    const settings = { payoutProvider: 'payoneer', payoutReceiver: `payee-${seller.id}` } as const;
    await stage.store.transaction(em => changeSettings(em, seller.id, settings));
    return newLeg();
  };
  const pay = (id: string, changes: Changes = {}) => performWith(stage, changes, 'payout', id);
  const failureOf = (id: string, changes: Changes = {}) => pay(id, changes).catch((error: Error) => error.message);
  const look = (id: string) => legNow(stage, id);
  const becomes = (id: string, status: PayoutLeg['status'], changes: Changes = {}) =>
    until(async () => {
      await pay(id, changes);
      return (await look(id)).status === status;
    });
  const held = (id: string) => heldFor(stage, id);
  const fault = (provider: string, kind: string, change: object = {}) =>
    stage.control('faults', { provider, operation: 'create-payout', kind, times: 1, ...change });

  it('is on its way still when the settings of its provider are gone, and followed when they are back', async () => {
    const id = await byPayoneer();
    await fault('payoneer', 'drop-reply');
    expect(await pay(id)).to.match(/^uncertain/);
    const { programId: _, ...payoneer } = stage.config.payoneer;
    expect(await failureOf(id, { config: { payoneer } })).to.include('PAYOUT_ROUTE_CLOSED');
    expect((await look(id)).status).to.equal('SENT');
    expect(await held(id)).to.deep.equal(['HELD']);
    await becomes(id, 'PAID');
  });

  it('is a person’s, and may be sent anew, when Payoneer accepted it and never made it', async () => {
    const id = await byPayoneer();
    const { payoneer } = stage.context.providers;
    if (!payoneer) throw new Error('there is no Payoneer');
    const createPayout: typeof payoneer.createPayout = async () => ({ accepted: true });
    expect(await pay(id, { providers: { payoneer: { ...payoneer, createPayout } } })).to.equal(
      'Payoneer says unknown so far',
    );
    expect(await pay(id, { now: fromNow(hourMs / 2) })).to.equal('Payoneer says unknown so far');
    expect(await pay(id, { now: fromNow(hourMs) })).to.match(/^NEEDS_REVIEW/);
    expect(await look(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYOUT_NEVER_CREATED' });
    expect(await held(id)).to.deep.equal(['CONSUMED']);
    const lines = await timelineLines(stage, { orderId: (await look(id)).orderId });
    const kept = lines.find(({ detail }) => detail?.evidence !== undefined)?.detail;
    const key = (await intentsOf(stage, 'pay', id))[0]?.idempotencyKey;
    expect(kept).to.have.nested.property('evidence.key', key);
    const deed = { decision: { decision: 'not-paid' }, by: seller.id, why: 'Payoneer says so' } as const;
    await stage.context.transact((em, enqueue) => decidePayout(em, enqueue, id as LegId, deed));
    await becomes(id, 'PAID');
    expect((await intentsOf(stage, 'pay', id)).map(({ status }) => status)).to.deep.equal(['DISPROVEN', 'DONE']);
  });

  it('for want of the permission to pay out fails at once, with its money released and the reason for an operator', async () => {
    const id = await newLeg();
    await stage.control('settings', { payoutsAllowed: false });
    expect(await pay(id)).to.equal('FAILED: PAYPAL_AUTHORIZATION_ERROR');
    await stage.control('settings', { payoutsAllowed: true });
    const leg = await look(id);
    expect(leg).to.include({ status: 'FAILED', reason: 'PAYPAL_AUTHORIZATION_ERROR' });
    expect(await held(id)).to.deep.equal(['RELEASED']);
    expect((await intentsOf(stage, 'pay', id)).map(({ status }) => status)).to.deep.equal(['DISPROVEN']);
    expect((await notesOf(stage, leg.orderId)).join('\n')).to.include('HTTP 403 AUTHORIZATION_ERROR');
  });

  it('is not failed by a permission that was lost after a send whose answer was lost: that one may have paid', async () => {
    const id = await newLeg();
    await fault('paypal', 'drop-reply');
    expect(await pay(id)).to.match(/^uncertain \(PAYPAL_NO_ANSWER\)/);
    await stage.control('settings', { payoutsAllowed: false });
    await until(async () => /EFFECT_CONTRADICTED/.test(await pay(id)));
    expect((await look(id)).status).to.equal('SENT');
    expect(await held(id)).to.deep.equal(['HELD']);
    expect((await intentsOf(stage, 'pay', id)).map(({ status }) => status)).to.deep.equal(['OPEN']);
    await stage.control('settings', { payoutsAllowed: true });
    await becomes(id, 'PAID');
    const paid = (await stage.effects('payout')).filter(({ key }) => key === `leg-${id}-1`);
    expect(paid).to.have.length(1);
  });

  it('stays in doubt after a refusal that may hide an earlier call, whatever its structure says', async () => {
    const id = await newLeg();
    const body = { name: 'REQUEST_IN_PROGRESS', message: 'An earlier request is at work.', debug_id: 'd' };
    await fault('paypal', 'answer', { status: 403, body });
    expect(await pay(id)).to.match(/^uncertain \(PAYPAL_REQUEST_IN_PROGRESS\)/);
    await fault('paypal', 'answer', { status: 409, body: { ...body, name: 'NOT_AUTHORIZED' } });
    await until(async () => /uncertain \(PAYPAL_NOT_AUTHORIZED\)/.test(await pay(id)));
    await becomes(id, 'PAID');
  });

  it('is another run’s when its claim is lost while its trouble is written down', async () => {
    const id = await newLeg();
    const { paypal } = stage.context.providers;
    const createPayout: typeof paypal.createPayout = async (...asked) => {
      await fault('paypal', 'status', { status: 503 });
      await stage.store.transaction(em => claimLeg(em, id as LegId, ['SENT']));
      return paypal.createPayout(...asked);
    };
    const answer = await pay(id, { providers: { paypal: { ...paypal, createPayout } } });
    expect(answer).to.equal('another run owns the leg now');
    await becomes(id, 'PAID');
  });

  it('for want of funds at PayPal is taken up again when PayPal wants to be asked again', async () => {
    const id = await newLeg();
    await stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '100', reported: false });
    expect(await pay(id)).to.include('PAYOUT_SKIPPED_INSUFFICIENT_FUNDS');
    const { nextCheckAt } = await look(id);
    expect((nextCheckAt?.getTime() ?? 0) - Date.now()).to.be.greaterThan(hourMs / 2);
    await stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '1000000' });
    await becomes(id, 'PAID');
  });
});
