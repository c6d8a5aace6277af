/** Covers: workers/payout/apply-status.ts. */
import { expect } from 'chai';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { balanceOf, ledgerTotals } from '../../../store/money/ledger.ts';
import { legsOfOrder } from '../../../store/payouts/legs.ts';
import { createStage, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';

describe('the fee of a payout that did not stay with its receiver', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await createStage();
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const balance = async (account: 'fees:payout' | 'cash:paypal') =>
    (await stage.store.read(em => balanceOf(em, account, null, 'USD'))).amountMinor;
  /** One sale whose payout to the reseller ends so; the one to the platform is paid. */
  const soldUntil = async (itemStatus: string) => {
    const seller = await stage.hireSeller();
    await stage.control('payout-outcome', { receiver: seller.email, itemStatus });
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    await stage.drain();
    await until(async () => {
      await stage.sweepAndDrain();
      const legs = await stage.store.read(em => legsOfOrder(em, id));
      return legs.every(({ status }) => ['PAID', 'FAILED', 'RETURNED', 'REVERSED'].includes(status));
    });
  };

  for (const [itemStatus, fees] of [
    ['RETURNED', 50n],
    ['REFUNDED', 50n],
    ['REVERSED', 50n],
    ['FAILED', 25n],
  ] as const)
    it(`is booked as PayPal has taken it when the payout is ${itemStatus}`, async () => {
      await soldUntil(itemStatus);
      expect(await balance('fees:payout')).to.equal(fees);
      // 28.45 net of the payment, 14.49 for the goods, 1.40 paid to the platform.
      expect(await balance('cash:paypal')).to.equal(2_845n - 1_449n - 140n - fees);
      expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]);
      const totals = await stage.store.read(em => ledgerTotals(em));
      expect(totals.every(({ amountMinor }) => amountMinor === 0n)).to.equal(true);
    });
});
