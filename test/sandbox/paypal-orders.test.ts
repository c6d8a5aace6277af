/** Covers: sandbox/paypal/orders.ts, sandbox/paypal/captures.ts. */
import { expect } from 'chai';
import { approvedOrder, orderBody, type PayPal, payPal, representation } from './paypal-calls.ts';
import { startSandbox, type TestSandbox } from './start.ts';

describe('sandbox: PayPal orders', () => {
  let sandbox: TestSandbox;
  let paypal: PayPal;
  before(async () => {
    sandbox = await startSandbox();
    paypal = await payPal(sandbox);
  });
  after(() => sandbox.close());

  const create = (body: object, requestId: string = crypto.randomUUID()) =>
    paypal.post('/v2/checkout/orders', body, { 'paypal-request-id': requestId });
  const issueOf = (reply: { json: { details: { issue: string }[] } }) => reply.json.details[0]?.issue;

  it('wants the right credentials and a token', async () => {
    const wrong = {
      authorization: `Basic ${btoa('paypal-id:guess')}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const token = await sandbox.request('POST', '/paypal/v1/oauth2/token', {
      headers: wrong,
      body: 'grant_type=client_credentials',
    });
    expect(token.status).to.equal(401);
    expect(token.json.error).to.equal('invalid_client');
    const order = await sandbox.request('GET', '/paypal/v2/checkout/orders/X');
    expect(order.json.name).to.equal('AUTHENTICATION_FAILURE');
  });

  it('refuses a create with a payment source but no request id', async () => {
    const reply = await paypal.post('/v2/checkout/orders', orderBody());
    expect(reply.status).to.equal(400);
    expect(issueOf(reply)).to.equal('PAYPAL_REQUEST_ID_REQUIRED');
  });

  for (const [issue, status, amount, unit] of [
    ['INVALID_PARAMETER_SYNTAX', 400, { currency_code: 'USD', value: 50 }, {}],
    ['INVALID_PARAMETER_SYNTAX', 400, { currency_code: 'USD', value: '50,00' }, {}],
    ['MISSING_REQUIRED_PARAMETER', 400, { currency: 'USD', value: '50.00' }, {}],
    ['DECIMAL_PRECISION', 422, { currency_code: 'USD', value: '50.001' }, {}],
    ['DECIMAL_PRECISION', 422, { currency_code: 'JPY', value: '50.00' }, {}],
    ['INVALID_CURRENCY_CODE', 422, { currency_code: 'CLP', value: '50' }, {}],
    [
      'AMOUNT_MISMATCH',
      422,
      { currency_code: 'USD', value: '50.00', breakdown: { item_total: { currency_code: 'USD', value: '49.99' } } },
      {},
    ],
    [
      'ITEM_TOTAL_REQUIRED',
      422,
      { currency_code: 'USD', value: '50.00' },
      { items: [{ name: 'Lamp', quantity: '2', unit_amount: { currency_code: 'USD', value: '25.00' } }] },
    ],
    ['INVALID_STRING_LENGTH', 400, { currency_code: 'USD', value: '50.00' }, { custom_id: 'x'.repeat(128) }],
    [
      'POSTAL_CODE_REQUIRED',
      422,
      { currency_code: 'USD', value: '50.00' },
      { shipping: { address: { country_code: 'US', admin_area_2: 'Austin' } } },
    ],
  ] as const)
    it(`answers ${issue} to ${JSON.stringify({ amount, ...unit }).slice(0, 60)}`, async () => {
      const reply = await create(orderBody(amount, unit));
      expect([reply.status, issueOf(reply)]).to.deep.equal([status, issue]);
    });

  it('gives the same order to the same request id for six hours, then a new one', async () => {
    const first = await create(orderBody(), 'same');
    const again = await create(orderBody(), 'same');
    expect([first.status, again.status]).to.deep.equal([201, 200]);
    expect(again.text).to.equal(first.text);
    await sandbox.control('clock', { advanceSeconds: 6 * 3600 + 1 });
    expect((await create(orderBody(), 'same')).json.id).not.to.equal(first.json.id);
  });

  it('captures only what was approved, once, and replays the answer to the same key', async () => {
    const created = await create(orderBody());
    const capture = `/v2/checkout/orders/${created.json.id}/capture`;
    expect(issueOf(await paypal.post(capture, {}))).to.equal('ORDER_NOT_APPROVED');
    await sandbox.control('approve', { paypalOrderId: created.json.id });
    const first = await paypal.post(capture, {}, { 'paypal-request-id': 'capture-a', ...representation });
    const again = await paypal.post(capture, {}, { 'paypal-request-id': 'capture-a', ...representation });
    expect([first.status, again.status, again.text]).to.deep.equal([201, 200, first.text]);
    const other = await paypal.post(capture, {}, { 'paypal-request-id': 'capture-b' });
    expect([other.status, issueOf(other)]).to.deep.equal([422, 'ORDER_ALREADY_CAPTURED']);
    const captured = first.json.purchase_units[0].payments.captures[0];
    expect(captured.seller_receivable_breakdown).to.deep.equal({
      gross_amount: { currency_code: 'USD', value: '50.00' },
      paypal_fee: { currency_code: 'USD', value: '2.24' },
      net_amount: { currency_code: 'USD', value: '47.76' },
    });
    const effects = (await sandbox.effects('capture')).filter(effect => effect.key === created.json.id);
    expect(effects).to.have.length(1);
    expect(effects[0]).to.include({ amountMinor: '5000', currency: 'USD', reference: captured.id });
    expect(effects[0].detail.customId).to.equal('order-1');
  });

  it('answers minimally unless asked for more', async () => {
    const id = await approvedOrder(sandbox, paypal, 'minimal');
    const reply = await paypal.post(`/v2/checkout/orders/${id}/capture`, {});
    expect(reply.json).to.have.all.keys('id', 'status', 'links');
  });

  it('captures as the test has decided: pending without a breakdown, another amount, a decline', async () => {
    const id = await approvedOrder(sandbox, paypal, 'decided');
    const capture = `/v2/checkout/orders/${id}/capture`;
    await sandbox.control('capture-outcome', { paypalOrderId: id, issue: 'INSTRUMENT_DECLINED' });
    const declined = await paypal.post(capture, {}, { 'paypal-request-id': 'first' });
    expect(issueOf(declined)).to.equal('INSTRUMENT_DECLINED');
    expect(declined.json.links.map(({ rel }: { rel: string }) => rel)).to.deep.equal(['redirect']);
    expect(declined.json.links[0].href).to.match(new RegExp(`/paypal/checkoutnow\\?token=${id}$`));
    await sandbox.control('capture-outcome', { paypalOrderId: id, status: 'PENDING', amountMinor: '4900' });
    await sandbox.control('approve', { paypalOrderId: id });
    const again = await paypal.post(capture, {}, { 'paypal-request-id': 'first' });
    expect([again.status, again.json], 'the answer to that key is kept').to.deep.equal([422, declined.json]);
    const reply = await paypal.post(capture, {}, representation);
    const [pending] = reply.json.purchase_units[0].payments.captures;
    expect([pending.status, pending.amount.value, pending.seller_receivable_breakdown]).to.deep.equal([
      'PENDING',
      '49.00',
      undefined,
    ]);
    await sandbox.control('capture-status', { captureId: pending.id, status: 'COMPLETED' });
    const settled = await paypal.get(`/v2/payments/captures/${pending.id}`);
    expect([settled.json.status, settled.json.custom_id]).to.deep.equal(['COMPLETED', 'order-1']);
    expect(settled.json.supplementary_data.related_ids.order_id).to.equal(id);
  });

  it('forgets an order that nobody approved in three hours', async () => {
    const { json } = await create(orderBody());
    await sandbox.control('clock', { advanceSeconds: 3 * 3600 });
    expect((await (await payPal(sandbox)).get(`/v2/checkout/orders/${json.id}`)).status).to.equal(404);
  });

  it('refunds once per key, and not more than was captured', async () => {
    paypal = await payPal(sandbox);
    await sandbox.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '10000' });
    const id = await approvedOrder(sandbox, paypal, 'refunded');
    const captured = await paypal.post(`/v2/checkout/orders/${id}/capture`, {}, representation);
    const refund = `/v2/payments/captures/${captured.json.purchase_units[0].payments.captures[0].id}/refund`;
    const part = { amount: { currency_code: 'USD', value: '20.00' } };
    const first = await paypal.post(refund, part, { 'paypal-request-id': 'refund-1', ...representation });
    await sandbox.control('clock', { advanceSeconds: 44 * 86_400 });
    paypal = await payPal(sandbox);
    const again = await paypal.post(refund, part, { 'paypal-request-id': 'refund-1' });
    expect([first.status, again.status, again.json.id]).to.deep.equal([201, 200, first.json.id]);
    const tooMuch = await paypal.post(refund, { amount: { currency_code: 'USD', value: '30.01' } });
    expect(issueOf(tooMuch)).to.equal('REFUND_AMOUNT_EXCEEDED');
    expect((await paypal.post(refund, '')).status).to.equal(201);
    expect(issueOf(await paypal.post(refund, {}))).to.equal('CAPTURE_FULLY_REFUNDED');
    expect((await sandbox.effects('refund')).map(effect => effect.amountMinor)).to.deep.equal(['2000', '3000']);
  });
});
