/** Covers: api/app.ts, api/middleware/session.ts. */
import { expect } from 'chai';
import pg from 'pg';
import { createApp } from '../../api/app.ts';
import type { Deps } from '../../api/deps.ts';
import { routesOf } from '../support/routes-of.ts';
import { type Api, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';
import { askers, asking, askingFor, type Market, openMarket, pathOf, routes } from './routes.ts';

/** Where the api's routers are mounted. */
const prefixes = [...new Set(routes.map(({ pattern }) => pattern.split('/').slice(0, 3).join('/')))].filter(
  prefix => prefix !== '/health',
);

describe('api: who may do what', () => {
  let api: Api;
  let market: Market;
  let deps: Deps;
  before(async () => {
    api = await openApi({ deps: given => (deps = given) });
    market = await openMarket(api);
  });
  after(() => api[Symbol.asyncDispose]());

  it('is said for every route that the router has', async () => {
    const pool = new pg.Pool({ connectionString: api.stage.databaseUrl });
    const expected = routes.map(({ method, pattern }) => `${method} ${pattern}`);
    expect(routesOf(createApp(deps, { checkouts: pool, logIns: pool }), prefixes).sort()).to.deep.equal(
      expected.sort(),
    );
    await pool.end();
  });

  for (const route of routes) {
    for (const [index, who] of askers.entries()) {
      const expected = route.answers[index] as number;
      it(`${route.method} ${route.pattern}: ${who} is answered ${expected}`, async () => {
        const as = await askingFor(market, route, who);
        const body = route.body?.(market);
        const answer = await api.call(route.method, pathOf(route, market), { as, ...(body ? { body } : {}) });
        if (expected < 400) expect(answer.status, answer.text).to.equal(expected);
        else expectProblem(answer, expected, /^[A-Z][A-Z_]+$/);
      });
    }
  }

  it('does not tell a foreign order from one that does not exist', async () => {
    const nowhere = '00000000-0000-4000-8000-000000000000';
    const { other, orderId } = market;
    const asked = [
      ['GET', (id: string) => `/api/orders/${id}`, undefined],
      [
        'PUT',
        (id: string) => `/api/orders/${id}/address`,
        routes.find(r => r.pattern.endsWith('/address'))?.body?.(market),
      ],
    ] as const;
    for (const [method, path, body] of asked) {
      const [foreign, none] = [
        await api.call(method, path(orderId), { as: other, body }),
        await api.call(method, path(nowhere), { as: other, body }),
      ];
      expectProblem(foreign, 404, 'NOT_FOUND');
      expect(foreign.text).to.equal(none.text);
    }
    const capture = (id: string) => api.call('POST', '/api/paypal/capture-order', { as: other, body: { orderId: id } });
    expect((await capture(orderId)).text).to.equal((await capture(nowhere)).text);
  });

  it('answers a method or a path that there is not with 404, to everybody', async () => {
    for (const who of askers)
      for (const [method, path] of [
        ['DELETE', '/api/orders'],
        ['PATCH', '/api/products'],
        ['PUT', '/api/users'],
        ['GET', '/api'],
        ['GET', '/'],
        ['POST', '/api/webhooks/mercadolibre'],
        ['POST', '/api/webhooks/unknown'],
      ] as const)
        expectProblem(await api.call(method, path, { as: asking(market, who) }), 404, 'NO_SUCH_ROUTE');
  });
});
