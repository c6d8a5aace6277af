import { expect } from 'chai';
import { Terminal } from '../../../domain/call-outcome.ts';
import { money } from '../../../domain/money.ts';
import { changeSettings } from '../../../store/accounts/users.ts';
import { ledgerTotals } from '../../../store/money/ledger.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { importFrom, intentsOf, notesOf, orderToBuy, performWith, placeOnEbay, rows } from '../workbench.ts';

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

  it('names its amount: "all that is left" would mean something else the second time', async () => {
    const id = await failedOrder();
    await stage.drain();
    const [intent] = await intentsOf(stage, 'refund', id);
    expect(JSON.parse(intent?.request ?? '').amount).to.deep.equal({ currency_code: 'USD', value: '29.99' });
  });

  it('gives back what is left of a payment of which a part went back before', async () => {
    const id = await failedOrder();
    for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, id);
    const [payment] = await stage.store.read(em => paymentsOf(em, id));
    const { paypal } = stage.context.providers;
    const body = paypal.refundBody({ amount: money(500n, 'USD'), customId: 'by-hand' });
    const { id: reference } = await paypal.refundCapture(payment?.reference ?? '', `by-hand-${id}`, body);
    await rows(
      stage,
      `insert into refunds (id, payment_id, order_id, reference, kind, status, amount_minor, currency)
       values (gen_random_uuid(), ?, ?, ?, 'refund', 'COMPLETED', 500, 'USD')`,
      [payment?.id, id, reference],
    );
    await stage.perform('refund', id);
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect((await refundsOf(id)).map(({ amountMinor }) => amountMinor)).to.deep.equal(['500', '2499']);
  });

  /** However it came there. */
  const putToRefunding = async (id: string, ...through: string[]) => {
    for (const status of [...through, 'FAILED', 'REFUNDING'])
      await rows(stage, `update orders set status = ?, reason = 'OUT_OF_STOCK' where id = ?`, [status, id]);
  };

  it('of a marketplace’s order is its seller’s: nothing leaves through PayPal', async () => {
    const goods = await stage.stockUp(seller);
    const number = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 2_999 }] });
    const [order] = await importFrom(stage, seller, 'ebay', number);
    const id = order?.id ?? '';
    await putToRefunding(id);
    await stage.perform('refund', id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'REFUND_BY_SELLER' });
    expect((await notesOf(stage, id)).at(-1)).to.include(`ebay.com/sh/ord/details?orderid=${number}`);
  });

  const ends = [
    ['PENDING', { status: 'REFUNDING' }],
    ['FAILED', { status: 'NEEDS_REVIEW', reason: 'REFUND_FAILED' }],
    ['CANCELLED', { status: 'NEEDS_REVIEW', reason: 'REFUND_FAILED' }],
    ['DREAMT', { status: 'REFUNDING' }],
  ] as const;
  for (const [said, expected] of ends)
    it(`leaves its order ${expected.status} while PayPal says ${said}`, async () => {
      const id = await failedOrder();
      for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, id);
      const { paypal } = stage.context.providers;
      const saying: typeof paypal = {
        ...paypal,
        getRefund: async (...ask) => ({ ...(await paypal.getRefund(...ask)), status: said }),
      };
      await performWith(stage, { providers: { paypal: saying } }, 'refund', id);
      const order = await stage.order(id);
      expect(order).to.include(expected);
      if (order.status === 'REFUNDING') expect(order.nextCheckAt).to.be.an.instanceOf(Date);
      expect((await stage.store.read(em => paymentsOf(em, id)))[0]?.status).to.equal('COMPLETED');
    });

  it('that PayPal refuses is for a person, and its order is not refunded', async () => {
    const id = await failedOrder();
    for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, id);
    const refusing = {
      ...stage.context.providers.paypal,
      refundCapture: async () => {
        throw new Terminal('PAYPAL_REFUND_NOT_ALLOWED', 'no');
      },
    };
    await performWith(stage, { providers: { paypal: refusing } }, 'refund', id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'REFUND_FAILED' });
    expect((await notesOf(stage, id)).at(-1)).to.include('PAYPAL_REFUND_NOT_ALLOWED');
  });

  describe('never leaves beside a purchase', () => {
    const parked = async (id: string) => {
      await stage.perform('refund', id);
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'REFUND_AFTER_PURCHASE' });
      expect(await refundsOf(id)).to.deep.equal([]);
    };

    it('that stands', async () => {
      const { id } = await orderToBuy(stage, await stage.stockUp(seller));
      await stage.perform('purchase', id);
      await putToRefunding(id, 'NEEDS_REVIEW');
      await parked(id);
    });

    it('of which nobody knows whether it happened', async () => {
      const { id } = await orderToBuy(stage, await stage.stockUp(seller));
      const operation = { provider: 'aliexpress', operation: 'order-create', kind: 'status', status: 502, times: 1 };
      await stage.control('faults', operation);
      expect(await stage.perform('purchase', id)).to.match(/^uncertain/);
      await putToRefunding(id);
      await parked(id);
    });
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
