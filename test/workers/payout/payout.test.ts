import { expect } from 'chai';
import { Terminal } from '../../../domain/call-outcome.ts';
import type { LegState } from '../../../domain/payout-leg.ts';
import type { PayoutLeg } from '../../../store/entities/money.ts';
import type { Goods, Seller, Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import {
  type Changes,
  dayMs,
  fromNow,
  intentsOf,
  notesOf,
  orderToBuy,
  performWith,
  reservationsOf,
  rows,
} from '../workbench.ts';
import { heldFor, legNow, openPayouts, payoutsFor, resellersLeg } from './paying-out.ts';

describe('payout', () => {
  let stage: Stage;
  let seller: Seller;
  let goods: Goods;
  before(async () => {
    stage = await openPayouts();
  });
  beforeEach(async () => {
    // Some tests move the clock so far that a connection ends.
    seller = await stage.hireSeller();
    goods = await stage.stockUp(seller);
  });
  after(() => stage[Symbol.asyncDispose]());

  const pay = (leg: PayoutLeg, changes: Changes = {}) => performWith(stage, changes, 'payout', leg.id);
  const look = ({ id }: PayoutLeg) => legNow(stage, id);
  const paidFor = ({ id }: PayoutLeg) => payoutsFor(stage, id);
  const held = ({ id }: PayoutLeg) => heldFor(stage, id);
  const setBalance = (amountMinor: number) =>
    stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: `${amountMinor}` });
  const fault = (operation: string, kind: string, change: object = {}) =>
    stage.control('faults', { provider: 'paypal', operation, kind, times: 1, ...change });

  /** The reseller's leg of a sale that was just booked: 12.56 USD. */
  const newLeg = async (changes: Changes = {}): Promise<PayoutLeg> => {
    const { id } = await orderToBuy(stage, goods);
    await stage.perform('purchase', id);
    await performWith(stage, changes, 'create-sale', id);
    return resellersLeg(stage, id);
  };

  /** Looks at the leg until PayPal has settled it. */
  const paidUntil = async (leg: PayoutLeg, status: LegState, changes: Changes = {}): Promise<PayoutLeg> => {
    await until(async () => {
      await pay(leg, changes);
      return (await look(leg)).status === status;
    });
    return look(leg);
  };

  it('reserves amount and fee, sends one batch, and is paid when the item says so', async () => {
    const leg = await newLeg();
    await pay(leg);
    const paid = await paidUntil(leg, 'PAID');
    expect(paid).to.include({ amountMinor: 1_256n, feeMinor: 25n });
    const effects = await paidFor(leg);
    expect(effects).to.have.length(1);
    expect(effects[0]).to.include({ key: `leg-${leg.id}-1`, amountMinor: '1256', reference: paid.providerItemId });
    expect(effects[0]?.detail).to.include({ receiver: seller.email, batchId: paid.providerBatchId });
    expect(await reservationsOf(stage, leg.id)).to.deep.equal([{ status: 'CONSUMED', amount: '1281', payer: null }]);
    const postings = await rows(
      stage,
      `select account, amount_minor::text as amount from ledger_postings p
       join ledger_transactions t on t.id = p.transaction_id where t.event like ? order by p.id`,
      [`leg:${leg.id}:%`],
    );
    expect(postings).to.deep.equal([
      { account: 'reseller', amount: '1256' },
      { account: 'fees:payout', amount: '25' },
      { account: 'cash:paypal', amount: '-1281' },
    ]);
  });

  it('stays paid when it is looked at again', async () => {
    const leg = await newLeg();
    const paid = await paidUntil(leg, 'PAID');
    await pay(leg);
    expect(await look(leg)).to.include({ status: 'PAID', stateEntry: paid.stateEntry });
    expect(await paidFor(leg)).to.have.length(1);
    expect(
      await rows(stage, 'select 1 from ledger_transactions where event like ?', [`leg:${leg.id}:%`]),
    ).to.have.length(1);
  });

  it('takes amount and fee for gone once PayPal has it, and is polled, while PayPal has not settled it', async () => {
    await stage.control('settings', { payoutSettleMs: 60_000 });
    const leg = await newLeg();
    expect(await pay(leg)).to.match(/^PayPal says PENDING/);
    expect(await pay(leg)).to.match(/^PayPal says PENDING/);
    expect(await reservationsOf(stage, leg.id)).to.deep.equal([{ status: 'CONSUMED', amount: '1281', payer: null }]);
    const sent = await look(leg);
    expect(sent.status).to.equal('SENT');
    expect(sent.nextCheckAt).to.be.an.instanceOf(Date);
    await stage.control('clock', { advanceSeconds: 60 });
    await stage.control('settings', { payoutSettleMs: 0 });
    expect(await pay(leg)).to.equal('PAID: 12.56 USD');
    expect(await paidFor(leg)).to.have.length(1);
  });

  it('waits for its day', async () => {
    const leg = await newLeg({ config: { payoutHoldDays: 7 } });
    expect(await pay(leg)).to.equal('held back until its day');
    expect(await pay(leg, { now: fromNow(6 * dayMs) })).to.equal('held back until its day');
    const waiting = await look(leg);
    expect(waiting.status).to.equal('PENDING');
    expect(waiting.nextCheckAt).to.deep.equal(waiting.notBefore);
    expect(await paidFor(leg)).to.deep.equal([]);
    // A report of a week ago would be known no more.
    await stage.control('clock', { advanceSeconds: (8 * dayMs) / 1_000 });
    await paidUntil(leg, 'PAID', { now: fromNow(8 * dayMs) });
  });

  it('is held back while its order is frozen', async () => {
    const leg = await newLeg();
    await rows(stage, `update orders set frozen_for = 'DISPUTE' where id = ?`, [leg.orderId]);
    expect(await pay(leg)).to.equal('frozen: DISPUTE');
    expect(await paidFor(leg)).to.deep.equal([]);
    await rows(stage, 'update orders set frozen_for = null where id = ?', [leg.orderId]);
    await paidUntil(leg, 'PAID');
  });

  it('is held back when its order is frozen after its money was reserved, whenever it was to leave', async () => {
    const freeze = (leg: PayoutLeg) =>
      rows(stage, `update orders set frozen_for = 'DISPUTE' where id = ?`, [leg.orderId]);
    const dead = await newLeg();
    const died = new Error('died');
    const failpoint = () => {
      throw died;
    };
    expect(await pay(dead, { failpoint }).catch((error: unknown) => error)).to.equal(died);
    await freeze(dead);
    expect(await pay(dead)).to.equal('frozen: DISPUTE');

    const running = await newLeg();
    await pay(running, { failpoint: async name => void (name === 'effect-opened' && (await freeze(running))) });
    for (const leg of [dead, running]) {
      expect(await look(leg)).to.include({ status: 'SENT' });
      expect(await paidFor(leg)).to.deep.equal([]);
      await rows(stage, 'update orders set frozen_for = null where id = ?', [leg.orderId]);
      await paidUntil(leg, 'PAID');
    }
  });

  it('that has left is followed to its end while its order is frozen', async () => {
    const leg = await newLeg();
    await pay(leg);
    await rows(stage, `update orders set frozen_for = 'DISPUTE' where id = ?`, [leg.orderId]);
    await paidUntil(leg, 'PAID');
  });

  it('is skipped while the platform has too little, and paid by itself when there is enough', async () => {
    const leg = await newLeg();
    await setBalance(0);
    await rows(stage, 'update funding_accounts set available_minor = 0 where owner_id is null');
    expect(await pay(leg)).to.match(/^PAYOUT_SKIPPED_INSUFFICIENT_FUNDS/);
    expect(await look(leg)).to.include({
      status: 'SKIPPED_INSUFFICIENT_FUNDS',
      reason: 'PAYOUT_SKIPPED_INSUFFICIENT_FUNDS',
    });
    expect(await pay(leg)).to.match(/^still skipped/);
    expect(await held(leg)).to.deep.equal([]);
    await setBalance(1_000_000);
    await paidUntil(leg, 'PAID');
    expect(await paidFor(leg)).to.have.length(1);
  });

  it('is skipped when PayPal itself finds too little, and sent again with the same key', async () => {
    const leg = await newLeg();
    // The report, hours old, shows money that is gone.
    await stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '100', reported: false });
    expect(await pay(leg)).to.include('PAYOUT_SKIPPED_INSUFFICIENT_FUNDS');
    expect(await look(leg)).to.include({ status: 'SKIPPED_INSUFFICIENT_FUNDS' });
    expect(await held(leg)).to.deep.equal(['RELEASED']);
    expect(await paidFor(leg)).to.deep.equal([]);
    await setBalance(1_000_000);
    await paidUntil(leg, 'PAID');
    expect((await paidFor(leg)).map(({ key }) => key)).to.deep.equal([`leg-${leg.id}-1`]);
  });

  const lost: readonly { what: string; kind: string; change?: object }[] = [
    { what: 'never comes', kind: 'drop-reply' },
    { what: 'is half a body', kind: 'malformed' },
    { what: 'is a server error', kind: 'status', change: { status: 503 } },
  ];
  for (const { what, kind, change } of lost)
    it(`is paid once when PayPal’s answer ${what}`, async () => {
      const leg = await newLeg();
      await fault('create-payout', kind, change);
      expect(await pay(leg)).to.match(/^uncertain/);
      expect((await look(leg)).status).to.equal('SENT');
      await paidUntil(leg, 'PAID');
      expect(await paidFor(leg)).to.have.length(1);
      const [intent] = await intentsOf(stage, 'pay', leg.id);
      expect(intent).to.include({ status: 'DONE', sends: 2 });
    });

  it('is for a person, and is not sent again, once PayPal may have forgotten its key', async () => {
    const leg = await newLeg();
    await fault('create-payout', 'drop-reply');
    await pay(leg);
    const clock = await stage.control<{ now: string }>('clock', { advanceSeconds: (31 * dayMs) / 1_000 });
    await pay(leg, { now: new Date(clock.now) });
    expect(await look(leg)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect(await paidFor(leg)).to.have.length(1);
    expect(await held(leg)).to.deep.equal(['HELD']);
  });

  it('is paid once when several runs are at it together', async () => {
    const leg = await newLeg();
    await Promise.all(Array.from({ length: 5 }, () => pay(leg)));
    await paidUntil(leg, 'PAID');
    expect(await paidFor(leg)).to.have.length(1);
  });

  const ends: readonly { item: string; status: LegState; held: string }[] = [
    { item: 'FAILED', status: 'FAILED', held: 'RELEASED' },
    { item: 'BLOCKED', status: 'NEEDS_REVIEW', held: 'CONSUMED' },
    { item: 'RETURNED', status: 'RETURNED', held: 'RELEASED' },
    { item: 'REFUNDED', status: 'RETURNED', held: 'RELEASED' },
    { item: 'REVERSED', status: 'REVERSED', held: 'RELEASED' },
    { item: 'UNCLAIMED', status: 'UNCLAIMED', held: 'CONSUMED' },
    { item: 'DENIED', status: 'FAILED', held: 'RELEASED' },
  ];
  for (const end of ends)
    it(`ends ${end.status} when the item is ${end.item}, although the batch was processed`, async () => {
      await stage.control('payout-outcome', { receiver: seller.email, itemStatus: end.item });
      const leg = await newLeg();
      await paidUntil(leg, end.status);
      expect(await held(leg)).to.deep.equal([end.held]);
      expect((await notesOf(stage, leg.orderId)).at(-1)).to.include(`→ ${end.status}`);
      expect(
        await rows(stage, 'select 1 from ledger_transactions where event like ?', [`leg:${leg.id}%`]),
      ).to.deep.equal([]);
    });

  it('keeps looking at an item that is on hold', async () => {
    await stage.control('payout-outcome', { receiver: seller.email, itemStatus: 'ONHOLD' });
    const leg = await newLeg();
    await until(async () => /ONHOLD/.test(await pay(leg)));
    expect(await look(leg)).to.include({ status: 'SENT' });
  });

  it('follows an unclaimed item until it is returned', async () => {
    await stage.control('payout-outcome', { receiver: seller.email, itemStatus: 'UNCLAIMED' });
    const leg = await newLeg();
    const unclaimed = await paidUntil(leg, 'UNCLAIMED');
    expect((unclaimed.nextCheckAt?.getTime() ?? 0) - Date.now()).to.be.greaterThan(5 * 3_600_000);
    expect(await pay(leg)).to.equal('still unclaimed');
    await stage.control('clock', { advanceSeconds: (31 * dayMs) / 1_000 });
    await paidUntil(leg, 'RETURNED');
    expect(await held(leg)).to.deep.equal(['RELEASED']);
    expect(await paidFor(leg)).to.have.length(1);
  });

  it('fails when PayPal certainly refuses the payout', async () => {
    const leg = await newLeg();
    await rows(stage, `update users set payout_receiver = 'nobody@nowhere' where id = ?`, [seller.id]);
    await pay(leg);
    await rows(stage, 'update users set payout_receiver = null where id = ?', [seller.id]);
    expect(await look(leg)).to.include({ status: 'FAILED' });
    expect(await held(leg)).to.deep.equal(['RELEASED']);
  });

  it('is for a person when PayPal refuses to tell how a payout ended: it may be paid', async () => {
    const leg = await newLeg();
    await fault('get-payout', 'status', { status: 401, times: 2 });
    await pay(leg);
    expect(await look(leg)).to.include({ status: 'NEEDS_REVIEW' });
    expect(await held(leg)).to.deep.equal(['CONSUMED']);
  });

  it('stays pending when PayPal refuses to tell its balance', async () => {
    const leg = await newLeg();
    await rows(stage, 'update funding_accounts set as_of = null, trusted_until = null where owner_id is null');
    await fault('balances', 'status', { status: 403 });
    const error = await pay(leg).catch((thrown: unknown) => thrown);
    expect(error).to.be.an.instanceOf(Terminal);
    expect(await look(leg)).to.include({ status: 'PENDING' });
    await paidUntil(leg, 'PAID');
  });
});
