/** Covers: sandbox/consent-page.ts. */
import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { credentials, type Reply, startSandbox, type TestSandbox } from './start.ts';

const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const basic = { ...form, authorization: `Basic ${btoa('ebay-id:ebay-secret')}` };

describe('sandbox: consent pages', () => {
  let sandbox: TestSandbox;
  let productUrl: string;
  beforeEach(async () => {
    sandbox = await startSandbox();
    const { ebay } = credentials;
    // Where eBay sends people back to tells where the product is.
    const page = `/ebay/oauth2/authorize?${new URLSearchParams({ client_id: ebay.clientId, redirect_uri: ebay.ruName, response_type: 'code', scope: 'https://api.ebay.com/oauth/api_scope/sell.fulfillment' })}`;
    const reply = await sandbox.request('POST', page, { headers: form, body: 'account=x&decision=deny' });
    productUrl = new URL(reply.headers.get('location') ?? '').origin;
  });
  afterEach(() => sandbox.close());

  const callback = (name: string) => `${productUrl}/api/connections/${name}/callback`;
  const questions = () => ({
    aliexpress: {
      path: '/aliexpress/oauth/authorize',
      query: {
        response_type: 'code',
        client_id: credentials.aliexpress.appKey,
        redirect_uri: callback('aliexpress-dropshipping'),
        state: 's',
      },
    },
    ebay: {
      path: '/ebay/oauth2/authorize',
      query: {
        response_type: 'code',
        client_id: credentials.ebay.clientId,
        redirect_uri: credentials.ebay.ruName,
        scope: 'https://api.ebay.com/oauth/api_scope/sell.fulfillment',
        state: 's',
      },
    },
    mercadolibre: {
      path: '/mercadolibre/authorization',
      query: {
        response_type: 'code',
        client_id: credentials.mercadolibre.clientId,
        redirect_uri: callback('mercadolibre'),
        state: 's',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      },
    },
  });
  type Name = keyof ReturnType<typeof questions>;
  const names = ['aliexpress', 'ebay', 'mercadolibre'] as const;

  const ask = (
    name: Name,
    change: Record<string, string> = {},
    method = 'GET',
    body = 'account=shop&decision=allow',
  ) => {
    const { path, query } = questions()[name];
    const url = `${path}?${new URLSearchParams({ ...query, ...change })}`;
    return sandbox.request(method, url, method === 'POST' ? { headers: form, body } : {});
  };
  const codeOf = (reply: Reply): string => new URL(reply.headers.get('location') ?? '').searchParams.get('code') ?? '';

  for (const name of names) {
    it(`${name}: asks a person, and sends them back with the state and a code`, async () => {
      const page = await ask(name);
      expect(page.status).to.equal(200);
      expect(page.text).to.include('Let this application into');
      const back = new URL((await ask(name, {}, 'POST')).headers.get('location') ?? '');
      expect(back.href.startsWith(`${productUrl}/api/connections/`)).to.equal(true);
      expect(back.searchParams.get('state')).to.equal('s');
      expect(back.searchParams.get('code')).to.match(/-code-/);
    });

    it(`${name}: sends nobody anywhere that is not registered, nor for another application`, async () => {
      for (const change of [
        { redirect_uri: 'https://evil.example/' },
        { client_id: 'somebody' },
        { response_type: 'token' },
      ])
        for (const method of ['GET', 'POST']) {
          const reply = await ask(name, change, method);
          expect(reply.status).to.equal(400);
          expect(reply.headers.get('location')).to.equal(null);
        }
    });

    it(`${name}: consents by itself where the setting names an account`, async () => {
      await sandbox.control('settings', { autoConsent: 'my-shop' });
      expect(codeOf(await ask(name))).to.match(/-code-/);
    });
  }

  const redeemAtEbay = (code: string, redirectUri: string) =>
    sandbox.request('POST', '/ebay/identity/v1/oauth2/token', {
      headers: basic,
      body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri }).toString(),
    });
  const redeemAtMercadoLibre = (code: string, change: Record<string, string> = {}) =>
    sandbox.request('POST', '/mercadolibre/oauth/token', {
      headers: form,
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: credentials.mercadolibre.clientId,
        client_secret: credentials.mercadolibre.clientSecret,
        code,
        redirect_uri: callback('mercadolibre'),
        code_verifier: verifier,
        ...change,
      }).toString(),
    });

  it('eBay takes a code once, and only with the name that it was asked for with', async () => {
    const code = codeOf(await ask('ebay', {}, 'POST'));
    expect((await redeemAtEbay(code, 'Another-RuName')).json.error).to.equal('invalid_grant');
    expect((await redeemAtEbay(code, credentials.ebay.ruName)).status).to.equal(200);
    expect((await redeemAtEbay(code, credentials.ebay.ruName)).json.error).to.equal('invalid_grant');
  });

  it('MercadoLibre takes a code once, from its own address, and only with the verifier of its challenge', async () => {
    const code = codeOf(await ask('mercadolibre', {}, 'POST'));
    for (const change of [
      { code_verifier: 'another' },
      { code_verifier: '' },
      { redirect_uri: 'https://evil.example/' },
    ])
      expect((await redeemAtMercadoLibre(code, change)).json.error).to.equal('invalid_grant');
    expect((await redeemAtMercadoLibre(code)).status).to.equal(200);
    expect((await redeemAtMercadoLibre(code)).json.error).to.equal('invalid_grant');
  });

  it('MercadoLibre asks nobody without a challenge', async () => {
    for (const change of [{ code_challenge: '' }, { code_challenge: 'short' }, { code_challenge_method: 'plain' }])
      expect((await ask('mercadolibre', change)).status).to.equal(400);
  });

  it('eBay refreshes for no more than was consented to', async () => {
    const { json } = await redeemAtEbay(codeOf(await ask('ebay', {}, 'POST')), credentials.ebay.ruName);
    const refresh = (scope: string) =>
      sandbox.request('POST', '/ebay/identity/v1/oauth2/token', {
        headers: basic,
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: json.refresh_token, scope }).toString(),
      });
    expect((await refresh('https://api.ebay.com/oauth/api_scope/sell.fulfillment')).status).to.equal(200);
    expect((await refresh('https://api.ebay.com/oauth/api_scope/sell.finances')).json.error).to.equal('invalid_scope');
  });
});
