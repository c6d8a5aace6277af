/** Covers: workers/payout/apply-status.ts, workers/payout/sent-before.ts. */
import { expect } from 'chai';
import { changeSettings } from '../../../store/accounts/users.ts';
import { creditOf } from '../../../store/money/current-account.ts';
import { claimLeg, moveLeg } from '../../../store/payouts/legs.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { paidOut, payAgain, resellersLeg } from './paying-out.ts';

describe('a payout that did not arrive, or came back', () => {
  let stage: Stage;
  before(async () => {
    stage = await createStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  const legOf = (orderId: string) => resellersLeg(stage, orderId);
  const soldBy = async (seller: Seller) => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    await stage.drain();
    return id;
  };
  const settles = async (orderId: string, status: string) => {
    await until(async () => {
      await stage.sweepAndDrain();
      return (await legOf(orderId)).status === status;
    });
    return legOf(orderId);
  };
  const payoutsTo = async (receiver: string) =>
    (await stage.effects('payout')).filter(({ detail }) => detail.receiver === receiver);
  const askAgain = async (orderId: string) => {
    await payAgain(stage, (await legOf(orderId)).id);
  };

  it('is paid again with a new key only because its provider says that it failed', async () => {
    const seller = await stage.hireSeller();
    await stage.control('payout-outcome', { receiver: seller.email, itemStatus: 'FAILED' });
    const id = await soldBy(seller);
    await settles(id, 'FAILED');
    await askAgain(id);
    await settles(id, 'PAID');
    const keys = (await payoutsTo(seller.email)).map(({ key }) => key);
    expect(keys).to.have.length(2);
    expect(new Set(keys).size).to.equal(2);
  });

  it('is not paid again when the provider says that it is paid after all', async () => {
    const seller = await stage.hireSeller();
    const id = await soldBy(seller);
    const paid = await settles(id, 'PAID');
    // A webhook that lied, or a row that was put wrong by hand.
    await stage.store.transaction(async em => {
      const leg = await claimLeg(em, paid.id, ['PAID']);
      if (leg) await moveLeg(em, leg, 'RETURNED', { reason: 'wrong' });
    });
    await askAgain(id);
    await settles(id, 'PAID');
    expect(await payoutsTo(seller.email)).to.have.length(1);
  });
});

describe('a payout by Payoneer', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    await stage.control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '100000' });
    seller = await stage.hireSeller();
    await stage.store.transaction(em =>
      changeSettings(em, seller.id, { payoutProvider: 'payoneer', payoutReceiver: 'payee-1' }),
    );
  });
  after(() => stage[Symbol.asyncDispose]());

  const payoutsByPayoneer = async () =>
    (await stage.effects('payout')).filter(effect => 'provider' in effect && effect.provider === 'payoneer');
  it('goes to the reseller’s payee, and the commission to the platform by PayPal', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    await stage.drain();
    await paidOut(stage, id);
    expect(await payoutsByPayoneer()).to.have.length(1);
    expect((await stage.store.read(em => creditOf(em, seller.id, 'reseller'))).amountMinor).to.equal(0n);
  });

  it('is found by its reference when the answer was lost, and never sent twice', async () => {
    const before = (await payoutsByPayoneer()).length;
    await stage.control('faults', { provider: 'payoneer', operation: 'create-payout', kind: 'drop-reply', times: 1 });
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    await stage.drain();
    await paidOut(stage, id);
    expect((await payoutsByPayoneer()).length - before).to.equal(1);
  });
});
