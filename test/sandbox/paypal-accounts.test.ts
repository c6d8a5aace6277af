/** Covers: sandbox/paypal/accounts.ts, sandbox/control/paypal-accounts.ts, sandbox/control/balance.ts. */
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

  const statusFor = async (client: string) => {
    const reply = await sandbox.request('POST', '/paypal/v1/oauth2/token', {
      headers: {
        authorization: `Basic ${Buffer.from(client).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    });
    return reply.status;
  };

  it('is answered by its own keys alone, and by none that nobody has opened', async () => {
    expect(await statusFor('other-id:other-secret')).to.equal(200);
    expect(await statusFor('other-id:paypal-secret')).to.equal(401);
    expect(await statusFor('third-id:other-secret')).to.equal(401);
  });

  it('is answered by its new keys once they were changed, and no more by the old ones', async () => {
    expect(await statusFor('other-id:other-secret')).to.equal(200);
    await sandbox.control('paypal-accounts', { ...other, clientSecret: 'changed' });
    expect(await statusFor('other-id:changed')).to.equal(200);
    expect(await statusFor('other-id:other-secret')).to.equal(401);
  });

  it('has its balance set by its name, and a name that nobody has sets none', async () => {
    const refusalOf = async (body: object): Promise<string> => {
      const headers = { 'content-type': 'application/json' };
      const sent = { currency: 'USD', amountMinor: '700', ...body };
      const reply = await sandbox.request('POST', '/_control/balance', { headers, body: JSON.stringify(sent) });
      return `${reply.status} ${reply.text}`;
    };
    const paypal = { provider: 'paypal', currency: 'USD', amountMinor: '500' };
    const set = await sandbox.control('balance', { ...paypal, account: 'other-id' });
    expect(set.paypal.real).to.deep.equal({ USD: '500' });
    expect(await refusalOf({ provider: 'paypal', account: 'third-id' })).to.match(/^404 .*third-id is not known/);
    expect(await refusalOf({ provider: 'payoneer', account: 'other-id' })).to.match(/^400 .*not allowed/);
    const first = await sandbox.control('balance', undefined, 'GET');
    expect([first.paypal.real, first.payoneer.real]).to.deep.equal([{}, {}]);
  });
});
