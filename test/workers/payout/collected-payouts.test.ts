/** Covers: store/payouts/collected-payouts.ts, store/payouts/sibling-legs.ts, workers/payout/send.ts. */
import { expect } from 'chai';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { freeze } from '../../../store/orders/orders.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { Death, mortal } from '../mortal.ts';
import { performWith, reservationsOf, rows } from '../workbench.ts';
import { type Collecting, collecting, collectingFor } from './collecting.ts';
import { legNow, openPayouts } from './paying-out.ts';

/** A reseller’s shares of 12.56 each; three of them make the minimum of 30.00. */
describe('payouts that are collected for one receiver', function () {
  this.timeout(60_000);
  let stage: Stage;
  let seller: Seller;
  let play: Collecting;
  before(async () => {
    stage = await openPayouts();
  });
  beforeEach(async () => {
    seller = await stage.hireSeller();
    play = collectingFor(stage, seller);
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(async () => expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]));

  it('wait until there is enough, and leave as one, at one fee', async () => {
    const [first = '', second = ''] = await play.newLegs(2);
    expect(await play.pay(first)).to.match(/^collected until .*, or 30.00 USD$/);
    expect(await play.pay(second)).to.match(/^collected until/);
    const third = await play.newLeg();
    await play.become([third, first, second], 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['3768']);
    expect(await reservationsOf(stage, third)).to.deep.equal([{ status: 'CONSUMED', amount: '1281', payer: null }]);
    expect(await reservationsOf(stage, first)).to.deep.equal([{ status: 'CONSUMED', amount: '1256', payer: null }]);
    expect([(await legNow(stage, third)).feeMinor, (await legNow(stage, first)).feeMinor]).to.deep.equal([25n, 0n]);
    expect(await play.saidOtherwise([first, second, third])).to.deep.equal([]);
  });

  it('wait for a day and no longer; who is alone then is paid alone', async () => {
    const id = await play.newLeg();
    expect(await play.pay(id)).to.match(/^collected until/);
    await play.owedSince(id, '23 hours');
    expect(await play.pay(id)).to.match(/^collected until/);
    await play.owedSince(id, '25 hours');
    await play.pay(id);
    expect(await play.amountsLeft()).to.deep.equal(['1256']);
    expect(await play.effectsFor([id])).to.have.length(1);
  });

  it('are not collected with those of another receiver', async () => {
    const mine = await play.newLegs(3);
    const { id: theirs } = await stage.hireSeller();
    await rows(stage, 'update payout_legs set user_id = ? where id = ?', [theirs, mine[0]]);
    expect(await play.pay(mine[1] ?? '')).to.match(/^collected until/);
    await rows(stage, 'update payout_legs set user_id = ? where id = ?', [seller.id, mine[0]]);
  });

  it('leave once when all of their runs are at it at once', async () => {
    const ids = await play.newLegs(3);
    await Promise.all(ids.map(id => play.pay(id).catch((error: Error) => error.message)));
    await play.become(ids, 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['3768']);
  });

  it('leave, and once, when the runs of all take up what another one’s has left', async () => {
    const ids = await play.collected();
    await Promise.all(ids.map(id => play.pay(id).catch((error: Error) => error.message)));
    expect(await play.amountsLeft(), 'one of them was not stopped by the others').to.deep.equal(['3768']);
    await play.become(ids, 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['3768']);
  });

  it('leave together after one of them was short of funds at its provider', async () => {
    const [first = '', ...others] = await play.newLegs(3);
    await play.owedSince(first, '25 hours');
    await rows(stage, "update payout_legs set not_before = not_before + interval '1 day' where id in (?)", [others]);
    await stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '100', reported: false });
    expect(await play.pay(first)).to.match(/INSUFFICIENT_FUNDS/);
    await stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '1000000' });
    await rows(stage, 'update payout_legs set not_before = clock_now() where id in (?)', [others]);
    await play.become([first, ...others], 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['3768']);
  });

  it('go where their first one goes, when its receiver’s address has changed', async () => {
    const ids = await play.newLegs(3);
    await rows(stage, `update payout_legs set receiver = 'old@example.com' where id = ?`, [ids[0]]);
    await play.become(ids.toReversed(), 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['3768']);
  });

  it('leave once, wherever the run that sends them dies', async () => {
    for (let dieAt = 0, over = false; !over; dieAt += 1) {
      seller = await stage.hireSeller();
      play = collectingFor(stage, seller);
      const ids = await play.newLegs(3);
      const { context } = mortal({ ...stage.context, config: { ...stage.config, ...collecting } }, dieAt);
      const died = await performWith(
        { ...stage, context, config: context.config } as Stage,
        { config: collecting },
        'payout',
        ids[2] ?? '',
      ).catch((error: unknown) => error);
      over = !(died instanceof Death);
      await play.become(ids, 'PAID');
      expect(await play.amountsLeft(), `it died before step ${dieAt}`).to.deep.equal(['3768']);
    }
  });

  it('are free of each other when one of them is refunded before they leave', async () => {
    const ids = await play.collected();
    await play.refund(await play.orderOf(ids[0]), 2_999n);
    expect((await legNow(stage, ids[0] ?? '')).status).to.equal('CANCELLED');
    await play.become(ids.slice(1), 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['1256', '1256']);
    expect((await play.effectsFor(ids)).map(({ status }) => status)).to.deep.equal(['DISPROVEN', 'DONE', 'DONE']);
  });

  it('are free of each other when the order of one is frozen before they leave', async () => {
    const ids = await play.collected();
    const order = await stage.order(await play.orderOf(ids[0]));
    await stage.store.transaction(em => freeze(em, order, 'DISPUTE'));
    await play.become(ids.slice(1), 'PAID');
    expect(await play.pay(ids[0] ?? '')).to.match(/^frozen/);
    expect(await play.amountsLeft()).to.deep.equal(['1256', '1256']);
    await rows(stage, 'update orders set frozen_for = null where id = ?', [order.id]);
  });

  it('belong to one payout at most, and to none beside one of their own: the database refuses', async () => {
    const ids = await play.collected();
    const refusedBy = (sql: string, parameters: unknown[]) =>
      rows(stage, sql, parameters).then(
        () => 'done',
        (error: Error) => /paid by|has let its legs go/.exec(error.message)?.[0],
      );
    const own = `insert into effects (id, purpose, subject, generation, route, account, environment, idempotency_key, request, status, sends)
      values (gen_random_uuid(), 'pay', ?, 1, 'paypal', 'a', 'sandbox', gen_random_uuid(), '{}', 'OPEN', 0)`;
    expect(await refusedBy(own, [ids[0]])).to.equal('paid by');
    const other = await play.newLeg();
    const [set] = await rows<{ id: string }>(stage, 'select collected_id as id from collected_legs where leg_id = ?', [
      ids[0],
    ]);
    await rows(stage, own, [other]);
    const join = 'insert into collected_legs (collected_id, leg_id, place, amount_minor) values (?, ?, ?, 1)';
    expect(await refusedBy(join, [set?.id, other, 4])).to.equal('paid by');
    await rows(stage, 'update collected_legs set let_go_at = clock_now() where collected_id = ?', [set?.id]);
    await rows(stage, 'delete from effects where subject = ?', [set?.id]);
    expect(await refusedBy(own, [set?.id]), 'sent again by a run that was late').to.equal('has let its legs go');
    await rows(stage, `update effects set status = 'DISPROVEN', closed_at = clock_now() where subject = ?`, [other]);
    await play.become(ids, 'PAID');
  });
});
