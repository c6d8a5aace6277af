import { expect } from 'chai';
import { money } from '../../../domain/money.ts';
import { createPayoneerClient, type PayoneerOptions } from '../../../providers/payoneer/client.ts';
import { payoutBody } from '../../../providers/payoneer/payout.ts';
import { usd } from '../../support/money.ts';
import { type Reply, type Seen, startStub } from '../stub-server.ts';
import { failureOf, thrownBy } from '../thrown-by.ts';

/** A token, and for everything else what the test says. */
async function payoneerAt(reply: (request: Seen) => Reply, more: Partial<PayoneerOptions> = {}) {
  const server = await startStub(request =>
    request.url.startsWith('/login/')
      ? { body: { access_token: 's3cret-token', expires_in: 2_592_000 } }
      : reply(request),
  );
  const urls = { baseUrl: server.url, loginUrl: `${server.url}/login` };
  const payoneer = createPayoneerClient({
    ...urls,
    clientId: 'id',
    clientSecret: 's3cret',
    programId: '100/7',
    ...more,
  });
  return { server, payoneer };
}

describe('Payoneer client', () => {
  it('fetches one token for calls that start together, for reading and writing', async () => {
    const { server, payoneer } = await payoneerAt(() => ({ body: { result: { balance: 1, currency: 'USD' } } }));
    await using _server = server;
    await Promise.all([payoneer.getBalance(), payoneer.getBalance()]);
    const tokens = server.seen.filter(({ url }) => url === '/login/api/v2/oauth2/token');
    expect(tokens.map(({ body }) => body)).to.deep.equal(['grant_type=client_credentials&scope=read+write']);
    expect(tokens[0]?.headers.authorization).to.equal(`Basic ${btoa('id:s3cret')}`);
  });

  it('sends a payout as it was frozen', async () => {
    const { server, payoneer } = await payoneerAt(() => ({ status: 201, body: { result: 'Payments Created' } }));
    await using _server = server;
    const frozen = '{ "Payments": [ {"amount": 10.00} ] }';
    expect(await payoneer.createPayout(frozen)).to.deep.equal({ accepted: true });
    expect(server.seen[1]).to.include({ method: 'POST', url: '/v4/programs/100%2F7/masspayouts', body: frozen });
  });

  for (const [what, reply] of [
    ['another result', { status: 201, body: { result: 'Payments Rejected' } }],
    ['no result', { status: 201, body: {} }],
    ['a page of HTML', { status: 201, body: '<html>' }],
    ['nothing', { status: 200, body: '' }],
    ['half a body', 'half a body'],
  ] as const) {
    it(`is uncertain about ${what}`, async () => {
      const { server, payoneer } = await payoneerAt(() => reply);
      await using _server = server;
      expect(await failureOf(() => payoneer.createPayout('{}'))).to.match(/^uncertain PAYONEER_(MALFORMED|NO)_ANSWER$/);
    });
  }

  for (const reply of [
    'cut',
    { status: 500, body: 's3cret-token' },
    { status: 401 },
    { body: 's3cret-token' },
  ] as const) {
    it(`keeps its secrets out of what it throws: ${JSON.stringify(reply)}`, async () => {
      const { server, payoneer } = await payoneerAt(() => reply);
      await using _server = server;
      const error = (await thrownBy(() => payoneer.createPayout('{}'))) as Error;
      const everything = [error.stack, JSON.stringify(error), String((error.cause as Error | undefined)?.stack)].join();
      expect(everything).not.to.include('s3cret');
    });
  }

  it('cancels with PUT', async () => {
    const { server, payoneer } = await payoneerAt(() => ({ body: { result: { description: 'heard' } } }));
    await using _server = server;
    expect(await payoneer.cancelPayout('leg/1')).to.deep.equal({ accepted: true });
    expect(server.seen[1]).to.include({ method: 'PUT', url: '/v4/programs/100%2F7/payouts/leg%2F1/cancel' });
  });

  it('dates the balance by when it was asked for', async () => {
    const body = '{"result":{"balance":-12.50,"currency":"USD"}}';
    const { server, payoneer } = await payoneerAt(() => ({ body }), { now: () => 1_700_000_000_000 });
    await using _server = server;
    const asOf = new Date('2023-11-14T22:13:20Z');
    expect(await payoneer.getBalance()).to.deep.equal({ available: usd(-1250n), asOf });
  });

  for (const [what, result, expected] of [
    ['no more than a status', { status: 'Pending' }, { status: 'Pending' }],
    ['a status that nobody knows', { status: 'On Hold', payout_id: 77 }, { status: 'On Hold', payoutId: '77' }],
    [
      'a payout',
      { status: 'Transferred', payout_id: '77', amount: 25.5, currency: 'USD', reason_code: null },
      { status: 'Transferred', payoutId: '77', amount: usd(2550n), currency: 'USD' },
    ],
    [
      'a failure',
      { status: 'Failed', reason_code: 30013, reason_description: 'Bank branch code' },
      { status: 'Failed', reason: 'Bank branch code (30013)' },
    ],
    [
      'a cancellation',
      { status: 'Cancelled', cancel_reason_code: 10009, cancel_reason_description: '' },
      { status: 'Cancelled', reason: '10009' },
    ],
    [
      'a currency that we do not hold',
      { status: 'Pending', amount: 1.5, currency: 'XAU' },
      { status: 'Pending', currency: 'XAU' },
    ],
  ] as const) {
    it(`reads ${what}`, async () => {
      const { server, payoneer } = await payoneerAt(() => ({ body: { result } }));
      await using _server = server;
      expect(await payoneer.getPayoutStatus('leg-1')).to.deep.equal(expected);
    });
  }
});

describe('Payoneer payout request', () => {
  const payout = { reference: 'leg-1', payeeId: 'payee-1', amount: usd(2550n), description: 'Sale' };

  it('is a list of one, with the exact digits of its amount as a number', () => {
    const body = payoutBody({ ...payout, amount: usd(123_456_789_012_345_610n) }, 'Payments');
    expect(body).to.equal(
      '{"Payments":[{"client_reference_id":"leg-1","payee_id":"payee-1","amount":1234567890123456.10,"currency":"USD","description":"Sale"}]}',
    );
  });

  it('has no point in a currency without minor units', () => {
    expect(payoutBody({ ...payout, amount: money(990n, 'CLP') }, 'Payments')).to.include('"amount":990,');
  });

  it('spells its key as the program wants it', async () => {
    const { server, payoneer } = await payoneerAt(() => 'silence', { paymentsKey: 'payments' });
    await using _server = server;
    expect(Object.keys(JSON.parse(payoneer.payoutBody(payout)))).to.deep.equal(['payments']);
  });

  for (const [what, change] of [
    ['without a reference', { reference: '' }],
    ['without a description', { description: '' }],
    ['of nothing', { amount: usd(0n) }],
  ] as const) {
    it(`is refused ${what}`, () => {
      expect(() => payoutBody({ ...payout, ...change }, 'Payments')).to.throw('invariant broken');
    });
  }
});
