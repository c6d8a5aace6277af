/** Covers: store/payouts/collected-payouts.ts, workers/payout/part-of-collected.ts. */
import { expect } from 'chai';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { creditOf } from '../../../store/money/current-account.ts';
import { endRestore, openRestore } from '../../../store/restore.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { rows } from '../workbench.ts';
import { type Collecting, collectingFor, refusal } from './collecting.ts';
import { openPayouts } from './paying-out.ts';

/** A reseller’s shares of 12.56 each; three of them make the minimum of 30.00. */
describe('how payouts that were collected end', function () {
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

  it('leave once when the answer is lost', async () => {
    const ids = await play.newLegs(3);
    await play.fault('drop-reply');
    expect(await play.pay(ids[2] ?? '')).to.match(/^uncertain/);
    await play.become(ids, 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['3768']);
    expect(await play.effectsFor(ids)).to.have.length(1);
  });

  it('are each a person’s when nobody can prove them, and all go on once PayPal tells of them', async () => {
    const ids = await play.unproven();
    await play.told(ids);
    await play.become(ids, 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['3768']);
  });

  it('all go on once a person has seen that they were paid', async () => {
    const ids = await play.unproven();
    const [sent] = await play.left();
    await play.decide(ids[0] ?? '', { decision: 'paid', reference: String(sent?.detail.batchId) });
    await play.become(ids, 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['3768']);
  });

  it('are paid one by one once a person has seen that they were not; what happened after all is held, and settled by amount', async () => {
    const ids = await play.unproven();
    for (const id of ids) await play.decide(id, { decision: 'not-paid' });
    await play.become(ids, 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['3768', '1256', '1256', '1256']);
    await play.told(ids);
    for (const id of ids) {
      expect((await stage.order(await play.orderOf(id))).frozenFor).to.equal('CONTRADICTION');
      expect(await refusal(play.settle(id, 3_768n))).to.equal('AMOUNTS_DIFFER');
      await play.settle(id, 1_256n);
      expect((await stage.order(await play.orderOf(id))).frozenFor).to.equal(null);
    }
    const { amountMinor } = await stage.store.read(em => creditOf(em, seller.id, 'reseller'));
    expect(amountMinor, 'what they owe').to.equal(-3_768n);
  });

  it('are each held when what one of them was said not to have happened is told: none is paid a second time', async () => {
    const ids = await play.unproven();
    const [first = '', ...others] = ids;
    await play.decide(first, { decision: 'not-paid' });
    await play.told(ids);
    for (const id of others) await play.decide(id, { decision: 'not-paid' });
    for (const id of ids) await play.pay(id);
    expect(await play.amountsLeft()).to.deep.equal(['3768']);
    for (const id of ids) await play.settle(id, 1_256n);
    await play.become(ids, 'CANCELLED');
    expect(await play.amountsLeft()).to.deep.equal(['3768']);
  });

  it('are not given up by a word about one of them, once its provider has shown that they arrived', async () => {
    const ids = await play.newLegs(3);
    await play.become(ids, 'PAID');
    await stage.asOwner('alter table payout_legs disable trigger user');
    await rows(stage, `update payout_legs set status = 'NEEDS_REVIEW', reason = 'PAYOUT_BLOCKED' where id = ?`, [
      ids[0],
    ]);
    await stage.asOwner('alter table payout_legs enable trigger user');
    expect(await refusal(play.decide(ids[0] ?? '', { decision: 'not-paid' }))).to.equal('PAYOUT_SENT');
    await stage.asOwner('alter table payout_legs disable trigger user');
    await rows(stage, `update payout_legs set status = 'PAID', reason = null where id = ?`, [ids[0]]);
    await stage.asOwner('alter table payout_legs enable trigger user');
  });

  it('are what was given up, when a person says that it is what PayPal shows', async () => {
    const ids = await play.unproven();
    for (const id of ids) await play.decide(id, { decision: 'not-paid' });
    await play.told(ids);
    const [sent] = await play.left();
    await play.decide(ids[2] ?? '', { decision: 'paid', reference: String(sent?.detail.batchId) });
    await play.become(ids, 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['3768']);
  });

  it('come back one by one, and are paid again one by one, after each has learned of it', async () => {
    const ids = await play.newLegs(3);
    await play.become(ids, 'PAID');
    const [sent] = await play.left();
    await stage.control('payout-status', { provider: 'paypal', itemId: sent?.reference, itemStatus: 'RETURNED' });
    const [first = '', second = '', third = ''] = ids;
    await play.pay(first);
    expect(await play.statusOf(ids)).to.deep.equal(['RETURNED', 'PAID', 'PAID']);
    await play.decide(first, { decision: 'pay-again' });
    expect(await play.pay(first)).to.equal('the others that it paid are read back first');
    await play.become([second, third], 'RETURNED');
    await play.become([first], 'PAID');
    expect(await play.statusOf([second, third])).to.deep.equal(['RETURNED', 'RETURNED']);
    for (const id of [second, third]) await play.decide(id, { decision: 'pay-again' });
    await play.become(ids, 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['3768', '1256', '1256', '1256']);
    expect(await play.saidOtherwise(ids)).to.deep.equal([]);
  });

  it('are each tried alone when the sum is refused', async () => {
    const ids = await play.newLegs(3);
    await play.fault('status', { status: 422 });
    await play.become(ids, 'PAID');
    expect(await play.amountsLeft()).to.deep.equal(['1256', '1256', '1256']);
  });

  it('are nobody’s guess after a restore: how they were collected is forgotten', async () => {
    const ids = await play.newLegs(3);
    await stage.store.transaction(em => openRestore(em, new Date()));
    await stage.store.transaction(em => endRestore(em, 'an operator'));
    for (const id of ids) await play.pay(id);
    await until(async () => {
      for (const id of ids) await play.pay(id);
      return (await play.statusOf(ids)).every(status => status === 'NEEDS_REVIEW');
    });
    expect(await play.amountsLeft()).to.deep.equal([]);
    await rows(stage, 'delete from restores');
  });
});
