/** Covers: transactions/settle-returned-money.ts, workers/payout/apply-status.ts. */
import { expect } from 'chai';
import type { LegId } from '../../../domain/ids.ts';
import { changeSettings } from '../../../store/accounts/users.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import type { PayoutLeg } from '../../../store/entities/money.ts';
import { creditOf } from '../../../store/money/current-account.ts';
import { orderSums } from '../../../store/money/ledger.ts';
import { wakeLeg } from '../../../store/payouts/legs.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { readyEffects } from '../ready-effects.ts';
import { performWith } from '../workbench.ts';
import { heldFor, legBecomes, legNow, openPayouts, payAgain } from './paying-out.ts';

describe('a payout whose money comes back after it was paid', () => {
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
  const becomes = (id: string, status: PayoutLeg['status']) => legBecomes(stage, id, status);
  const paid = async () => becomes(await readyEffects(stage, seller).legOf(seller), 'PAID');
  const byPayoneer = () =>
    stage.store.transaction(em =>
      changeSettings(em, seller.id, { payoutProvider: 'payoneer', payoutReceiver: `payee-${seller.id}` }),
    );
  const comesBack = async ({ id, route }: PayoutLeg, itemStatus: string) => {
    const payout = (await stage.effects('payout')).findLast(({ key }) => key.startsWith(`leg-${id}`));
    await stage.control('payout-status', { provider: route, itemId: payout?.reference, itemStatus });
  };
  const wake = (id: string) => stage.store.transaction(em => wakeLeg(em, id as LegId));
  const held = (id: string) => heldFor(stage, id);
  const credit = async () => (await stage.store.read(em => creditOf(em, seller.id, 'reseller'))).amountMinor;

  it('is returned, although the queue lost the job that its news had made', async () => {
    const { id } = await paid();
    await comesBack(await look(id), 'RETURNED');
    await wake(id);
    stage.jobs.length = 0;
    await stage.sweepAndDrain();
    expect((await look(id)).status).to.equal('RETURNED');
    expect(await credit()).to.equal(1_256n);
  });

  it('is not asked after for ever, when its news was wrong', async () => {
    const { id } = await paid();
    await wake(id);
    expect(await stage.perform('payout', id)).to.equal('still paid');
    expect((await look(id)).nextCheckAt).to.equal(null);
  });

  it('is asked after once more, when other news comes while the first is looked into', async () => {
    const { id } = await paid();
    await wake(id);
    const { paypal } = stage.context.providers;
    const getPayoutBatch: typeof paypal.getPayoutBatch = async (...asked) => {
      const batch = await paypal.getPayoutBatch(...asked);
      await wake(id);
      return batch;
    };
    await performWith(stage, { providers: { paypal: { ...paypal, getPayoutBatch } } }, 'payout', id);
    expect((await look(id)).nextCheckAt).to.be.an.instanceOf(Date);
  });

  it('is asked after later, and stays paid, when its provider refuses to tell', async () => {
    const { id } = await paid();
    await wake(id);
    await stage.control('faults', {
      provider: 'paypal',
      operation: 'get-payout',
      kind: 'status',
      status: 401,
      times: 2,
    });
    expect(await stage.perform('payout', id)).to.match(/^paid, and cannot be read back/);
    const { status, nextCheckAt } = await look(id);
    expect(status).to.equal('PAID');
    expect((nextCheckAt?.getTime() ?? 0) - Date.now()).to.be.greaterThan(5 * 3_600_000);
  });

  it('is held again before it is sent again', async () => {
    const { id } = await paid();
    expect(await held(id)).to.deep.equal(['CONSUMED']);
    await comesBack(await look(id), 'RETURNED');
    await becomes(id, 'RETURNED');
    expect(await held(id)).to.deep.equal(['RELEASED']);
    await payAgain(stage, id);
    await becomes(id, 'PAID');
    expect(await held(id)).to.deep.equal(['RELEASED', 'CONSUMED']);
    expect(await credit()).to.equal(0n);
  });

  for (const status of ['Cancelled', 'Failed'])
    it(`is returned when Payoneer says ${status}, and booked anew when it is paid again`, async () => {
      await byPayoneer();
      const { id } = await paid();
      await comesBack(await look(id), status);
      await becomes(id, 'RETURNED');
      expect(await credit()).to.equal(1_256n);
      await payAgain(stage, id);
      await becomes(id, 'PAID');
      expect(await credit()).to.equal(0n);
    });

  it('is booked for each turn, and its fee once, when PayPal takes it back and pays it after all', async () => {
    const { id, orderId } = await paid();
    const fees = async () => (await stage.store.read(em => orderSums(em, orderId, 'USD')))('fees:payout').amountMinor;
    for (const turns of [2, 3]) {
      await comesBack(await look(id), 'REVERSED');
      await wake(id);
      await becomes(id, 'REVERSED');
      expect(await credit()).to.equal(1_256n);
      await comesBack(await look(id), 'SUCCESS');
      await payAgain(stage, id);
      await becomes(id, 'PAID');
      expect(await credit(), `turn ${turns}`).to.equal(0n);
      expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]);
    }
    expect(await fees()).to.equal(25n);
    expect((await stage.effects('payout')).filter(({ key }) => key.startsWith(`leg-${id}`))).to.have.length(1);
  });

  it('is paid again without anybody’s asking, when PayPal tells that it has paid it after all', async () => {
    const { id } = await paid();
    await comesBack(await look(id), 'REVERSED');
    await becomes(id, 'REVERSED');
    expect(await stage.perform('payout', id)).to.equal('still REVERSED');
    await comesBack(await look(id), 'SUCCESS');
    await wake(id);
    stage.jobs.length = 0;
    await stage.sweepAndDrain();
    expect((await look(id)).status).to.equal('PAID');
    expect(await credit()).to.equal(0n);
  });

  it('is booked anew when it is paid again, also where Payoneer gives its payouts no numbers', async () => {
    await byPayoneer();
    const { payoneer } = stage.context.providers;
    if (!payoneer) throw new Error('there is no Payoneer');
    const getPayoutStatus: typeof payoneer.getPayoutStatus = async (...asked) => {
      const { payoutId: _, ...payout } = (await payoneer.getPayoutStatus(...asked)) ?? { status: 'Pending' };
      return payout;
    };
    const id = await readyEffects(stage, seller).legOf(seller);
    const follow = async (wanted: PayoutLeg['status']) =>
      until(async () => {
        await performWith(stage, { providers: { payoneer: { ...payoneer, getPayoutStatus } } }, 'payout', id);
        return (await look(id)).status === wanted;
      });
    await follow('PAID');
    await comesBack(await look(id), 'Cancelled');
    await follow('RETURNED');
    await payAgain(stage, id);
    await follow('PAID');
    expect(await credit()).to.equal(0n);
  });
});
