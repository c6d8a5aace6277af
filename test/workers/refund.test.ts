import { expect } from 'chai';
import { money } from '../../domain/money.ts';
import { ledgerTotals } from '../../store/ledger.ts';
import { paymentsOf } from '../../store/payments.ts';
import { changeSettings } from '../../store/users.ts';
import { createStage, type Seller, type Stage } from '../support/stage.ts';
import { performWith } from './workbench.ts';

describe('refund', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
  });
  beforeEach(async () => {
    // Some tests move the clock so far that a connection ends.
    seller = await stage.hireSeller();
    await stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
  });
  after(() => stage[Symbol.asyncDispose]());

  const failedOrder = async () => {
    const order = await stage.paidOrder(await stage.stockUp(seller, { stock: 0 }));
    return order.id;
  };
  const refundsOf = async (orderId: string) =>
    (await stage.effects('refund')).filter(({ detail }) => detail.customId === orderId);
  const balanced = async () =>
    expect((await stage.store.read(em => ledgerTotals(em))).every(({ amountMinor }) => amountMinor === 0n)).to.equal(
      true,
    );

  it('gives the whole payment back when the purchase is finally impossible and the policy is automatic', async () => {
    const id = await failedOrder();
    await stage.drain();
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect((await refundsOf(id)).map(({ amountMinor }) => amountMinor)).to.deep.equal(['2999']);
    await balanced();
  });

  it('asks first by default: the order stays FAILED', async () => {
    const cautious = await stage.hireSeller();
    const order = await stage.paidOrder(await stage.stockUp(cautious, { stock: 0 }));
    await stage.drain();
    expect((await stage.order(order.id)).status).to.equal('FAILED');
    expect(await refundsOf(order.id)).to.deep.equal([]);
  });

  it('finds a refund whose answer was lost, and refunds once', async () => {
    const id = await failedOrder();
    await stage.control('faults', { provider: 'paypal', operation: 'refund', kind: 'drop-reply', times: 1 });
    await stage.drain();
    expect((await stage.order(id)).status).to.equal('REFUNDING');
    await stage.sweepAndDrain();
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect(await refundsOf(id)).to.have.length(1);
  });

  describe('whose answer was lost', () => {
    const lost = async (kind: string, change: object = {}) => {
      const id = await failedOrder();
      await stage.control('faults', { provider: 'paypal', operation: 'refund', kind, times: 1, ...change });
      await stage.drain();
      return id;
    };
    /** PayPal has forgotten its key. */
    const forgotten = async () =>
      new Date((await stage.control<{ now: string }>('clock', { advanceSeconds: 46 * 86_400 })).now);

    it('is not taken for one that somebody sent by hand', async () => {
      const id = await lost('status', { status: 502 });
      const [payment] = await stage.store.read(em => paymentsOf(em, id));
      const { paypal } = stage.context.providers;
      const body = paypal.refundBody({ amount: money(500n, 'USD'), customId: 'by-hand' });
      await paypal.refundCapture(payment?.reference ?? '', `by-hand-${id}`, body);
      expect(await stage.perform('refund', id)).to.match(/^uncertain/);
      expect((await stage.order(id)).status).to.equal('REFUNDING');
    });

    it('is found by its name when PayPal has forgotten its key', async () => {
      const id = await lost('drop-reply');
      await performWith(stage, { now: await forgotten() }, 'refund', id);
      expect((await stage.order(id)).status).to.equal('REFUNDED');
      expect(await refundsOf(id)).to.have.length(1);
    });

    it('is a person’s, and not sent again, when it is not found by then', async () => {
      const id = await lost('status', { status: 502 });
      await performWith(stage, { now: await forgotten() }, 'refund', id);
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
      expect(await refundsOf(id)).to.deep.equal([]);
    });
  });
});
