/** Covers: workers/payout/late-payout.ts, store/contradictions.ts, transactions/decisions/settle-contradiction.ts. */
import { expect } from 'chai';
import type { LegId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { orderStates } from '../../../domain/order.ts';
import { changeSettings } from '../../../store/accounts/users.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { contradictionsOf } from '../../../store/contradictions.ts';
import type { PayoutLeg } from '../../../store/entities/money.ts';
import { findEvent, storeEvent } from '../../../store/events/inbound-events.ts';
import { dismissEvent } from '../../../store/events/untaken-events.ts';
import { creditOf } from '../../../store/money/current-account.ts';
import { claimOrder } from '../../../store/orders/orders.ts';
import { decidePayout } from '../../../transactions/decisions/decide-payout.ts';
import { settleContradiction } from '../../../transactions/decisions/settle-contradiction.ts';
import { endFreeze } from '../../../transactions/end-freeze.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { storeNews, tell } from '../events/paypal-news.ts';
import { legBecomesInTheEnd, legNow, openPayouts } from '../payout/paying-out.ts';
import { readyEffects } from '../ready-effects.ts';
import { dayMs, fromNow, intentsOf, performWith, rows } from '../workbench.ts';

/** The reseller's 12.56: its first payout was given up by a person, and happened. */
describe('what a provider tells of a payout that was given up', () => {
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

  const look = (id: string) => legNow(stage, id);
  const becomes = (id: string, status: PayoutLeg['status']) => legBecomesInTheEnd(stage, id, status);
  const decide = (id: string, decision: Parameters<typeof decidePayout>[3]['decision']) =>
    stage.context.transact((em, enqueue) =>
      decidePayout(em, enqueue, id as LegId, { decision, by: seller.id, why: 'seen there' }),
    );
  const payoutsOf = async (id: string) =>
    (await stage.effects('payout')).filter(({ key }) => key.startsWith(`leg-${id}`));
  /** Sent, its answer lost, and given up by a person who has not seen it. */
  const givenUp = async (operation = 'create-payout', provider = 'paypal') => {
    const id = await readyEffects(stage, seller).legOf(seller);
    await stage.control('faults', { provider, operation, kind: 'drop-reply', times: 1 });
    await stage.perform('payout', id);
    await rows(stage, `update payout_legs set status = 'NEEDS_REVIEW' where id = ?`, [id]);
    await decide(id, { decision: 'not-paid' });
    return id;
  };
  const item = async (id: string, generation: number) => {
    const sent = (await payoutsOf(id)).find(({ key }) => key === `leg-${id}-${generation}`);
    if (!sent) throw new Error(`generation ${generation} was never sent`);
    return {
      payout_item_id: sent.reference,
      payout_batch_id: String(sent.detail.batchId),
      sender_batch_id: (await intentsOf(stage, 'pay', id))[generation - 1]?.idempotencyKey,
      transaction_status: 'SUCCESS',
    };
  };
  const found = async (id: string) => stage.store.read(async em => contradictionsOf(em, (await look(id)).orderId));
  const settle = async (id: string, amountMinor: bigint) => {
    const [one] = await found(id);
    const said = { amount: money(amountMinor, 'USD'), why: 'PayPal shows it', by: seller.id };
    return stage.context.transact((em, enqueue) => settleContradiction(em, enqueue, one?.id ?? '', said));
  };
  const frozenFor = async (id: string) => (await stage.order((await look(id)).orderId)).frozenFor;
  const owedToThem = async () => (await stage.store.read(em => creditOf(em, seller.id, 'reseller'))).amountMinor;

  it('is a contradiction, holds its order, and is owed back once a person says that it was paid twice', async () => {
    const id = await givenUp();
    await becomes(id, 'PAID');
    expect(await payoutsOf(id)).to.have.length(2);
    expect(await tell(stage, 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED', await item(id, 1))).to.match(
      /was given up, and PayPal says SUCCESS/,
    );
    expect(await frozenFor(id)).to.equal('CONTRADICTION');
    expect(await found(id)).to.have.length(1);
    expect((await found(id))[0]).to.deep.include({ generation: 1, settled: false });
    expect((await intentsOf(stage, 'pay', id)).map(({ status, lastCode }) => [status, lastCode ?? null])).to.deep.equal(
      [
        ['DISPROVEN', 'EFFECT_CONTRADICTED'],
        ['DONE', null],
      ],
    );
    await settle(id, 1_256n);
    expect(await frozenFor(id)).to.equal(null);
    expect(await owedToThem()).to.equal(-1_256n);
    expect((await look(id)).status).to.equal('PAID');
  });

  it('keeps it from being paid anew, and what it paid is no more to be paid', async () => {
    const id = await givenUp();
    expect(
      await tell(stage, 'PAYMENT.PAYOUTSBATCH.SUCCESS', {
        batch_header: {
          payout_batch_id: (await item(id, 1)).payout_batch_id,
          sender_batch_header: { sender_batch_id: (await item(id, 1)).sender_batch_id },
        },
      }),
    ).to.match(/a person decides/);
    expect(await look(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_CONTRADICTED' });
    expect(await stage.perform('payout', id)).to.match(/^nothing to do/);
    await settle(id, 1_256n);
    expect((await look(id)).status).to.equal('CANCELLED');
    expect(await owedToThem()).to.equal(0n);
    expect(await payoutsOf(id)).to.have.length(1);
  });

  it('is what pays the leg, when a person says so before anything is sent in its place', async () => {
    const id = await givenUp();
    const told = await item(id, 1);
    await tell(stage, 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED', told);
    await decide(id, { decision: 'paid', reference: told.payout_batch_id });
    await becomes(id, 'PAID');
    expect(await frozenFor(id)).to.equal(null);
    expect(await payoutsOf(id)).to.have.length(1);
    expect(await owedToThem()).to.equal(0n);
  });

  it('is paid anew when a person says that nothing of it left, and is asked about again when PayPal says otherwise', async () => {
    const id = await givenUp();
    const told = await item(id, 1);
    await tell(stage, 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED', told);
    await settle(id, 0n);
    expect(await tell(stage, 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED', told)).to.match(/a person decides/);
    expect(await frozenFor(id)).to.equal(null);
    await becomes(id, 'PAID');
    await settleAgain(id, told.payout_item_id);
  });
  const settleAgain = async (id: string, itemId: string) => {
    await stage.control('payout-status', { provider: 'paypal', itemId, itemStatus: 'REVERSED' });
    await tell(stage, 'PAYMENT.PAYOUTS-ITEM.REFUNDED', await item(id, 1));
    expect(await frozenFor(id)).to.equal('CONTRADICTION');
    await settle(id, 0n);
    expect(await owedToThem()).to.equal(0n);
  };

  it('is no contradiction, when its provider agrees that it did not arrive', async () => {
    await stage.control('payout-outcome', { receiver: seller.email, itemStatus: 'FAILED' });
    const id = await givenUp();
    expect(await tell(stage, 'PAYMENT.PAYOUTS-ITEM.FAILED', await item(id, 1))).to.match(/was given up, and is FAILED/);
    expect(await frozenFor(id)).to.equal(null);
    await becomes(id, 'PAID');
  });

  it('goes on holding its order, when a dispute that held it before is over', async () => {
    const id = await givenUp();
    const { orderId } = await look(id);
    await rows(stage, `update orders set frozen_for = 'DISPUTE' where id = ?`, [orderId]);
    await tell(stage, 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED', await item(id, 1));
    await stage.context.transact(async (em, enqueue) => {
      const order = await claimOrder(em, orderId, orderStates);
      if (order) await endFreeze(em, enqueue, order, 'DISPUTE');
    });
    expect(await frozenFor(id)).to.equal('CONTRADICTION');
  });

  it('is found by Payoneer’s reference as well', async () => {
    await stage.store.transaction(em =>
      changeSettings(em, seller.id, { payoutProvider: 'payoneer', payoutReceiver: `payee-${seller.id}` }),
    );
    const id = await givenUp('create-payout', 'payoneer');
    const [effect] = await intentsOf(stage, 'pay', id);
    const event = await stage.store.transaction(em =>
      storeEvent(em, {
        source: 'payoneer',
        eventId: `news-${id}`,
        type: 'payment-accepted',
        subject: effect?.idempotencyKey,
        body: Buffer.from('{}'),
        wanted: true,
      }),
    );
    expect(await stage.perform('apply-event', event?.id ?? '')).to.match(/a person decides/);
    expect(await frozenFor(id)).to.equal('CONTRADICTION');
  });

  it('is shown to an operator, when it carries a key of ours that the database does not know', async () => {
    const key = 'leg-3b6d8c51-0f0e-4a57-9d5e-2f1d4c3b2a10-1';
    const id = await storeNews(stage, 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED', {
      payout_batch_id: 'NOBODYS',
      sender_batch_id: key,
    });
    expect(await stage.perform('apply-event', id)).to.include(key);
    expect((await stage.store.read(em => findEvent(em, id as never)))?.status).to.equal('FAILED');
    expect(await stage.store.transaction(em => dismissEvent(em, id as never, 'an operator'))).to.equal(true);
  });

  for (const [status, after] of [
    ['BLOCKED', 0],
    ['ONHOLD', 31 * dayMs],
  ] as const)
    it(`is a person’s and never failed while PayPal says ${status}, and may be paid anew on their word`, async () => {
      await stage.control('payout-outcome', { receiver: seller.email, itemStatus: status });
      const id = await readyEffects(stage, seller).legOf(seller);
      if (after > 0) {
        await until(async () => /ONHOLD/.test(await stage.perform('payout', id)));
        expect((await look(id)).status).to.equal('SENT');
        await performWith(stage, { now: fromNow(after) }, 'payout', id);
      } else await becomes(id, 'NEEDS_REVIEW');
      expect(await look(id)).to.include({
        status: 'NEEDS_REVIEW',
        reason: after > 0 ? 'PAYOUT_NOT_FINAL' : 'PAYOUT_BLOCKED',
      });
      await decide(id, { decision: 'not-paid' });
      await becomes(id, 'PAID');
      expect(await payoutsOf(id)).to.have.length(2);
    });
});
