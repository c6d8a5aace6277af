/** Covers: workers/events/paypal-refund.ts, transactions/settle-refund.ts. */
import { expect } from 'chai';
import { money } from '../../../domain/money.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { storeEvent } from '../../../store/events/inbound-events.ts';
import { creditOf } from '../../../store/money/current-account.ts';
import { recordDispute } from '../../../store/money/disputes.ts';
import { balanceOf, ledgerTotals } from '../../../store/money/ledger.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { checkProviders } from '../books/check-providers.ts';
import { legsOf, payLegs } from '../payout/paying-out.ts';
import { notesOf, parkedOf } from '../workbench.ts';

/** An order of 29.99 that cost 14.49 and 1.54 in fees: 13.96 profit, 1.40 for the platform, 12.56 for the reseller. */
describe('money that goes back to the buyer after the sale was booked', () => {
  let stage: Stage;
  let seller: Seller;
  let told = 0;
  beforeEach(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
  });
  afterEach(async () => {
    const found = await stage.store.read(em => checkLedger(em));
    await stage[Symbol.asyncDispose]();
    expect(found).to.deep.equal([]);
  });

  /** Up to the booked sale, its legs not paid yet. */
  const booked = async (): Promise<{ id: string; captureId: string }> => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    const [payment] = await stage.store.read(em => paymentsOf(em, id as never));
    return { id, captureId: payment?.reference ?? '' };
  };
  const tell = async (type: string, resource: object) => {
    told += 1;
    const id = `WH-TOLD-${told}`;
    const body = Buffer.from(JSON.stringify({ id, event_type: type, resource_type: 'refund', resource }));
    const event = await stage.store.transaction(em =>
      storeEvent(em, {
        source: 'paypal',
        eventId: `${id}-${type}`,
        type,
        headers: {},
        body,
        credentialId: null,
        wanted: true,
      }),
    );
    return stage.perform('apply-event', event?.id ?? '');
  };
  /** The buyer has the money back; nobody has told us. The same again is the same refund. */
  const giveBack = (captureId: string, amount: string, key = 'by-hand') => {
    const { paypal } = stage.context.providers;
    return paypal.refundCapture(
      captureId,
      `${key}-${captureId}`,
      paypal.refundBody({ amount: money(BigInt(amount.replace('.', '')), 'USD'), customId: key }),
    );
  };
  const refund = async (captureId: string, amount: string, key?: string) => {
    const { id } = await giveBack(captureId, amount, key);
    return tell('PAYMENT.CAPTURE.REFUNDED', {
      id,
      links: [{ rel: 'up', href: `https://api.paypal.com/v2/payments/captures/${captureId}` }],
    });
  };
  const dispute = async (captureId: string, step: object) => {
    const { id: dispute_id } = await stage.control<{ id: string }>('dispute', { captureId, ...step });
    return tell('CUSTOMER.DISPUTE.UPDATED', { dispute_id });
  };
  const buyerWins = { status: 'RESOLVED', outcome: 'RESOLVED_BUYER_FAVOUR' };
  const heldFor = async (id: string, why: string) => {
    for (const leg of await legsOf(stage, id)) expect(await stage.perform('payout', leg.id)).to.equal(`frozen: ${why}`);
  };
  const balanced = async () => {
    const totals = await stage.store.read(em => ledgerTotals(em));
    expect(totals.every(({ amountMinor }) => amountMinor === 0n)).to.equal(true);
  };

  it('cancels legs that have not left when all of it goes back', async () => {
    const { id, captureId } = await booked();
    await refund(captureId, '29.99');
    expect((await legsOf(stage, id)).map(({ status }) => status)).to.deep.equal(['CANCELLED', 'CANCELLED']);
    await balanced();
  });

  it('shrinks legs that have not left to what the sale is worth now', async () => {
    const { id, captureId } = await booked();
    await refund(captureId, '5.00');
    // 8.96 profit, 0.90 for the platform, 8.06 for the reseller.
    expect((await legsOf(stage, id)).map(({ amountMinor }) => amountMinor)).to.deep.equal([90n, 806n]);
    await payLegs(stage, id);
    expect((await stage.store.read(em => creditOf(em, seller.id, 'reseller'))).amountMinor).to.equal(0n);
    await balanced();
  });

  it('turns what has left into a receivable, set off against the next sale', async () => {
    const { id, captureId } = await booked();
    await payLegs(stage, id);
    await refund(captureId, '29.99');
    // The reseller bears the loss of goods and fees as well: -16.03 is what the sale is worth.
    expect((await stage.store.read(em => creditOf(em, seller.id, 'reseller'))).amountMinor).to.equal(-2_859n);
    // So is the commission that the platform's admin was paid.
    const next = await booked();
    expect(await legsOf(stage, next.id)).to.deep.equal([]);
    const third = await booked();
    expect((await legsOf(stage, third.id)).map(({ amountMinor }) => amountMinor)).to.deep.equal([140n]);
    await balanced();
  });

  it('counts a refund from before the sale was booked once, when another one follows', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, id);
    const [payment] = await stage.store.read(em => paymentsOf(em, id as never));
    await refund(payment?.reference ?? '', '5.00');
    await stage.perform('create-sale', id);
    expect((await legsOf(stage, id)).map(({ amountMinor }) => amountMinor)).to.deep.equal([90n, 806n]);
    await refund(payment?.reference ?? '', '3.00', 'again');
    // 5.96 profit.
    expect((await legsOf(stage, id)).map(({ amountMinor }) => amountMinor)).to.deep.equal([60n, 536n]);
    expect(await parkedOf(stage, id)).to.deep.equal([]);
  });

  it('is booked once, however often it is told', async () => {
    const { captureId } = await booked();
    await refund(captureId, '5.00');
    const before = await stage.store.read(em => creditOf(em, seller.id, 'reseller'));
    await refund(captureId, '5.00');
    expect(await stage.store.read(em => creditOf(em, seller.id, 'reseller'))).to.deep.equal(before);
  });

  it('holds the legs while the buyer’s dispute is open, and lets them go when the seller keeps the money', async () => {
    const { id, captureId } = await booked();
    const { id: dispute_id } = await stage.control<{ id: string }>('dispute', { captureId, status: 'OPEN' });
    await tell('CUSTOMER.DISPUTE.CREATED', { dispute_id });
    for (const leg of await legsOf(stage, id))
      expect(await stage.perform('payout', leg.id)).to.equal('frozen: DISPUTE');
    await stage.control('dispute', { captureId, status: 'RESOLVED', outcome: 'RESOLVED_SELLER_FAVOUR' });
    await tell('CUSTOMER.DISPUTE.RESOLVED', { dispute_id, status: 'RESOLVED' });
    await payLegs(stage, id);
  });

  it('holds the legs through a refund while the dispute is open, and not for ever when the buyer wins it', async () => {
    const { id, captureId } = await booked();
    await dispute(captureId, { status: 'OPEN' });
    await refund(captureId, '5.00');
    await heldFor(id, 'DISPUTE');
    await dispute(captureId, { status: 'OPEN' });
    await dispute(captureId, buyerWins);
    expect((await stage.order(id)).frozenFor).to.equal(null);
    expect((await stage.store.read(em => paymentsOf(em, id as never)))[0]?.status).to.equal('PARTIALLY_REFUNDED');
    await payLegs(stage, id);
  });

  it('lets the legs go when PayPal gives the buyer its own money', async () => {
    const { id, captureId } = await booked();
    await dispute(captureId, { status: 'OPEN' });
    stage.jobs.length = 0;
    await dispute(captureId, { status: 'RESOLVED', outcome: 'RESOLVED_WITH_PAYOUT' });
    expect(stage.jobs.map(({ queue }) => queue)).to.deep.equal(['payout', 'payout']);
    expect((await stage.store.read(em => paymentsOf(em, id as never)))[0]?.status).to.equal('COMPLETED');
    await payLegs(stage, id);
  });

  it('holds the legs of a lost dispute until its refund is booked', async () => {
    const { id, captureId } = await booked();
    await dispute(captureId, { status: 'OPEN' });
    await giveBack(captureId, '29.99');
    await dispute(captureId, buyerWins);
    await heldFor(id, 'DISPUTE');
    await refund(captureId, '29.99');
    expect((await stage.order(id)).frozenFor).to.equal(null);
    expect((await legsOf(stage, id)).map(({ status }) => status)).to.deep.equal(['CANCELLED', 'CANCELLED']);
  });

  it('holds the legs for a second dispute when the first is settled', async () => {
    const { id, captureId } = await booked();
    await dispute(captureId, { status: 'OPEN' });
    const second = { provider: 'paypal', reference: 'PP-D-SECOND', status: 'OPEN', fee: money(0n, 'USD') } as const;
    await stage.store.transaction(em => recordDispute(em, id as never, second));
    await dispute(captureId, { status: 'RESOLVED', outcome: 'RESOLVED_SELLER_FAVOUR' });
    await heldFor(id, 'DISPUTE');
  });

  it('lets the legs go of goods that were ordered before a part of the money went back', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    await stage.perform('fulfill', id);
    const fault = { provider: 'aliexpress', operation: 'order-get', kind: 'status', status: 503, times: 1 };
    await stage.control('faults', fault);
    await stage.perform('purchase', id).catch(() => undefined);
    const [payment] = await stage.store.read(em => paymentsOf(em, id as never));
    await refund(payment?.reference ?? '', '5.00');
    expect(await stage.order(id)).to.include({ status: 'PURCHASING', frozenFor: 'PAYMENT_REVERSED' });
    for (const queue of ['purchase', 'create-sale'] as const) await stage.perform(queue, id);
    expect(await stage.order(id)).to.include({ status: 'PURCHASED', frozenFor: null });
    await payLegs(stage, id);
  });

  it('books what PayPal takes for a lost dispute once, and what it gives back of it', async () => {
    const { id, captureId } = await booked();
    const move = (step: object) => dispute(captureId, step);
    const fees = async () => (await stage.store.read(em => balanceOf(em, 'fees:dispute', null, 'USD'))).amountMinor;
    await move({ status: 'OPEN' });
    expect(await fees()).to.equal(0n);
    const lost = { status: 'RESOLVED', outcome: 'RESOLVED_BUYER_FAVOUR' };
    await move(lost);
    expect(await fees()).to.equal(1_500n);
    await move({ ...lost, feeMinor: '0' });
    expect(await fees()).to.equal(1_500n);
    expect(await stage.effects('dispute-fee')).to.have.length(1);
    expect(await checkProviders(stage.context)).to.deep.equal([]);
    expect(await notesOf(stage, id)).to.satisfy((notes: string[]) =>
      notes.some(note => /^PayPal takes 15\.00 USD for dispute PP-D-/.test(note)),
    );
    await move({ ...lost, feeMinor: '-1500' });
    await move({ ...lost, feeMinor: '2000' });
    expect(await fees()).to.equal(2_000n);
    await balanced();
  });

  it('names a dispute of which PayPal has taken something else than we booked', async () => {
    const { id, captureId } = await booked();
    const dispute = { captureId, status: 'RESOLVED', outcome: 'RESOLVED_BUYER_FAVOUR' };
    const { id: dispute_id } = await stage.control<{ id: string }>('dispute', dispute);
    await tell('CUSTOMER.DISPUTE.RESOLVED', { dispute_id });
    await stage.control('dispute', { ...dispute, feeMinor: '500' });
    const found = await checkProviders(stage.context);
    expect(found).to.deep.equal([
      {
        rule: 'PayPal has taken what we booked for a dispute',
        subject: id,
        detail: 'we have 15.00 USD, they have 20.00 USD',
      },
    ]);
  });

  it('keeps what the supplier cancelled held back when a dispute is over', async () => {
    const { id, captureId } = await booked();
    const [placed] = await stage.effects('supplier-order');
    await stage.control('supplier', { number: placed?.reference, status: 'FINISH', endReason: 'CANCELED' });
    await stage.perform('track-shipment', id);
    const { id: dispute_id } = await stage.control<{ id: string }>('dispute', { captureId, status: 'OPEN' });
    await tell('CUSTOMER.DISPUTE.CREATED', { dispute_id });
    await stage.control('dispute', { captureId, status: 'RESOLVED', outcome: 'RESOLVED_SELLER_FAVOUR' });
    await tell('CUSTOMER.DISPUTE.RESOLVED', { dispute_id });
    expect((await stage.order(id)).frozenFor).to.equal('SUPPLIER_CANCELLED');
    for (const leg of await legsOf(stage, id))
      expect(await stage.perform('payout', leg.id)).to.equal('frozen: SUPPLIER_CANCELLED');
  });

  it('buys nothing for a payment that is disputed before the purchase', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    const [payment] = await stage.store.read(em => paymentsOf(em, id as never));
    const { id: dispute_id } = await stage.control<{ id: string }>('dispute', {
      captureId: payment?.reference,
      status: 'OPEN',
    });
    await tell('CUSTOMER.DISPUTE.CREATED', { dispute_id });
    await stage.drain();
    expect((await stage.order(id)).status).to.equal('NEEDS_REVIEW');
    expect(await stage.effects('supplier-order')).to.deep.equal([]);
  });
});
