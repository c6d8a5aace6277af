/** Covers: sandbox/paypal/payouts.ts, sandbox/paypal/balances.ts. */
import { expect } from 'chai';
import { until } from '../support/until.ts';
import { approvedOrder, type PayPal, payPal } from './paypal-calls.ts';
import { startSandbox, type TestSandbox } from './start.ts';

describe('sandbox: PayPal payouts and balances', () => {
  let sandbox: TestSandbox;
  let paypal: PayPal;
  beforeEach(async () => {
    sandbox = await startSandbox();
    paypal = await payPal(sandbox);
    await sandbox.control('settings', { payoutSettleMs: 40 });
    await sandbox.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '10000' });
  });
  afterEach(() => sandbox.close());

  const payout = (id: string, value = '30.00', extra: object = {}) =>
    paypal.post('/v1/payments/payouts', {
      sender_batch_header: { sender_batch_id: id, recipient_type: 'EMAIL' },
      items: [{ amount: { currency: 'USD', value }, receiver: 'reseller@example.com', sender_item_id: id, ...extra }],
    });
  const realUsd = async () => (await sandbox.control('balance', undefined, 'GET')).paypal.real.USD;
  const settled = async (batchId: string) =>
    await until(async () => {
      const batch = await paypal.get(`/v1/payments/payouts/${batchId}`);
      return ['SUCCESS', 'DENIED'].includes(batch.json.batch_header.batch_status) && batch.json;
    });

  it('accepts, settles later, and takes amount and fee from the balance', async () => {
    const created = await payout('leg-1');
    expect([created.status, created.json.batch_header.batch_status]).to.deep.equal([201, 'PENDING']);
    expect(await realUsd()).to.equal('6975');
    const batch = await settled(created.json.batch_header.payout_batch_id);
    expect(batch.items[0]).to.deep.include({
      transaction_status: 'SUCCESS',
      payout_item_fee: { currency: 'USD', value: '0.25' },
    });
    expect(batch.batch_header.sender_batch_header.sender_batch_id).to.equal('leg-1');
    const [effect] = await sandbox.effects('payout');
    expect(effect).to.include({ key: 'leg-1', amountMinor: '3000' });
    expect(effect.detail).to.include({ receiver: 'reseller@example.com', itemStatus: 'SUCCESS' });
    await until(() => sandbox.webhooks.some(webhook => webhook.body.includes('PAYMENT.PAYOUTS-ITEM.SUCCEEDED')));
  });

  it('answers a used sender_batch_id with 400 and the old batch, for thirty days', async () => {
    const first = await payout('leg-1');
    const again = await payout('leg-1');
    expect([again.status, again.json.name]).to.deep.equal([400, 'USER_BUSINESS_ERROR']);
    expect(again.json.details[0]).to.include({ field: 'SENDER_BATCH_ID', issue: 'Duplicate batch request' });
    expect(again.json.links[0].href).to.match(
      new RegExp(`/v1/payments/payouts/${first.json.batch_header.payout_batch_id}$`),
    );
    await sandbox.control('clock', { advanceSeconds: 30 * 86_400 + 1 });
    paypal = await payPal(sandbox);
    expect((await payout('leg-1')).status).to.equal(201);
    expect(await sandbox.effects('payout')).to.have.length(2);
  });

  it('refuses what the balance does not cover, fee included', async () => {
    const reply = await payout('leg-1', '99.76');
    expect([reply.status, reply.json.name]).to.deep.equal([422, 'INSUFFICIENT_FUNDS']);
    expect((await payout('leg-1', '99.75')).status).to.equal(201);
  });

  it('refuses the whole batch for one wrong item: the other money shape, a bad receiver', async () => {
    const shape = await payout('leg-1', '1.00', { amount: { currency_code: 'USD', value: '1.00' } });
    expect([shape.status, shape.json.name, shape.json.details[0].field]).to.deep.equal([
      400,
      'VALIDATION_ERROR',
      'items[0].amount.currency',
    ]);
    const receiver = await payout('leg-1', '1.00', { receiver: 'nobody' });
    expect(receiver.json.details[0].field).to.equal('items[0].receiver');
  });

  it('gives failed money back with its fee, and unclaimed money when it is cancelled', async () => {
    await sandbox.control('payout-outcome', { receiver: 'reseller@example.com', itemStatus: 'FAILED' });
    await sandbox.control('payout-outcome', { receiver: 'reseller@example.com', itemStatus: 'UNCLAIMED' });
    const failed = await settled((await payout('leg-1')).json.batch_header.payout_batch_id);
    expect([failed.items[0].transaction_status, failed.items[0].errors.name, await realUsd()]).to.deep.equal([
      'FAILED',
      'RECEIVER_ACCOUNT_LOCKED',
      '10000',
    ]);
    const unclaimed = await settled((await payout('leg-2')).json.batch_header.payout_batch_id);
    const cancelled = await paypal.post(`/v1/payments/payouts-item/${unclaimed.items[0].payout_item_id}/cancel`, {});
    expect([cancelled.json.transaction_status, await realUsd()]).to.deep.equal(['RETURNED', '9975']);
  });

  it('returns unclaimed money by itself after thirty days', async () => {
    await sandbox.control('payout-outcome', { receiver: 'reseller@example.com', itemStatus: 'UNCLAIMED' });
    await settled((await payout('leg-1')).json.batch_header.payout_batch_id);
    await sandbox.control('clock', { advanceSeconds: 30 * 86_400 + 1 });
    expect((await sandbox.effects('payout'))[0].detail.itemStatus).to.equal('RETURNED');
  });

  it('reports balances up to three hours old', async () => {
    const report = async () => (await paypal.get('/v1/reporting/balances?currency_code=USD')).json;
    const before = await report();
    const id = await approvedOrder(sandbox, paypal);
    await paypal.post(`/v2/checkout/orders/${id}/capture`, {});
    expect(await report()).to.deep.equal(before);
    expect(before.balances[0].available_balance.value).to.equal('100.00');
    await sandbox.control('clock', { advanceSeconds: 3 * 3600 });
    const fresh = await report();
    expect(fresh.balances[0].available_balance.value).to.equal('147.76');
    expect(Date.parse(fresh.as_of_time) - Date.parse(before.as_of_time)).to.equal(3 * 3_600_000);
  });
});
