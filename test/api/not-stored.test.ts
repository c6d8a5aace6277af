/** Covers: api/app.ts. */
import { expect } from 'chai';
import { type Answer, type Api, openApi } from './open-api.ts';
import { askers, askingFor, type Market, openMarket, pathOf, routes } from './routes.ts';

function expectNotStored({ request, status, headers }: Answer): void {
  expect(headers.get('cache-control'), `${request} ${status}`).to.equal('no-store');
  expect(headers.get('etag'), `${request} ${status}`).to.equal(null);
}

describe('api: what nobody on the way may keep', () => {
  let api: Api;
  let market: Market;
  before(async () => {
    api = await openApi();
    market = await openMarket(api);
  });
  after(() => api[Symbol.asyncDispose]());

  for (const route of routes)
    it(`is any answer of ${route.method} ${route.pattern}`, async () => {
      for (const who of askers) {
        const as = await askingFor(market, route, who);
        const body = route.body?.(market);
        expectNotStored(await api.call(route.method, pathOf(route, market), { as, ...(body ? { body } : {}) }));
      }
    });

  it('is a refusal of what there is not, and of what cannot be read', async () => {
    expectNotStored(await api.call('GET', '/nothing/here'));
    expectNotStored(await api.call('GET', '/api/orders/%ff'));
    expectNotStored(await api.call('POST', '/api/auth/login', { raw: '{', headers: { 'content-type': 'text/plain' } }));
  });

  it('is an order that the asker says to have already', async () => {
    const path = `/api/orders/${market.orderId}`;
    const again = await api.call('GET', path, { as: market.owner, headers: { 'if-none-match': '*' } });
    expect(again.status).to.equal(200);
    expect(again.json.id).to.equal(market.orderId);
  });
});
