/** Covers: sandbox/paypal/accounts.ts, sandbox/control/paypal-accounts.ts. */
import { expect } from 'chai';
import { until } from '../support/until.ts';
import { approvedOrder, orderBody, payPal, representation } from './paypal-calls.ts';
import { startSandbox, type TestSandbox } from './start.ts';

const other = { clientId: 'other-id', clientSecret: 'other-secret', webhookId: 'WH-OTHER' };

describe('sandbox: a second account at PayPal', () => {
  let sandbox: TestSandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
    await sandbox.control('paypal-accounts', other);
  });
  afterEach(() => sandbox.close());

  it('sees nothing of the first, has a balance of its own, and signs for its own webhook', async () => {
    const [first, second] = [await payPal(sandbox), await payPal(sandbox, 'other-id:other-secret')];
    const atFirst = await approvedOrder(sandbox, first);
    expect((await second.get(`/v2/checkout/orders/${atFirst}`)).status).to.equal(404);

    const created = await second.post('/v2/checkout/orders', orderBody(), { 'paypal-request-id': 'create-1' });
    expect(created.status).to.equal(201);
    expect(created.json.id).not.to.equal(atFirst);
    await sandbox.control('approve', { paypalOrderId: created.json.id });
    const captured = await second.post(`/v2/checkout/orders/${created.json.id}/capture`, '', {
      'paypal-request-id': 'capture-1',
      ...representation,
    });
    expect(captured.json.status).to.equal('COMPLETED');
    expect((await sandbox.control('balance', undefined, 'GET')).paypal.real).to.deep.equal({});
    expect(await sandbox.effects('capture')).to.have.length(1);
    const hook = await until(() => sandbox.webhooks.find(({ body }) => body.includes('PAYMENT.CAPTURE.COMPLETED')));
    expect(hook.path).to.equal('/api/webhooks/paypal');
  });

  it('is answered by its own keys alone, and by none that nobody has opened', async () => {
    const tokenFor = (client: string) =>
      sandbox.request('POST', '/paypal/v1/oauth2/token', {
        headers: {
          authorization: `Basic ${Buffer.from(client).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'grant_type=client_credentials',
      });
    expect((await tokenFor('other-id:other-secret')).status).to.equal(200);
    expect((await tokenFor('other-id:paypal-secret')).status).to.equal(401);
    expect((await tokenFor('third-id:other-secret')).status).to.equal(401);
  });
});
