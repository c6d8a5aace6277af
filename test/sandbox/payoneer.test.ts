/** Covers: sandbox/payoneer/router.ts. */
import { expect } from 'chai';
import { until } from '../support/until.ts';
import { startSandbox, type TestSandbox } from './start.ts';

describe('sandbox: Payoneer', () => {
  let sandbox: TestSandbox;
  let headers: Record<string, string>;
  beforeEach(async () => {
    sandbox = await startSandbox();
    await sandbox.control('settings', { payoutSettleMs: 30 });
    await sandbox.control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '10000' });
    const token = await sandbox.request('POST', '/payoneer/login/api/v2/oauth2/token', {
      headers: {
        authorization: `Basic ${btoa('payoneer-id:payoneer-secret')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials&scope=read write',
    });
    headers = { authorization: `Bearer ${token.json.access_token}`, 'content-type': 'application/json' };
  });
  afterEach(() => sandbox.close());

  const program = '/payoneer/v4/programs/100123';
  const pay = (more: object = {}) => {
    const payment = {
      client_reference_id: 'leg-1',
      payee_id: 'payee-1',
      amount: 25.5,
      currency: 'USD',
      description: 'Sale',
      ...more,
    };
    return sandbox.request('POST', `${program}/masspayouts`, {
      headers,
      body: JSON.stringify({ Payments: [payment] }),
    });
  };
  const status = () => sandbox.request('GET', `${program}/payouts/leg-1/status`, { headers });
  const ended = () =>
    until(
      async () => ((await status()).json.result?.status ?? 'Pending') !== 'Pending' && (await status()).json.result,
    );

  it('accepts, knows nothing at first, transfers later', async () => {
    await sandbox.control('settings', { payoutSettleMs: 60_000 }); // however slow this machine is, early is early
    const created = await pay();
    expect([created.status, created.json.result]).to.deep.equal([201, 'Payments Created']);
    const early = await status();
    expect([early.status, early.json.error_details?.sub_code]).to.deep.equal([404, 2306]);
    await sandbox.control('clock', { advanceSeconds: 60 });
    expect(await ended()).to.include({ status: 'Transferred', amount: 25.5, currency: 'USD' });
    const balance = await sandbox.request('GET', `${program}/balance`, { headers });
    expect(balance.text).to.equal('{"result":{"balance":74.50,"currency":"USD"}}');
  });

  it('pays the same reference twice', async () => {
    await pay();
    await pay();
    expect((await sandbox.effects('payout')).map(effect => effect.key)).to.deep.equal(['leg-1', 'leg-1']);
  });

  it('takes amounts as numbers only, and fails what the balance does not cover', async () => {
    expect((await pay({ amount: '25.50' })).status).to.equal(400);
    expect((await pay({ amount: 100.01 })).status).to.equal(201);
    expect(await ended()).to.include({ status: 'Failed', reason_description: 'Insufficient balance' });
  });
});
