import { expect } from 'chai';
import { type Api, type Member, openApi } from '../open-api.ts';
import { expectProblem } from '../problem.ts';
import { asking, openMarket, pathOf, routes } from '../routes.ts';

describe('api: what a browser sends with its cookie', () => {
  let api: Api;
  let mia: Member;
  before(async () => {
    api = await openApi();
    mia = await api.hire();
  });
  after(() => api[Symbol.asyncDispose]());

  const foreign: readonly Record<string, string>[] = [
    { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' },
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ];

  it('changes nothing when it comes from a neighbour’s page, at any route', async () => {
    const market = await openMarket(api);
    for (const route of routes.filter(({ method, pattern }) => method !== 'GET' && !pattern.includes('/webhooks/')))
      for (const from of foreign) {
        const cookie = `session=${asking(market, 'admin')?.token}`;
        const body = route.body?.(market);
        const options = { headers: { cookie, ...from }, ...(body ? { body } : {}) };
        expectProblem(await api.call(route.method, pathOf(route, market), options), 403, 'FOREIGN_ORIGIN');
      }
  });

  it('is done when it comes from a page of ours, or from no page', async () => {
    const body = { refundPolicy: 'ask' };
    const own = new URL(api.stage.config.publicUrl).origin;
    for (const from of [
      { 'sec-fetch-site': 'same-origin', origin: own },
      { origin: own },
      { 'sec-fetch-site': 'none' },
      {},
    ]) {
      const headers = { cookie: `session=${mia.token}`, ...from };
      expect((await api.call('PATCH', '/api/users/me', { headers, body })).status).to.equal(200);
    }
  });

  it('is looked at too when a proxy in front adds an authorization of its own', async () => {
    const headers = { cookie: `session=${mia.token}`, authorization: 'Basic eDp5', ...foreign[0] };
    const answer = await api.call('PATCH', '/api/users/me', { headers, body: { refundPolicy: 'ask' } });
    expectProblem(answer, 403, 'FOREIGN_ORIGIN');
  });

  it('is not asked of a program with a token, wherever its page is', async () => {
    const [from] = foreign;
    const answer = await api.call('PATCH', '/api/users/me', { as: mia, headers: from!, body: { refundPolicy: 'ask' } });
    expect(answer.status).to.equal(200);
  });
});
