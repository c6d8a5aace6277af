/** Covers: sandbox/ebay/router.ts, sandbox/mercadolibre/router.ts. */
import { createPublicKey, verify } from 'node:crypto';
import { expect } from 'chai';
import { until } from '../support/until.ts';
import { type Json, startSandbox, type TestSandbox } from './start.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const basic = { ...form, authorization: `Basic ${btoa('ebay-id:ebay-secret')}` };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const shipTo = {
  fullName: 'Ada Lovelace',
  line1: 'Alameda 1449',
  city: 'Santiago',
  region: 'Metropolitana',
  postalCode: '8320000',
  country: 'CL',
  phone: '+56225550100',
};

describe('sandbox: eBay', () => {
  let sandbox: TestSandbox;
  let seller: Json;
  beforeEach(async () => {
    sandbox = await startSandbox();
    seller = await sandbox.control('accounts', { provider: 'ebay', name: 'seller-1' });
  });
  afterEach(() => sandbox.close());

  const order = (more: object = {}) =>
    sandbox.control('orders', {
      marketplace: 'ebay',
      accountId: seller.accountId,
      currency: 'USD',
      shipTo,
      lines: [
        { legacyItemId: '110001', quantity: 2, totalMinor: '5000', deliveryMinor: '500' },
        { legacyItemId: '110002', quantity: 1, totalMinor: '1000' },
      ],
      ...more,
    });
  const token = (grant: Record<string, string>) =>
    sandbox.request('POST', '/ebay/identity/v1/oauth2/token', {
      headers: basic,
      body: new URLSearchParams(grant).toString(),
    });
  const get = (path: string, accessToken: string = seller.accessToken) =>
    sandbox.request('GET', `/ebay${path}`, { headers: bearer(accessToken) });

  it('notifies once per line, signed with the key that it publishes as one line', async () => {
    const { orderId, notificationIds } = await order();
    await until(() => sandbox.webhooks.length === 2);
    expect(notificationIds).to.have.length(2);
    const [webhook] = sandbox.webhooks;
    expect(webhook!.path).to.equal('/api/webhooks/ebay');
    expect(JSON.parse(webhook!.body).notification.data.orderId).to.equal(orderId);
    const header = JSON.parse(Buffer.from(String(webhook!.headers['x-ebay-signature']), 'base64').toString());
    expect(header).to.include({ alg: 'ecdsa', digest: 'SHA1' });

    const application = await token({
      grant_type: 'client_credentials',
      scope: 'https://api.ebay.com/oauth/api_scope',
    });
    const path = `/commerce/notification/v1/public_key/${header.kid}`;
    expect((await get(path)).status, 'a user token').to.equal(403);
    const key = await get(path, application.json.access_token);
    expect(key.json).to.include({ algorithm: 'ECDSA', digest: 'SHA1' });
    expect(key.json.key).to.match(/^-----BEGIN PUBLIC KEY-----[^\n]+-----END PUBLIC KEY-----$/);
    const spki = Buffer.from(key.json.key.replaceAll(/-----[A-Z ]+-----/g, ''), 'base64');
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(publicKey.asymmetricKeyDetails?.namedCurve).to.equal('prime256v1');
    expect(verify('sha1', Buffer.from(webhook!.body), publicKey, Buffer.from(header.signature, 'base64'))).to.equal(
      true,
    );
  });

  it('challenges the endpoint as eBay does, and sees a wrong answer', async () => {
    expect(await sandbox.control('ebay-challenge', {})).to.deep.equal({ accepted: false, answer: '' });
  });

  it('sends the same notification again word for word, or a new one', async () => {
    const { orderId, notificationIds } = await order({ lines: [{ legacyItemId: '110001', totalMinor: '5000' }] });
    const again = await sandbox.control('notify', { marketplace: 'ebay', orderId, times: 4, sameId: true });
    expect(again.notificationIds).to.deep.equal(notificationIds);
    await until(() => sandbox.webhooks.length === 5);
    expect(new Set(sandbox.webhooks.map(webhook => webhook.body))).to.have.property('size', 1);
    const fresh = await sandbox.control('notify', { marketplace: 'ebay', orderId, times: 1 });
    expect(fresh.notificationIds).not.to.deep.equal(notificationIds);
  });

  it('shows an order to its seller only, and finds it by date', async () => {
    const { orderId } = await order({ paymentStatus: 'PENDING' });
    const shown = await get(`/sell/fulfillment/v1/order/${orderId}`);
    expect(shown.json).to.deep.include({
      orderId,
      orderPaymentStatus: 'PENDING',
      cancelStatus: { cancelState: 'NONE_REQUESTED', cancelRequests: [] },
    });
    expect(shown.json.lineItems[0]).to.deep.include({
      quantity: 2,
      total: { value: '50.00', currency: 'USD' },
      lineItemCost: { value: '45.00', currency: 'USD' },
    });
    expect(shown.json.totalMarketplaceFee.value).to.equal('7.71');
    const other = await sandbox.control('accounts', { provider: 'ebay', name: 'seller-2' });
    expect((await get(`/sell/fulfillment/v1/order/${orderId}`, other.accessToken)).json.errors[0].errorId).to.equal(
      32100,
    );
    await sandbox.control('clock', { advanceSeconds: 60 });
    await sandbox.control(`orders/ebay/${orderId}`, { paymentStatus: 'PAID', cancelState: 'CANCELED' }, 'PATCH');
    const { now } = await sandbox.control('clock', undefined, 'GET');
    const since = new Date(Date.parse(now) - 30_000).toISOString();
    const found = await get(
      `/sell/fulfillment/v1/order?filter=${encodeURIComponent(`lastmodifieddate:[${since}..]`)}&limit=10`,
    );
    expect(found.json.orders.map((one: Json) => [one.orderPaymentStatus, one.cancelStatus.cancelState])).to.deep.equal([
      ['PAID', 'CANCELED'],
    ]);
  });

  it('refreshes without a new refresh token, and knows its own', async () => {
    const reply = await token({
      grant_type: 'refresh_token',
      refresh_token: seller.refreshToken,
      scope: 'https://api.ebay.com/oauth/api_scope/sell.fulfillment',
    });
    expect(reply.json).to.have.all.keys('access_token', 'expires_in', 'token_type');
    const wrong = await token({ grant_type: 'refresh_token', refresh_token: 'guess' });
    expect([wrong.status, wrong.json.error]).to.deep.equal([400, 'invalid_grant']);
    await sandbox.control('clock', { advanceSeconds: 7201 });
    expect((await get('/sell/fulfillment/v1/order', reply.json.access_token)).status).to.equal(401);
  });

  it('takes a parcel with carrier and plain number, and remembers it', async () => {
    const { orderId } = await order();
    const path = `/sell/fulfillment/v1/order/${orderId}/shipping_fulfillment`;
    const ship = (body: object) =>
      sandbox.request('POST', `/ebay${path}`, {
        headers: { ...bearer(seller.accessToken), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await ship({ trackingNumber: 'LP 1', shippingCarrierCode: 'Other' })).json.errors[0].errorId).to.equal(
      32300,
    );
    expect((await ship({ trackingNumber: 'LP1' })).json.errors[0].errorId).to.equal(32300);
    const shipped = await ship({ trackingNumber: 'LP1', shippingCarrierCode: 'Other' });
    expect([shipped.status, shipped.headers.get('location')]).to.deep.equal([201, `${sandbox.url}/ebay${path}/LP1`]);
    expect((await get(path)).json.total).to.equal(1);
    expect((await get(`/sell/fulfillment/v1/order/${orderId}`)).json.orderFulfillmentStatus).to.equal('FULFILLED');
  });
});

describe('sandbox: MercadoLibre', () => {
  let sandbox: TestSandbox;
  let seller: Json;
  beforeEach(async () => {
    sandbox = await startSandbox();
    seller = await sandbox.control('accounts', { provider: 'mercadolibre', name: 'vendedor' });
  });
  afterEach(() => sandbox.close());

  const order = (more: object = {}) =>
    sandbox.control('orders', {
      marketplace: 'mercadolibre',
      accountId: seller.accountId,
      currency: 'CLP',
      shipTo,
      items: [{ itemId: 'MLC1234567', quantity: 2, unitPriceMinor: '19990', saleFeeMinor: '2779' }],
      ...more,
    });
  const get = (path: string, headers: Record<string, string> = bearer(seller.accessToken)) =>
    sandbox.request('GET', `/mercadolibre${path}`, { headers });
  const refresh = (refreshToken: string) =>
    sandbox.request('POST', '/mercadolibre/oauth/token', {
      headers: form,
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: '6543210',
        client_secret: 'ml-secret',
        refresh_token: refreshToken,
      }).toString(),
    });

  it('notifies unsigned, at the account’s own address', async () => {
    const { webhooks, url } = sandbox;
    seller = await sandbox.control('accounts', {
      provider: 'mercadolibre',
      name: 'vendedor',
      webhookUrl: `${url}/elsewhere`,
    });
    const { orderId, notificationIds } = await order({ notify: { times: 1 } });
    const missed = await get('/missed_feeds?app_id=6543210&topic=orders_v2');
    expect(missed.json.messages[0]).to.deep.include({
      _id: notificationIds[0],
      resource: `/orders/${orderId}`,
      user_id: Number(seller.accountId),
      application_id: 6543210,
    });
    expect(webhooks).to.deep.equal([]);
  });

  it('lists as missed only what did not arrive', async () => {
    await order();
    await until(() => sandbox.webhooks.some(webhook => webhook.path === '/api/webhooks/mercadolibre'));
    await until(async () => (await get('/missed_feeds?app_id=6543210')).json.messages.length === 0);
  });

  it('shows money as bare numbers beside a currency', async () => {
    const { orderId } = await order({ tags: ['paid', 'fraud_risk_detected'] });
    const shown = await get(`/orders/${orderId}`);
    expect(shown.text).to.contain(`{"id":${orderId},"status":"paid"`).and.to.contain('"unit_price":19990');
    expect(shown.json).to.deep.include({
      total_amount: 39980,
      currency_id: 'CLP',
      tags: ['paid', 'fraud_risk_detected'],
    });
  });

  it('takes the token from the header only, and from the seller only', async () => {
    const { orderId } = await order();
    expect((await get(`/orders/${orderId}?access_token=${seller.accessToken}`)).status).to.equal(401);
    const other = await sandbox.control('accounts', { provider: 'mercadolibre', name: 'otro' });
    expect((await get(`/orders/${orderId}`, bearer(other.accessToken))).status).to.equal(403);
  });

  it('shows the new shipment format to those who ask for it', async () => {
    const { orderId } = await order();
    const shipment = `/shipments/${(await get(`/orders/${orderId}`)).json.shipping.id}`;
    expect((await get(shipment)).json).not.to.have.property('logistic');
    const fresh = await get(shipment, { ...bearer(seller.accessToken), 'x-format-new': 'true' });
    expect(fresh.json.logistic.mode).to.equal('custom');
    expect(fresh.json.destination.shipping_address).to.deep.include({
      address_line: 'Alameda 1449',
      street_name: 'Alameda',
      street_number: '1449',
    });
  });

  it('rotates refresh tokens: each works once', async () => {
    const first = await refresh(seller.refreshToken);
    expect(first.json).to.include({ token_type: 'Bearer', expires_in: 21_600, user_id: Number(seller.accountId) });
    const again = await refresh(seller.refreshToken);
    expect([again.status, again.json.error]).to.deep.equal([400, 'invalid_grant']);
    expect((await refresh(first.json.refresh_token)).status).to.equal(200);
  });

  it('searches the seller’s orders, cancelled ones only when asked', async () => {
    const { orderId } = await order();
    await order({ status: 'cancelled', tags: [] });
    const all = await get(`/orders/search?seller=${seller.accountId}`);
    expect(all.json.results.map((one: Json) => String(one.id))).to.deep.equal([orderId]);
    expect((await get(`/orders/search?seller=${seller.accountId}&order.status=cancelled`)).json.paging.total).to.equal(
      1,
    );
    expect((await get('/orders/search?seller=1')).status).to.equal(403);
  });
});
