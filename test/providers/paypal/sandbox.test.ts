/** Covers: providers/paypal/client.ts. */
import { expect } from 'chai';
import { createPayPalClient } from '../../../providers/paypal/client.ts';
import { refundBody } from '../../../providers/paypal/order.ts';
import { payoutBody } from '../../../providers/paypal/payout.ts';
import { usd } from '../../support/money.ts';
import { until } from '../../support/until.ts';
import { approvedOrder, buyer, captured, unique } from '../contract/goods.ts';
import { type SandboxWorld, startSandboxWorld } from '../sandbox-world.ts';
import { failureOf, thrownBy } from '../thrown-by.ts';

describe('PayPal client against the sandbox', () => {
  let world: SandboxWorld;
  before(async () => {
    world = await startSandboxWorld();
    await world.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '1000000' });
  });
  afterEach(() => world.clearFaults());
  after(() => world[Symbol.asyncDispose]());

  it('takes an order from its creation to the money', async () => {
    const { paypal, control } = world;
    const { paypalOrderId, approveUrl } = await paypal.createOrder({
      requestId: unique('request'),
      customId: 'order-77',
      amount: usd(5000n),
      description: 'Lamp',
      quantity: 2,
      shipTo: buyer,
      returnUrl: 'https://shop.example/return',
      cancelUrl: 'https://shop.example/cancel',
    });
    expect(approveUrl).to.include(paypalOrderId);
    expect(await paypal.getOrder(paypalOrderId)).to.deep.include({ customId: 'order-77', captures: [] });
    expect(await failureOf(() => paypal.captureOrder(paypalOrderId, 'too-early'))).to.equal(
      'retryable PAYPAL_ORDER_NOT_APPROVED',
    );
    await control('approve', { paypalOrderId });
    const { status, captures } = await paypal.captureOrder(paypalOrderId, unique('capture'));
    expect(status).to.equal('COMPLETED');
    expect(captures).to.have.length(1);
    // 3.49 % of 50.00 and 0.49
    expect(captures[0]).to.deep.include({ status: 'COMPLETED', amount: usd(5000n), fee: usd(224n) });
    expect(captures[0]).to.include({ customId: 'order-77', orderId: paypalOrderId });
    expect(await paypal.getCapture(captures[0]?.id ?? '')).to.deep.equal(captures[0]);
  });

  it('reads an order that another call captured, under another key', async () => {
    const id = await approvedOrder(world);
    const first = await world.paypal.captureOrder(id, unique('webhook'));
    expect(await world.paypal.captureOrder(id, unique('return'))).to.deep.equal(first);
  });

  it('stays uncertain when the captured order cannot be read', async () => {
    const id = await approvedOrder(world);
    await world.paypal.captureOrder(id, unique('webhook'));
    await world.control('faults', {
      provider: 'paypal',
      operation: 'get-order',
      kind: 'status',
      status: 503,
      times: 1,
    });
    const work = () => world.paypal.captureOrder(id, unique('return'));
    expect(await failureOf(work)).to.equal('uncertain PAYPAL_ORDER_ALREADY_CAPTURED');
  });

  it('tells a decline from a pending capture', async () => {
    const declined = await approvedOrder(world);
    await world.control('capture-outcome', { paypalOrderId: declined, issue: 'INSTRUMENT_DECLINED' });
    const work = () => world.paypal.captureOrder(declined, unique('capture'));
    expect(await failureOf(work)).to.equal('terminal PAYPAL_INSTRUMENT_DECLINED');

    const pending = await approvedOrder(world);
    await world.control('capture-outcome', { paypalOrderId: pending, status: 'PENDING' });
    const { captures } = await world.paypal.captureOrder(pending, unique('capture'));
    expect(captures[0]).to.include({ status: 'PENDING', reason: 'PENDING_REVIEW' }).and.not.have.property('fee');
  });

  it('does not know an order that is not there', async () => {
    expect(await world.paypal.getOrder('5O190127TN364715T')).to.equal(undefined);
    expect(await failureOf(() => world.paypal.captureOrder('5O190127TN364715T', 'x'))).to.equal(
      'terminal PAYPAL_RESOURCE_NOT_FOUND',
    );
    expect(await failureOf(() => world.paypal.getCapture('X'))).to.equal('retryable PAYPAL_RESOURCE_NOT_FOUND');
  });

  it('refunds a part, and no more than there is', async () => {
    const id = await captured(world);
    const body = refundBody({ amount: usd(4999n), customId: 'r-1' });
    const { id: refundId } = await world.paypal.refundCapture(id, unique('refund'), body);
    expect(await world.paypal.getRefund(refundId)).to.deep.include({
      status: 'COMPLETED',
      amount: usd(4999n),
      captureId: id,
    });
    const work = () => world.paypal.refundCapture(id, unique('refund'), body);
    expect(await failureOf(work)).to.equal('terminal PAYPAL_REFUND_AMOUNT_EXCEEDED');
    expect(await world.paypal.getCapture(id)).to.include({ status: 'PARTIALLY_REFUNDED' });
  });

  it('does not guess which refund a capture went back with', async () => {
    const id = await captured(world);
    for (const minor of [2000n, 3000n]) {
      await world.paypal.refundCapture(id, unique('refund'), refundBody({ amount: usd(minor), customId: 'r' }));
    }
    const work = () =>
      world.paypal.refundCapture(id, unique('refund'), refundBody({ amount: usd(5000n), customId: 'r' }));
    expect(await failureOf(work)).to.equal('uncertain PAYPAL_CAPTURE_FULLY_REFUNDED');
  });

  it('follows a payout to its end, and finds it again under its key', async () => {
    const { paypal } = world;
    const batchKey = unique('payout');
    const body = payoutBody({ batchKey, receiver: 'ana@reseller.example', amount: usd(1234n), note: 'Sale 77' });
    const { batchId, duplicate } = await paypal.createPayout(body);
    expect(duplicate).to.equal(false);
    expect(await paypal.createPayout(body)).to.deep.equal({ batchId, duplicate: true });
    const { items, ...batch } = await until(async () => {
      const found = await paypal.getPayoutBatch(batchId);
      return found.status === 'SUCCESS' && found;
    });
    expect(batch).to.deep.equal({ batchId, status: 'SUCCESS', senderBatchId: batchKey, fees: usd(25n) });
    expect(items).to.have.length(1);
    expect(items[0]).to.deep.include({
      status: 'SUCCESS',
      amount: usd(1234n),
      fee: usd(25n),
    });
  });

  it('takes back a payout that nobody claimed', async () => {
    const { paypal, control } = world;
    const receiver = 'nobody@reseller.example';
    await control('payout-outcome', { receiver, itemStatus: 'UNCLAIMED' });
    const { batchId } = await paypal.createPayout(
      payoutBody({ batchKey: unique('payout'), receiver, amount: usd(100n), note: '' }),
    );
    const item = await until(async () =>
      (await paypal.getPayoutBatch(batchId)).items.find(({ status }) => status === 'UNCLAIMED'),
    );
    expect(item).to.include({ errorName: 'RECEIVER_UNREGISTERED' });
    expect(await paypal.cancelPayoutItem(item.itemId)).to.include({ status: 'RETURNED' });
    expect(await paypal.cancelPayoutItem(item.itemId)).to.include({ status: 'RETURNED' });
  });

  it('does not send what the balance does not hold', async () => {
    const { paypal, control } = world;
    await control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '100' });
    const body = payoutBody({
      batchKey: unique('payout'),
      receiver: 'ana@reseller.example',
      amount: usd(100n),
      note: '',
    });
    expect(await failureOf(() => paypal.createPayout(body))).to.equal('retryable PAYPAL_INSUFFICIENT_FUNDS');
    const { available, asOf } = await paypal.getBalances();
    expect(available).to.deep.include(usd(100n));
    expect(Math.abs(asOf.getTime() - Date.now())).to.be.below(5000);
    await control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '1000000' });
  });

  it('fetches a new token once when it is refused, and then gives up', async () => {
    const id = await approvedOrder(world);
    const refuse = (times: number) =>
      world.control('faults', { provider: 'paypal', operation: 'get-order', kind: 'status', status: 401, times });
    await refuse(1);
    expect(await world.paypal.getOrder(id)).to.include({ status: 'APPROVED' });
    await refuse(2);
    expect(await failureOf(() => world.paypal.getOrder(id))).to.equal('terminal PAYPAL_AUTHENTICATION_FAILURE');
  });

  it('says so when the credentials are wrong', async () => {
    const baseUrl = `${world.baseUrl}/paypal`;
    const stranger = createPayPalClient({ baseUrl, clientId: 'paypal-client', clientSecret: 'wr0ng-secret' });
    const error = await thrownBy(() => stranger.getBalances());
    expect(error).to.include({ kind: 'terminal', code: 'PAYPAL_INVALID_CLIENT' });
  });
});
