import { expect } from 'chai';
import { createPayPalClient } from '../../../providers/paypal/client.ts';
import { payoutBody } from '../../../providers/paypal/payout.ts';
import { usd } from '../../support/money.ts';
import { type Reply, type Seen, startStub } from '../stub-server.ts';
import { failureOf, thrownBy } from '../thrown-by.ts';

describe('PayPal client', () => {
  /** A token, and for everything else what the test says. */
  const paypalAt = async (reply: (request: Seen) => Reply) => {
    const server = await startStub(request =>
      request.url === '/v1/oauth2/token' ? { body: { access_token: 's3cret-token', expires_in: 300 } } : reply(request),
    );
    return { server, paypal: createPayPalClient({ baseUrl: server.url, clientId: 'id', clientSecret: 's3cret' }) };
  };

  it('fetches one token for calls that start together', async () => {
    const { server, paypal } = await paypalAt(() => ({ body: { balances: [], as_of_time: '2026-11-20T00:00:00Z' } }));
    await using _server = server;
    await Promise.all([paypal.getBalances(), paypal.getBalances(), paypal.getBalances()]);
    expect(server.seen.filter(({ url }) => url === '/v1/oauth2/token')).to.have.length(1);
  });

  it('sends a payout as it was frozen', async () => {
    const { server, paypal } = await paypalAt(() => ({
      status: 201,
      body: { batch_header: { payout_batch_id: 'B', batch_status: 'PENDING' } },
    }));
    await using _server = server;
    const frozen = '{ "items": [ {"amount": {"value": "10.00"}} ] }';
    await paypal.createPayout(frozen);
    await paypal.createPayout(frozen);
    expect(server.seen.slice(1).map(({ body }) => body)).to.deep.equal([frozen, frozen]);
  });

  it('names its key and asks for the captures', async () => {
    const { server, paypal } = await paypalAt(() => ({ status: 422, body: { name: 'X' } }));
    await using _server = server;
    await failureOf(() => paypal.captureOrder('A/B?', 'key-1'));
    expect(server.seen[1]).to.include({ method: 'POST', url: '/v2/checkout/orders/A%2FB%3F/capture', body: '{}' });
    expect(server.seen[1]?.headers).to.include({ 'paypal-request-id': 'key-1', prefer: 'return=representation' });
  });

  for (const [what, body] of [
    ['an answer without a capture', { id: 'O', status: 'COMPLETED', purchase_units: [{}] }],
    [
      'an amount with too many digits',
      {
        id: 'O',
        status: 'COMPLETED',
        purchase_units: [
          {
            payments: {
              captures: [{ id: 'C', status: 'COMPLETED', amount: { value: '1.001', currency_code: 'USD' } }],
            },
          },
        ],
      },
    ],
    [
      'a currency that nobody knows',
      {
        id: 'O',
        status: 'COMPLETED',
        purchase_units: [
          {
            payments: { captures: [{ id: 'C', status: 'COMPLETED', amount: { value: '1.00', currency_code: 'XXX' } }] },
          },
        ],
      },
    ],
    ['a page of HTML', '<html>'],
    ['nothing', ''],
  ] as const) {
    it(`is uncertain about ${what}`, async () => {
      const { server, paypal } = await paypalAt(() => ({ status: 201, body }));
      await using _server = server;
      expect(await failureOf(() => paypal.captureOrder('O', 'k'))).to.equal('uncertain PAYPAL_MALFORMED_ANSWER');
    });
  }

  for (const reply of [
    'cut',
    { status: 500, body: 's3cret-token' },
    { status: 401 },
    { body: { id: 's3cret-token' } },
  ] as const) {
    it(`keeps its secrets out of what it throws: ${JSON.stringify(reply)}`, async () => {
      const { server, paypal } = await paypalAt(() => reply);
      await using _server = server;
      const error = (await thrownBy(() => paypal.captureOrder('O', 'k'))) as Error;
      const everything = [error.stack, JSON.stringify(error), String((error.cause as Error | undefined)?.stack)].join();
      expect(everything).not.to.include('s3cret');
    });
  }

  it('leaves currencies out that we do not hold, and dates the report by its older time', async () => {
    const amount = (value: string, currency_code: string) => ({ available_balance: { value, currency_code } });
    const body = {
      balances: [amount('12.34', 'USD'), amount('5.00', 'XAU'), {}],
      as_of_time: '2026-11-20T06:00:00Z',
      last_refresh_time: '2026-11-20T05:00:00Z',
    };
    const { server, paypal } = await paypalAt(() => ({ body }));
    await using _server = server;
    const asOf = new Date('2026-11-20T05:00:00Z');
    expect(await paypal.getBalances()).to.deep.equal({ asOf, available: [usd(1234n)] });
  });

  it('finds the one refund of a capture that was refunded before', async () => {
    const amount = { value: '50.00', currency_code: 'USD' };
    const capture = { id: 'C', status: 'REFUNDED', amount, supplementary_data: { related_ids: { order_id: 'O' } } };
    const refund = {
      id: 'R',
      status: 'COMPLETED',
      amount,
      links: [{ rel: 'up', href: 'https://x/v2/payments/captures/C' }],
    };
    const { server, paypal } = await paypalAt(({ url, method }) => {
      if (method === 'POST')
        return { status: 422, body: { name: 'UNPROCESSABLE_ENTITY', details: [{ issue: 'CAPTURE_FULLY_REFUNDED' }] } };
      if (url.startsWith('/v2/payments/captures')) return { body: capture };
      return {
        body: {
          id: 'O',
          status: 'COMPLETED',
          purchase_units: [{ payments: { captures: [capture], refunds: [refund] } }],
        },
      };
    });
    await using _server = server;
    expect(await paypal.refundCapture('C', 'k', '{}')).to.deep.equal({ id: 'R' });
  });
});

describe('PayPal payout request', () => {
  it('is one batch of one item, keyed and labelled by the payout', () => {
    const batchKey = `payout-${'x'.repeat(100)}`;
    const request = JSON.parse(
      payoutBody({ batchKey, receiver: 'ana@reseller.example', amount: usd(1234n), note: 'Sale' }),
    );
    expect(request.sender_batch_header).to.deep.equal({ sender_batch_id: batchKey });
    expect(request.items).to.deep.equal([
      {
        recipient_type: 'EMAIL',
        amount: { currency: 'USD', value: '12.34' },
        receiver: 'ana@reseller.example',
        sender_item_id: batchKey.slice(0, 63),
        note: 'Sale',
      },
    ]);
  });

  it('names a payer id for what it is, and refuses a key that would be cut', () => {
    const request = { batchKey: 'k', receiver: 'QYR5Z8XDVJNXQ', amount: usd(1n), note: '' };
    expect(JSON.parse(payoutBody(request)).items[0].recipient_type).to.equal('PAYPAL_ID');
    expect(() => payoutBody({ ...request, batchKey: 'x'.repeat(257) })).to.throw('256');
  });
});
