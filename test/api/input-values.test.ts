/** Covers: api/routes/schemas.ts. */
import { expect } from 'chai';
import { usdText as usd } from '../support/money.ts';
import { berlin } from '../support/stage.ts';
import { leavesNothing } from './footprint.ts';
import { type Api, type Json, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';
import { type Market, openMarket, routes } from './routes.ts';

const nowhere = '00000000-0000-4000-8000-000000000000';

describe('api: values that do not fit', () => {
  let api: Api;
  let market: Market;
  before(async () => {
    api = await openApi();
    market = await openMarket(api);
    await api.stage.drain();
  });
  after(() => api[Symbol.asyncDispose]());

  type Refusal = readonly [what: string, change: Json, fields: readonly string[]];
  const bodies: Record<string, readonly Refusal[]> = {
    'POST /api/paypal/create-order': [
      ['a price', { price: '0.01' }, ['price']],
      ['an amount and a currency', { amount: '0.01', currency: 'USD' }, ['amount', 'currency']],
      [
        'a supplier',
        { supplierUrl: 'https://evil.example', supplierProductId: '1' },
        ['supplierUrl', 'supplierProductId'],
      ],
      [
        'an owner, a state and a token',
        { userId: nowhere, status: 'PAID', checkoutToken: 'x' },
        ['userId', 'status', 'checkoutToken'],
      ],
      ['no pieces', { quantity: 0 }, ['quantity']],
      ['a hundred pieces', { quantity: 100 }, ['quantity']],
      ['a piece and a half', { quantity: 1.5 }, ['quantity']],
      ['less than nothing', { quantity: -1 }, ['quantity']],
      ['an unsafe number', { quantity: 2 ** 60 }, ['quantity']],
      ['an id in brackets', { productId: `(${nowhere})` }, ['productId']],
      ['an id with colons', { productId: nowhere.replaceAll('-', ':') }, ['productId']],
      ['an id without hyphens', { productId: nowhere.replaceAll('-', '') }, ['productId']],
      ['SQL for an id', { productId: `${nowhere}' or 1=1 --` }, ['productId']],
      ['a country in small letters', { shippingAddress: { ...berlin, country: 'de' } }, ['shippingAddress.country']],
      ['a country that is a name', { shippingAddress: { ...berlin, country: 'Germany' } }, ['shippingAddress.country']],
      [
        'no street and no town',
        { shippingAddress: { ...berlin, line1: ' ', city: ' ' } },
        ['shippingAddress.line1', 'shippingAddress.city'],
      ],
      ['a price in the address', { shippingAddress: { ...berlin, price: 1 } }, ['shippingAddress.price']],
      [
        'a telephone number that is none',
        { shippingAddress: { ...berlin, phone: 'call me' } },
        ['shippingAddress.phone'],
      ],
      [
        'all of it wrong',
        { productId: 1, quantity: 'x', shippingAddress: 'Berlin' },
        ['productId', 'quantity', 'shippingAddress'],
      ],
    ],
    'POST /api/products': [
      ['a price of nothing', { price: usd('0') }, ['price']],
      ['a price below nothing', { price: usd('-1') }, ['price.amount']],
      ['a price finer than its currency', { price: usd('10.999') }, ['price']],
      ['a price in half yen', { price: { amount: '10.5', currency: 'JPY' } }, ['price']],
      ['a price as a number', { price: { amount: 10.99, currency: 'USD' } }, ['price.amount']],
      ['a price with an exponent', { price: usd('1e3') }, ['price.amount']],
      ['a price in a currency of nobody', { price: { amount: '1', currency: 'XXX' } }, ['price.currency']],
      ['a price beyond all goods', { price: usd('9999999999999') }, ['price.amount']],
      ['a supplier’s product that is an address', { supplierProductId: 'https://evil.example' }, ['supplierProductId']],
      ['an owner', { userId: nowhere }, ['userId']],
    ],
    'POST /api/users': [
      ['an address that is none', { email: 'nobody' }, ['email']],
      ['a short password', { password: 'elevenchars' }, ['password']],
      ['a role that is none', { role: 'owner' }, ['role']],
      ['a receiver that is none', { payoutReceiver: 'me' }, ['payoutReceiver']],
      ['an id and a hash', { id: nowhere, passwordHash: 'x' }, ['id', 'passwordHash']],
    ],
    'POST /api/admin/fx-rates': [
      ['a rate of nothing', { rate: '0.000' }, ['rate']],
      ['a rate below nothing', { rate: '-1' }, ['rate']],
      ['a rate as a number', { rate: 950.5 }, ['rate']],
      ['a currency for itself', { quote: 'USD' }, ['']],
      ['a rate of tomorrow', { asOf: new Date(Date.now() + 86_400_000).toISOString() }, ['asOf']],
      ['a rate of the ice age', { asOf: '-200000-01-01T00:00:00Z' }, ['asOf']],
    ],
    'PUT /api/admin/commission': [
      ['more than all', { percent: '100.0001' }, ['percent']],
      ['twice all', { percent: '200' }, ['percent']],
      ['less than nothing', { percent: '-1' }, ['percent']],
      ['finer than is kept', { percent: '1.00001' }, ['percent']],
      ['a number', { percent: 10 }, ['percent']],
    ],
    'PUT /api/admin/funding-limits': [['a limit of nothing', { limit: usd('0') }, ['limit']]],
  };

  const send = (name: string, change: Json) => {
    const route = routes.find(({ method, pattern }) => `${method} ${pattern}` === name);
    if (!route) throw new Error(`there is no route ${name}`);
    const as = /admin|users/.test(name) ? api.admin : market.owner;
    const path = route.path?.(market) ?? route.pattern;
    return api.call(route.method, path, { as, body: { ...route.body?.(market), ...change } });
  };

  for (const [name, refusals] of Object.entries(bodies)) {
    for (const [what, change, fields] of refusals) {
      it(`${name} refuses ${what}`, async () => {
        const answer = await leavesNothing(api, () => send(name, change));
        const wrong = new Set(expectProblem(answer, 400, 'INVALID_INPUT'));
        expect([...wrong].sort()).to.deep.equal([...fields].sort());
      });
    }
  }

  it('a commission may be anything from nothing to all', async () => {
    for (const percent of ['0', '9.75', '99.9999', '100', '100.0000'])
      expect((await send('PUT /api/admin/commission', { percent })).json).to.deep.equal({ percent });
  });

  it('a price may be in any currency of the world, but not finer than the checkout takes it', async () => {
    await leavesNothing(api, async () => {
      for (const currency of ['HUF', 'TWD'])
        expect(
          expectProblem(
            await send('POST /api/products', { price: { amount: '12990.50', currency } }),
            400,
            'AMOUNT_TOO_FINE',
          ),
        ).to.deep.equal(['price']);
    });
    for (const price of [
      { amount: '12990', currency: 'HUF' },
      { amount: '12990.00', currency: 'TWD' },
      { amount: '9.125', currency: 'KWD' },
      { amount: '99900.50', currency: 'COP' },
    ])
      expect((await send('POST /api/products', { price })).json.price).to.include({ currency: price.currency });
  });

  it('the supplier is paid in dollars: a maximum or a limit in another currency is refused', async () => {
    const euros = { amount: '5', currency: 'EUR' };
    await leavesNothing(api, async () => {
      expectProblem(await send('POST /api/products', { maxBuyPrice: euros }), 400, 'INVALID_INPUT');
      expectProblem(await send('PUT /api/admin/funding-limits', { limit: euros }), 400, 'INVALID_INPUT');
    });
  });

  it('a product or a user that there is not is not found', async () => {
    await leavesNothing(api, async () => {
      expectProblem(await send('POST /api/paypal/create-order', { productId: nowhere }), 404, 'NOT_FOUND');
      expectProblem(await send('PUT /api/admin/funding-limits', { userId: nowhere }), 404, 'NOT_FOUND');
    });
  });

  it('an e-mail address that is taken stays with whom it has', async () => {
    const email = market.owner.email.toUpperCase();
    const answer = await leavesNothing(api, () => send('POST /api/users', { email, role: 'admin' }));
    expectProblem(answer, 409, 'EMAIL_TAKEN');
  });

  for (const [path, field] of [
    ['/api/orders?limit=0', 'limit'],
    ['/api/orders?limit=101', 'limit'],
    ['/api/orders?limit=1.5', 'limit'],
    ['/api/orders?limit=1&limit=2', 'limit'],
    ['/api/orders?offset=-1', 'offset'],
    ['/api/orders?offset=x', 'offset'],
    ['/api/orders?status=LOST', 'status'],
    ['/api/orders?status[$ne]=PAID', 'status[$ne]'],
    ['/api/orders?userId=1', 'userId'],
    ['/api/products?limit=0', 'limit'],
    ['/api/products?order=price', 'order'],
    ['/api/sales?limit=0', 'limit'],
    ['/api/sales?__proto__=1', '__proto__'],
  ] as const) {
    it(`GET ${path} is refused`, async () => {
      expect(expectProblem(await api.call('GET', path, { as: market.owner }), 400, 'INVALID_INPUT')).to.deep.equal([
        field,
      ]);
    });
  }

  for (const bad of [
    '1',
    'x',
    nowhere.slice(1),
    `(${nowhere})`,
    `[${nowhere}]`,
    `{${nowhere}}`,
    nowhere.replaceAll('-', ':'),
    `${nowhere}%00`,
    '%00',
    '%27%20or%201=1',
  ]) {
    it(`${bad} is no order, no connection and no MercadoLibre segment`, async () => {
      for (const request of [
        api.call('GET', `/api/orders/${bad}`, { as: market.owner }),
        api.call('PUT', `/api/orders/${bad}/address`, { as: market.owner, body: {} }),
        api.call('POST', `/api/webhooks/inline/${bad}`, { body: {} }),
      ])
        expectProblem(await request, 400, 'INVALID_INPUT');
      const answer = await api.call('POST', `/api/webhooks/mercadolibre/${bad}`, { body: {} });
      expect(answer.status, answer.text).to.be.oneOf([400, 404]);
    });
  }

  it('a path that cannot be decoded is refused', async () => {
    expectProblem(await api.call('GET', '/api/orders/%E0%A4%A', { as: market.owner }), 400, 'INVALID_PATH');
  });

  it('an account of a kind that cannot be connected is refused', async () => {
    for (const name of ['paypal', 'aliexpress', 'EBAY', 'constructor', '__proto__'])
      for (const path of ['start?moneyHolder=platform', 'callback?code=1&state=1']) {
        const answer = await api.call('GET', `/api/connections/${name}/${path}`, { as: market.owner });
        expectProblem(answer, 400, 'INVALID_INPUT');
      }
  });

  it('a compressed body counts as long as it is when unpacked', async () => {
    const { gzipSync } = await import('node:zlib');
    const raw = Uint8Array.from(gzipSync(JSON.stringify({ email: 'x'.repeat(300_000), password: 'x' })));
    expect(raw.length).to.be.lessThan(2_000);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expectProblem(await api.call('POST', '/api/auth/login', { raw, headers }), 413, 'BODY_TOO_LARGE');
  });
});
