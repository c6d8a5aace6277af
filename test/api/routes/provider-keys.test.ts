import { expect } from 'chai';
import type { Config } from '../../../runtime/config.ts';
import { withEnteredKeys } from '../../../store/connections/provider-keys.ts';
import { type Api, openApi } from '../open-api.ts';
import { expectProblem } from '../problem.ts';

describe('api: our own keys at the providers', () => {
  let api: Api;
  let config: Config;
  /** What each provider's sandbox knows us by. */
  let right: Record<string, Record<string, string>>;
  before(async () => {
    api = await openApi();
    ({ config } = api.stage);
    const { clientId = '', clientSecret = '', programId = '' } = config.payoneer;
    right = {
      paypal: { clientId: config.paypal.clientId, clientSecret: config.paypal.clientSecret, webhookId: 'WH-2' },
      payoneer: { clientId, clientSecret, programId },
      ebay: {
        clientId: config.ebay.clientId,
        clientSecret: config.ebay.clientSecret,
        ruName: 'Another_RuName',
        verificationToken: config.ebay.verificationToken,
      },
      mercadolibre: { clientId: config.mercadolibre.clientId, clientSecret: config.mercadolibre.clientSecret },
      aliexpress: { appKey: config.aliexpress.appKey, appSecret: config.aliexpress.appSecret },
    };
  });
  after(() => api[Symbol.asyncDispose]());

  const enter = (provider: string, body: object) =>
    api.call('PUT', `/api/admin/providers/${provider}`, { as: api.admin, body });
  const overview = async () => (await api.call('GET', '/api/admin/providers', { as: api.admin })).json.providers;
  const asStarted = () => withEnteredKeys(config, api.stage.store, api.stage.context.box);
  const forget = (provider: string) => api.call('DELETE', `/api/admin/providers/${provider}`, { as: api.admin });

  for (const provider of ['paypal', 'payoneer', 'ebay', 'mercadolibre', 'aliexpress'] as const) {
    it(`${provider}: are tried when they are entered, and never shown again`, async () => {
      const keys = right[provider] as Record<string, string>;
      const answer = await enter(provider, keys);
      expect(answer.status, answer.text).to.equal(200);
      expect(answer.json).to.include({ from: 'entered' });
      const [row] = await api.rows('select to_jsonb(k)::text as text from provider_keys k where provider = ?', [
        provider,
      ]);
      const secret = keys.clientSecret ?? keys.appSecret ?? '';
      for (const text of [answer.text, row.text, JSON.stringify(await overview())]) expect(text).not.to.include(secret);
    });

    it(`${provider}: are not taken when the provider does not know them`, async () => {
      await forget(provider);
      const [name] = Object.keys(right[provider] ?? {}).filter(one => /Secret$/.test(one));
      const wrong = { ...right[provider], [String(name)]: 'somebody-elses-secret' };
      expectProblem(await enter(provider, wrong), 422, 'KEYS_REFUSED');
      expect(
        await api.rows('select from provider_keys where provider = ? and retired_at is null', [provider]),
      ).to.have.length(0);
    });
  }

  it('are not taken while the provider cannot be asked', async () => {
    await api.stage.control('faults', {
      provider: 'paypal',
      operation: 'token',
      kind: 'status',
      status: 503,
      times: 1,
    });
    expectProblem(await enter('paypal', right.paypal as object), 503, 'PAYPAL_SERVER_ERROR');
  });

  it('win over the environment’s, from the next start, until they are taken back', async () => {
    await enter('paypal', right.paypal as object);
    expect((await asStarted()).paypal).to.deep.equal({ ...config.paypal, webhookId: 'WH-2' });
    const entry = (await overview()).find((one: { provider: string }) => one.provider === 'paypal');
    expect(entry).to.include({ from: 'entered', changedBy: 'admin@localhost' });
    await forget('paypal');
    expect((await asStarted()).paypal).to.deep.equal(config.paypal);
    expect((await overview()).find((one: { provider: string }) => one.provider === 'paypal')).to.include({
      from: 'environment',
    });
  });

  it('of one environment are not used in another', async () => {
    await enter('ebay', right.ebay as object);
    expect((await asStarted()).ebay.ruName).to.equal('Another_RuName');
    const production: Config = { ...config, ebay: { ...config.ebay, environment: 'production' } };
    const started = await withEnteredKeys(production, api.stage.store, api.stage.context.box);
    expect(started.ebay).to.deep.equal(production.ebay);
  });
});
