/** Covers: workers/payout/release.ts, transactions/freeze-order.ts. */
import { expect } from 'chai';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { refundOf, tell } from '../events/paypal-news.ts';
import { performWith, rows } from '../workbench.ts';

describe('an order that is frozen while its purchase is in flight', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage({ EFFECT_QUARANTINE_MS: '60000' });
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());

  const bought = async (id: string) =>
    (await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id)).length;

  /** Goods are ordered, their answer is on its way, and a part of the buyer's money goes back. */
  const frozenInFlight = async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    await stage.perform('fulfill', id);
    const slow = { provider: 'aliexpress', operation: 'order-create', kind: 'slow', delayMs: 2_000, times: 1 };
    await stage.control('faults', slow);
    const inFlight = stage.perform('purchase', id);
    await until(async () => (await bought(id)) === 1, { describe: () => 'the goods are ordered' });
    const [payment] = await rows<{ reference: string }>(stage, 'select reference from payments where order_id = ?', [
      id,
    ]);
    const captureId = payment?.reference ?? '';
    const { refundId } = await stage.control<{ refundId: string }>('refund', { captureId, amountMinor: '500' });
    await tell(stage, 'PAYMENT.CAPTURE.REFUNDED', refundOf(captureId, refundId));
    expect((await stage.order(id)).frozenFor).to.equal('PAYMENT_REVERSED');
    return { id, inFlight };
  };

  it('is not parked before the answer can no longer come, and goes on with it', async () => {
    const { id, inFlight } = await frozenInFlight();
    expect(await stage.perform('purchase', id)).to.match(/^uncertain \(EFFECT_IN_FLIGHT\)/);
    expect((await stage.order(id)).status).to.equal('PURCHASING');
    expect(await inFlight).to.equal('another run owns the order now');
    expect(await stage.perform('purchase', id)).to.equal('PURCHASED');
    expect(await bought(id)).to.equal(1);
  });

  it('goes on by itself when the answer comes after it was parked: its goods were bought, and in no book', async () => {
    const { id, inFlight } = await frozenInFlight();
    await performWith(stage, { config: { lookUpQuarantineMs: 1 } }, 'purchase', id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect(await inFlight).to.equal('another run owns the order now');
    expect((await stage.order(id)).status).to.equal('PURCHASING');
    await stage.sweepAndDrain();
    expect((await stage.order(id)).status).to.equal('PURCHASED');
    expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]);
  });
});
