import { expect } from 'chai';
import type { LegId, OrderId } from '../../domain/ids.ts';
import { money } from '../../domain/money.ts';
import { orderStates } from '../../domain/order.ts';
import { isFailure } from '../../domain/outcome.ts';
import type { LegDecision } from '../../queues/decisions/asked.ts';
import { decideLeg } from '../../queues/decisions/decide-leg.ts';
import { settleContradiction } from '../../queues/decisions/settle-contradiction.ts';
import { settleRefund } from '../../queues/settle-refund.ts';
import { contradictionsOf } from '../../store/contradictions.ts';
import { creditOf } from '../../store/current-account.ts';
import type { PayoutLeg } from '../../store/entities/money.ts';
import { checkLedger } from '../../store/ledger-check.ts';
import { claimOrder, freeze } from '../../store/orders.ts';
import { paymentsOf } from '../../store/payments.ts';
import { endRestore, openRestore } from '../../store/restore.ts';
import { commissionAdmin } from '../../store/users.ts';
import type { Seller, Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { checkProviders } from './check-providers.ts';
import { Death, mortal } from './mortal.ts';
import { legNow, openPayouts } from './paying-out.ts';
import { tell } from './paypal-news.ts';
import { readyEffects } from './ready-effects.ts';
import { type Changes, fromNow, hourMs, performWith, reservationsOf, rows } from './workbench.ts';

const config = { payoutMinimumUsd: 30 };
const longMs = 60 * 24 * hourMs;

/** A reseller's shares of 12.56 each; three of them make the minimum of 30.00. */
describe('payouts that are collected for one receiver', function () {
  this.timeout(60_000);
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

  const pay = (id: string, changes: Changes = {}) => performWith(stage, { ...changes, config }, 'payout', id);
  const newLeg = () => readyEffects(stage, seller).legOf(seller);
  const newLegs = async (count: number) => {
    const ids: string[] = [];
    while (ids.length < count) ids.push(await newLeg());
    return ids;
  };
  const statusOf = async (ids: readonly string[]) => Promise.all(ids.map(async id => (await legNow(stage, id)).status));
  const owedSince = (id: string, interval: string) =>
    rows(stage, 'update payout_legs set not_before = clock_now() - ?::interval where id = ?', [interval, id]);
  /** Runs their jobs, as often as it takes. */
  const become = (ids: readonly string[], status: PayoutLeg['status']) =>
    until(async () => {
      for (const id of ids)
        await pay(id).catch(error => {
          if (!isFailure(error)) throw error;
        });
      return (await statusOf(ids)).every(now => now === status);
    });
  /** What has left for the seller, by PayPal's own books. */
  const left = async () => (await stage.effects('payout')).filter(({ detail }) => detail.receiver === seller.email);
  const amountsLeft = async () => (await left()).map(({ amountMinor }) => amountMinor);
  const effectsFor = (ids: readonly string[]) =>
    rows<{ status: string; key: string; sends: number; code: string | null }>(
      stage,
      `select distinct e.id, e.created_at, e.status, e.idempotency_key as key, e.sends, e.last_code as code
       from leg_payouts p join effects e on e.id = p.effect_id where p.leg_id in (?) order by e.created_at`,
      [ids],
    );
  const fault = (kind: string, change: object = {}) =>
    stage.control('faults', { provider: 'paypal', operation: 'create-payout', kind, times: 1, ...change });
  const decide = async (id: string, decision: LegDecision) => {
    const { id: by } = await stage.store.read(commissionAdmin);
    return stage.context.transact((em, enqueue) =>
      decideLeg(em, enqueue, id as LegId, { decision, by, why: 'seen at PayPal' }),
    );
  };
  /** Set together by the last one's run, which died before anything was sent. */
  const collected = async () => {
    const ids = await newLegs(3);
    const died = pay(ids[2] ?? '', {
      failpoint: name => (name === 'effect-opened' ? Promise.reject(new Death()) : undefined),
    });
    expect(await died.catch((error: unknown) => error)).to.be.an.instanceOf(Death);
    expect(await statusOf(ids)).to.deep.equal(['SENT', 'SENT', 'SENT']);
    return ids;
  };
  const orderOf = async (id = '') => (await legNow(stage, id)).orderId;
  const refund = (id: OrderId, amountMinor: bigint) =>
    stage.context.transact(async em => {
      const order = await claimOrder(em, id, orderStates);
      const [payment] = await paymentsOf(em, id);
      if (!order || !payment) throw new Error('the order is not paid');
      const amount = money(amountMinor, 'USD');
      await settleRefund(em, order, payment, { reference: `R-${id}`, kind: 'refund', status: 'COMPLETED', amount });
    });
  const unproven = async () => {
    const ids = await newLegs(3);
    await fault('drop-reply');
    expect(await pay(ids[2] ?? '')).to.match(/^uncertain/);
    for (const id of ids) await pay(id, { now: fromNow(longMs) });
    expect(await statusOf(ids)).to.deep.equal(['NEEDS_REVIEW', 'NEEDS_REVIEW', 'NEEDS_REVIEW']);
    return ids;
  };
  const told = async (ids: readonly string[]) => {
    const [sent] = await left();
    const [effect] = await effectsFor(ids);
    return tell(stage, 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED', {
      payout_batch_id: String(sent?.detail.batchId),
      sender_batch_id: effect?.key,
      transaction_status: 'SUCCESS',
    });
  };

  it('wait until there is enough, and leave as one, at one fee', async () => {
    const [first = '', second = ''] = await newLegs(2);
    expect(await pay(first)).to.match(/^collected until .*, or 30.00 USD$/);
    expect(await pay(second)).to.match(/^collected until/);
    const third = await newLeg();
    await become([third, first, second], 'PAID');
    expect(await amountsLeft()).to.deep.equal(['3768']);
    expect(await reservationsOf(stage, third)).to.deep.equal([{ status: 'CONSUMED', amount: '1281', payer: null }]);
    expect(await reservationsOf(stage, first)).to.deep.equal([{ status: 'CONSUMED', amount: '1256', payer: null }]);
    expect([(await legNow(stage, third)).feeMinor, (await legNow(stage, first)).feeMinor]).to.deep.equal([25n, 0n]);
    expect(await checkProviders(stage.context), 'what PayPal says otherwise').to.deep.equal([]);
  });

  it('wait for a day and no longer; who is alone then is paid alone', async () => {
    const id = await newLeg();
    expect(await pay(id)).to.match(/^collected until/);
    await owedSince(id, '23 hours');
    expect(await pay(id)).to.match(/^collected until/);
    await owedSince(id, '25 hours');
    await pay(id);
    expect(await amountsLeft()).to.deep.equal(['1256']);
    expect(await effectsFor([id])).to.have.length(1);
  });

  it('are not collected with those of another receiver', async () => {
    const mine = await newLegs(2);
    const { id: theirs } = await stage.hireSeller();
    await rows(stage, 'update payout_legs set user_id = ? where id = ?', [theirs, mine[0]]);
    expect(await pay(mine[1] ?? '')).to.match(/^collected until/);
    await rows(stage, 'update payout_legs set user_id = ? where id = ?', [seller.id, mine[0]]);
  });

  it('leave once when all of their runs are at it at once', async () => {
    const ids = await newLegs(3);
    await Promise.all(ids.map(id => pay(id).catch((error: Error) => error.message)));
    await become(ids, 'PAID');
    expect(await amountsLeft()).to.deep.equal(['3768']);
  });

  it('leave once, wherever the run that sends them dies', async () => {
    for (let dieAt = 0, over = false; !over; dieAt += 1) {
      seller = await stage.hireSeller();
      const ids = await newLegs(3);
      const { context } = mortal({ ...stage.context, config: { ...stage.config, ...config } }, dieAt);
      const died = await performWith(
        { ...stage, context, config: context.config } as Stage,
        { config },
        'payout',
        ids[2] ?? '',
      ).catch((error: unknown) => error);
      over = !(died instanceof Death);
      await become(ids, 'PAID');
      expect(await amountsLeft(), `it died before step ${dieAt}`).to.deep.equal(['3768']);
    }
  });

  it('are free of each other when one of them is refunded before they leave', async () => {
    const ids = await collected();
    await refund(await orderOf(ids[0]), 2_999n);
    expect((await legNow(stage, ids[0] ?? '')).status).to.equal('CANCELLED');
    await become(ids.slice(1), 'PAID');
    expect(await amountsLeft()).to.deep.equal(['1256', '1256']);
    expect((await effectsFor(ids)).map(({ status }) => status)).to.deep.equal(['DISPROVEN', 'DONE', 'DONE']);
  });

  it('are free of each other when the order of one is frozen before they leave', async () => {
    const ids = await collected();
    const order = await stage.order(await orderOf(ids[0]));
    await stage.store.transaction(em => freeze(em, order, 'DISPUTE'));
    await become(ids.slice(1), 'PAID');
    expect(await pay(ids[0] ?? '')).to.match(/^frozen/);
    expect(await amountsLeft()).to.deep.equal(['1256', '1256']);
    await rows(stage, 'update orders set frozen_for = null where id = ?', [order.id]);
  });

  it('leave once when the answer is lost', async () => {
    const ids = await newLegs(3);
    await fault('drop-reply');
    expect(await pay(ids[2] ?? '')).to.match(/^uncertain/);
    await become(ids, 'PAID');
    expect(await amountsLeft()).to.deep.equal(['3768']);
    expect(await effectsFor(ids)).to.have.length(1);
  });

  it('are each a person’s when nobody can prove them, and all go on once PayPal tells of them', async () => {
    const ids = await unproven();
    await told(ids);
    await become(ids, 'PAID');
    expect(await amountsLeft()).to.deep.equal(['3768']);
  });

  it('all go on once a person has seen that they were paid', async () => {
    const ids = await unproven();
    const [sent] = await left();
    await decide(ids[0] ?? '', { decision: 'paid', reference: String(sent?.detail.batchId) });
    await become(ids, 'PAID');
    expect(await amountsLeft()).to.deep.equal(['3768']);
  });

  it('are paid one by one once a person has seen that they were not; what happened after all is held, and settled by amount', async () => {
    const ids = await unproven();
    for (const id of ids) await decide(id, { decision: 'not-paid' });
    await become(ids, 'PAID');
    expect(await amountsLeft()).to.deep.equal(['3768', '1256', '1256', '1256']);
    await told(ids);
    const lead = await orderOf(ids[2]);
    expect((await stage.order(lead)).frozenFor).to.equal('CONTRADICTION');
    const [found] = await stage.store.read(em => contradictionsOf(em, lead));
    const seen = { amount: money(3_768n, 'USD'), why: 'paid twice', by: seller.id };
    await stage.context.transact((em, enqueue) => settleContradiction(em, enqueue, found?.id ?? '', seen));
    const { amountMinor } = await stage.store.read(em => creditOf(em, seller.id, 'reseller'));
    expect(amountMinor, 'what they owe').to.equal(-3_768n);
  });

  it('are what was given up, when a person says that it is what PayPal shows', async () => {
    const ids = await unproven();
    for (const id of ids) await decide(id, { decision: 'not-paid' });
    await told(ids);
    const [sent] = await left();
    await decide(ids[2] ?? '', { decision: 'paid', reference: String(sent?.detail.batchId) });
    await become(ids, 'PAID');
    expect(await amountsLeft()).to.deep.equal(['3768']);
  });

  it('come back one by one, and are paid again one by one, after each has learned of it', async () => {
    const ids = await newLegs(3);
    await become(ids, 'PAID');
    const [sent] = await left();
    await stage.control('payout-status', { provider: 'paypal', itemId: sent?.reference, itemStatus: 'RETURNED' });
    const [first = '', second = '', third = ''] = ids;
    await pay(first);
    expect(await statusOf(ids)).to.deep.equal(['RETURNED', 'PAID', 'PAID']);
    await decide(first, { decision: 'pay-again' });
    expect(await pay(first)).to.equal('the others that it paid are read back first');
    await become([second, third], 'RETURNED');
    await become([first], 'PAID');
    expect(await statusOf([second, third])).to.deep.equal(['RETURNED', 'RETURNED']);
    for (const id of [second, third]) await decide(id, { decision: 'pay-again' });
    await become(ids, 'PAID');
    expect(await amountsLeft()).to.deep.equal(['3768', '1256', '1256', '1256']);
  });

  it('are each tried alone when the sum is refused', async () => {
    const ids = await newLegs(3);
    await fault('status', { status: 422 });
    await become(ids, 'PAID');
    expect(await amountsLeft()).to.deep.equal(['1256', '1256', '1256']);
  });

  it('are nobody’s guess after a restore: how they were collected is forgotten', async () => {
    const ids = await newLegs(3);
    await stage.store.transaction(em => openRestore(em, new Date()));
    await stage.store.transaction(em => endRestore(em, 'an operator'));
    for (const id of ids) await pay(id);
    await until(async () => {
      for (const id of ids) await pay(id);
      return (await statusOf(ids)).every(status => status === 'NEEDS_REVIEW');
    });
    expect(await amountsLeft()).to.deep.equal([]);
    await rows(stage, 'delete from restores');
  });

  it('belong to one payout at most, and to none beside one of their own: the database refuses', async () => {
    const ids = await collected();
    const refusal = (sql: string, parameters: unknown[]) =>
      rows(stage, sql, parameters).then(
        () => 'done',
        (error: Error) => /leg_paid_once|collected_legs_once|paid by/.exec(error.message)?.[0],
      );
    const own = `insert into effects (id, purpose, subject, generation, route, account, environment, idempotency_key, request, status, sends)
      values (gen_random_uuid(), 'pay', ?, 1, 'paypal', 'a', 'sandbox', gen_random_uuid(), '{}', 'OPEN', 0)`;
    expect(await refusal(own, [ids[0]])).to.equal('paid by');
    const other = await newLeg();
    const [set] = await rows<{ id: string }>(stage, 'select collected_id as id from collected_legs where leg_id = ?', [
      ids[0],
    ]);
    await rows(stage, own, [other]);
    const join = 'insert into collected_legs (collected_id, leg_id, place, amount_minor) values (?, ?, ?, 1)';
    expect(await refusal(join, [set?.id, other, 4])).to.equal('paid by');
    await become(ids, 'PAID');
  });
});
