import { expect } from 'chai';
import { decide, type Landed, land, start } from '../../../demo/consent.ts';
import { openSecrets } from '../../../store/connections/credentials.ts';
import { Credential } from '../../../store/entities/people.ts';
import { connectVia, type Newcomer, newcomer, shopName, walk } from '../newcomer.ts';
import { type Api, type Json, openApi } from '../open-api.ts';

const providers = ['aliexpress-dropshipping', 'ebay', 'mercadolibre'] as const;
type Provider = (typeof providers)[number];
const html = 'text/html,application/xhtml+xml,*/*;q=0.8';

describe('api: connecting an account', () => {
  let api: Api;
  let later = 0;
  let lostCommits = 0;
  before(async () => {
    api = await openApi({
      deps: ({ transact }) => ({
        now: () => new Date(Date.now() + later),
        transact: work =>
          transact(async (em, enqueue) => {
            const result = await work(em, enqueue);
            if (lostCommits === 0) return result;
            lostCommits -= 1;
            throw new Error('Connection terminated unexpectedly');
          }),
      }),
    });
  });
  beforeEach(() => {
    later = 0;
  });
  after(() => api[Symbol.asyncDispose]());

  const jsonOf = ({ text }: Landed): Json => JSON.parse(text);
  const expectProblem = (answer: Landed, status: number, code: string): void => {
    expect(answer.status, answer.text).to.equal(status);
    expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
    expect(jsonOf(answer)).to.include({ status, code });
  };
  const connections = async (as: Newcomer): Promise<Json[]> =>
    (await api.call('GET', '/api/connections', { as })).json.connections;

  for (const provider of providers) {
    it(`${provider}: the account is what the provider names, and its tokens work`, async () => {
      const [mia, name] = [await newcomer(api), shopName()];
      const answer = await connectVia(walk(api, mia, provider, { moneyHolder: 'reseller' }), name);
      expect(answer.status, answer.text).to.equal(200);
      expect(answer.headers.get('cache-control')).to.equal('no-store');
      const shown = jsonOf(answer);
      expect(shown).to.include({ provider, accountName: name, moneyHolder: 'reseller' });
      // AliExpress lets an application in test refresh for two days in all.
      expect(shown.health).to.equal(provider === 'aliexpress-dropshipping' ? 'expiring' : 'healthy');
      expect(await connections(mia)).to.have.length(1);
      expect((await connections(mia))[0]).to.include({ id: shown.id, accountId: shown.accountId });
      const { grants } = await api.stage.control<Json>('grants');
      expect(grants.filter((grant: Json) => grant.accountId === shown.accountId)).to.have.length(1);
      const row = await api.stage.store.read(em => em.findOneOrFail(Credential, { id: shown.id }));
      expect(openSecrets(api.stage.context.box, row).accessToken).to.match(/-access-/);
      expect(row.nextCheckAt).to.be.an.instanceOf(Date);
    });

    it(`${provider}: nothing is connected when its owner says no`, async () => {
      const mia = await newcomer(api);
      const { page, browser } = await start(walk(api, mia, provider));
      expectProblem(await land(await decide(page, shopName(), 'deny'), browser), 403, 'CONSENT_DENIED');
      expect(await connections(mia)).to.deep.equal([]);
    });

    it(`${provider}: an answer counts once`, async () => {
      const mia = await newcomer(api);
      const { page, browser } = await start(walk(api, mia, provider));
      const back = await decide(page, shopName());
      const both = await Promise.all([land(back, browser), land(back, browser)]);
      expect(both.map(({ status }) => status).sort()).to.deep.equal([200, 409]);
      expectProblem(await land(back, browser), 409, 'CONNECTION_USED');
      expect(await connections(mia)).to.have.length(1);
    });

    it(`${provider}: an answer that comes after ten minutes counts for nothing`, async () => {
      const mia = await newcomer(api);
      const { page, browser } = await start(walk(api, mia, provider));
      const back = await decide(page, shopName());
      later = 10 * 60_000 + 1;
      expectProblem(await land(back, browser), 410, 'CONNECTION_EXPIRED');
      expect(await connections(mia)).to.deep.equal([]);
    });

    it(`${provider}: another user's answer, or another browser's, counts for nothing and uses nothing up`, async () => {
      const [mia, tom] = [await newcomer(api), await newcomer(api)];
      const { page, browser } = await start(walk(api, mia, provider));
      const back = await decide(page, shopName());
      const theirs = await start(walk(api, tom, provider));
      const unmarked = { headers: { authorization: `Bearer ${mia.token}` } };
      const sameBrowser = { headers: { ...browser.headers, authorization: `Bearer ${tom.token}` } };
      const elsewhere = await start(walk(api, mia, provider));
      for (const other of [unmarked, theirs.browser, sameBrowser, elsewhere.browser])
        expectProblem(await land(back, other), 403, 'CONNECTION_FOREIGN');
      expect(await connections(tom)).to.deep.equal([]);
      expect((await land(back, browser)).status).to.equal(200);
    });

    it(`${provider}: an account of somebody else's stays theirs`, async () => {
      const [mia, tom, name] = [await newcomer(api), await newcomer(api), shopName()];
      expect((await connectVia(walk(api, mia, provider), name)).status).to.equal(200);
      expectProblem(await connectVia(walk(api, tom, provider), name), 409, 'ACCOUNT_TAKEN');
      expect(await connections(tom)).to.deep.equal([]);
    });
  }

  it('a code that was redeemed elsewhere is refused, and the owner is asked to start again', async () => {
    const mia = await newcomer(api);
    const { page, browser } = await start(walk(api, mia, 'mercadolibre'));
    const back = await decide(page, shopName());
    back.searchParams.set('code', 'mercadolibre-code-of-somebody');
    expectProblem(await land(back, browser), 422, 'MERCADOLIBRE_INVALID_GRANT');
  });

  it('a database that is away for a moment does not lose the account, whose code is spent', async () => {
    const mia = await newcomer(api);
    lostCommits = 2;
    const answer = await connectVia(walk(api, mia, 'mercadolibre'), shopName());
    expect(lostCommits).to.equal(0);
    expect(answer.status, answer.text).to.equal(200);
    expect(await connections(mia)).to.have.length(1);
  });

  it('a provider that gives no clear answer is told as such', async () => {
    const mia = await newcomer(api);
    const { page, browser } = await start(walk(api, mia, 'ebay'));
    const back = await decide(page, shopName());
    await api.stage.control('faults', { provider: 'ebay', operation: 'token', kind: 'drop-reply', times: 1 });
    expectProblem(await land(back, browser), 503, 'EBAY_NO_ANSWER');
    expectProblem(await land(back, browser), 409, 'CONNECTION_USED');
  });

  for (const provider of providers)
    it(`${provider}: a code without our state is refused, though this very browser has a connection open`, async () => {
      const mia = await newcomer(api);
      const { page, browser } = await start(walk(api, mia, provider));
      const foreign = await decide(page, shopName());
      foreign.searchParams.delete('state');
      expectProblem(await land(foreign, browser), 400, 'CONNECTION_UNKNOWN');
      expect(await connections(mia)).to.deep.equal([]);
      expect((await land(await decide(page, shopName()), browser)).status).to.equal(200);
    });

  it('asks what is asked of a consent page: our address, our application, PKCE and only the scopes we use', async () => {
    const mia = await newcomer(api);
    const { config } = api.stage;
    const pages = await Promise.all(providers.map(async provider => (await start(walk(api, mia, provider))).page));
    const [aliexpress, ebay, mercadolibre] = pages.map(({ searchParams }) => Object.fromEntries(searchParams));
    const callback = (name: Provider) => `${api.url}/api/connections/${name}/callback`;
    expect(aliexpress).to.include({
      client_id: config.aliexpress.appKey,
      redirect_uri: callback('aliexpress-dropshipping'),
    });
    expect(ebay).to.include({ client_id: config.ebay.clientId, redirect_uri: config.ebay.ruName });
    expect(ebay?.scope?.split(' ').map(scope => scope.split('/').at(-1))).to.deep.equal([
      'sell.fulfillment',
      'commerce.identity.readonly',
      'commerce.notification.subscription',
      'sell.finances',
    ]);
    expect(mercadolibre).to.include({ redirect_uri: callback('mercadolibre'), code_challenge_method: 'S256' });
    for (const { state } of [aliexpress, ebay, mercadolibre] as Json[]) expect(state).to.match(/^[\w-]{43}$/);
  });

  it('stores neither the state nor the verifier in clear', async () => {
    const mia = await newcomer(api);
    const { page, browser } = await start(walk(api, mia, 'mercadolibre'));
    const [row] = await api.rows('select to_jsonb(a)::text as text from connection_attempts a where user_id = ?', [
      mia.id,
    ]);
    expect(row.text).not.to.include(page.searchParams.get('state'));
    expect(row.text).not.to.include(browser.headers.cookie?.split('=')[1]);
    expect(row.text).to.match(/"sealed_verifier": ?"v1\.test\./);
  });

  it('is not started by another site, nor without saying whose money it is', async () => {
    const mia = await newcomer(api);
    const ask = (path: string, headers: Record<string, string> = {}) =>
      api.call('GET', `/api/connections/${path}`, { as: mia, headers });
    const elsewhere = await ask('ebay/start?moneyHolder=platform', { 'sec-fetch-site': 'cross-site' });
    expect(elsewhere.json).to.include({ status: 403, code: 'STARTED_ELSEWHERE' });
    for (const path of [
      'ebay/start',
      'ebay/start?moneyHolder=mine',
      'mercadolibre/start?moneyHolder=platform',
      'paypal/start',
    ])
      expect((await ask(path)).json).to.include({ status: 400, code: 'INVALID_INPUT' });
  });

  it('is refused to whoever says on their own that the platform has their money', async () => {
    const mia = await newcomer(api);
    const heldBy = (holder: string) =>
      api.call('PUT', `/api/admin/proceeds/${mia.id}`, { as: api.admin, body: { heldBy: holder } });
    const ask = async (provider: string, holder: string) =>
      (await api.call('GET', `/api/connections/${provider}/start?moneyHolder=${holder}`, { as: mia })).status;
    await heldBy('reseller');
    const refused = await api.call('GET', '/api/connections/ebay/start?moneyHolder=platform', { as: mia });
    expect(refused.json).to.include({ status: 403, code: 'PROCEEDS_NOT_CONFIRMED' });
    expect(await ask('ebay', 'reseller')).to.equal(303);
    expect(await ask('aliexpress-dropshipping', 'platform')).to.equal(303);
    await heldBy('platform');
    expect(await ask('ebay', 'platform')).to.equal(303);

    await connectVia(walk(api, mia, 'ebay'), shopName());
    await heldBy('reseller');
    const rows = await api.rows('select money_holder from api_credentials where user_id = ?', [mia.id]);
    expect(rows).to.deep.equal([{ money_holder: 'reseller' }]);
  });

  it('is refused when an admin took the confirmation back while the owner was at the consent page', async () => {
    const mia = await newcomer(api);
    const { page, browser } = await start(walk(api, mia, 'ebay'));
    const back = await decide(page, shopName());
    await api.call('PUT', `/api/admin/proceeds/${mia.id}`, { as: api.admin, body: { heldBy: 'reseller' } });
    expectProblem(await land(back, browser), 403, 'PROCEEDS_NOT_CONFIRMED');
    expect(await connections(mia)).to.deep.equal([]);
  });

  it('shows people a page: which account it is, or what went wrong and what to do', async () => {
    const [mia, name] = [await newcomer(api), `<b>${shopName()}</b>`];
    const { page, browser } = await start(walk(api, mia, 'ebay'));
    const back = await decide(page, name);
    const good = await land(back, browser, html);
    expect(good.status).to.equal(200);
    expect(good.text)
      .to.include('eBay is connected')
      .and.to.include(name.replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
    // A consent ends in a browser: the page is all that its owner gets to see.
    expect(good.headers.get('cache-control')).to.equal('no-store');
    const [{ id, notificationUrl, inlineUrl }] = (await connections(mia)) as [Json];
    const row = await api.stage.store.read(em => em.findOneOrFail(Credential, { id }));
    const { webhookSecret } = openSecrets(api.stage.context.box, row);
    for (const shown of [notificationUrl, inlineUrl, webhookSecret])
      expect(good.text).to.include(`<code>${shown}</code>`);
    const bad = await land(back, browser, html);
    expect(bad.status).to.equal(409);
    expect(bad.headers.get('content-type')).to.match(/^text\/html/);
    expect(bad.text).to.include('Nothing was connected').and.to.include('CONNECTION_USED');
  });
});
