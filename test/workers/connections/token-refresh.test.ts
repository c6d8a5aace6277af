import { expect } from 'chai';
import { refreshTime } from '../../../domain/connection.ts';
import type { CredentialId } from '../../../domain/ids.ts';
import { findCredential, openSecrets } from '../../../store/connections/credentials.ts';
import { freshToken } from '../../../workers/connections/fresh-token.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { fromNow, hourMs, rows } from '../workbench.ts';

const providers = ['aliexpress', 'ebay', 'mercadolibre'] as const;
type Provider = (typeof providers)[number];

describe('token-refresh', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
  });
  beforeEach(async () => {
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());

  const idOf = (provider: Provider): CredentialId => {
    const id = provider === 'aliexpress' ? seller.aliexpress : seller[provider].id;
    if (!id) throw new Error('not connected');
    return id;
  };
  const look = async (provider: Provider) => {
    const credential = await stage.store.read(em => findCredential(em, idOf(provider)));
    if (!credential) throw new Error('the connection is gone');
    return { ...credential, ...openSecrets(stage.context.box, credential) };
  };
  const refresh = (provider: Provider) => stage.perform('token-refresh', idOf(provider));
  /** The access token has ten minutes left: half an hour before its end a new one is due. */
  const makeDue = (provider: Provider) =>
    rows(stage, 'update api_credentials set access_expires_at = ?, refresh_at = now() where id = ?', [
      fromNow(600_000),
      idOf(provider),
    ]);
  const fault = (provider: Provider, operation: string, kind: string, change: object = {}) =>
    stage.control('faults', { provider, operation, kind, times: 1, ...change });
  const tokenCall = { aliexpress: 'token-refresh', ebay: 'token', mercadolibre: 'token' } as const;

  /** The owner takes the consent back, or gives a new one elsewhere: what we hold ends. */
  const consentAgain = (provider: Provider) => {
    const [name = ''] = seller.email.split('@');
    return stage.control('accounts', { provider, name: provider === 'aliexpress' ? `platform-${name}` : name });
  };

  for (const provider of providers) {
    it(`renews the ${provider} token well before it ends, and not earlier`, async () => {
      const before = await look(provider);
      expect(await refresh(provider)).to.equal('nothing to do: the token is fresh');
      await makeDue(provider);
      expect(await refresh(provider)).to.match(/^a new token/);
      const after = await look(provider);
      expect(after).to.include({ status: 'HEALTHY', stateEntry: before.stateEntry + 1 });
      expect(after.accessToken).not.to.equal(before.accessToken);
      expect(after.nextCheckAt).to.be.an.instanceOf(Date);
    });

    it(`renews the ${provider} token once however many ask for it together`, async () => {
      const before = await look(provider);
      await makeDue(provider);
      await Promise.all(Array.from({ length: 6 }, () => refresh(provider)));
      const after = await look(provider);
      expect(after).to.include({ status: 'HEALTHY', stateEntry: before.stateEntry + 1 });
    });

    it(`gives the one fresh ${provider} token to all whose token was refused`, async () => {
      const { accessToken, stateEntry } = await look(provider);
      const ask = () => freshToken(stage.context, idOf(provider), accessToken);
      const given = await Promise.all(Array.from({ length: 6 }, ask));
      const after = await look(provider);
      expect([...new Set(given)]).to.deep.equal([after.accessToken]);
      expect(after).to.include({ status: 'HEALTHY', stateEntry: stateEntry + 1 });
    });

    it(`asks the owner to connect ${provider} again when the refresh is refused for good`, async () => {
      await makeDue(provider);
      await consentAgain(provider);
      expect(await refresh(provider)).to.equal('RECONNECT_NEEDED');
      expect(await look(provider)).to.include({ status: 'RECONNECT_NEEDED', nextCheckAt: null });
      expect(await refresh(provider)).to.equal('nothing to do: the account is not connected');
    });

    it(`stays connected while ${provider} is down`, async () => {
      const before = await look(provider);
      await makeDue(provider);
      await fault(provider, tokenCall[provider], 'status', { status: 503 });
      const error = await refresh(provider).catch((thrown: unknown) => thrown);
      expect(error).to.have.property('code', `${provider.toUpperCase()}_SERVER_ERROR`);
      const after = await look(provider);
      expect(after).to.include({ status: 'HEALTHY', accessToken: before.accessToken, stateEntry: before.stateEntry });
      expect(await refresh(provider)).to.match(/^a new token/);
    });
  }

  it('asks for a reconnect when eBay gives no token for what its owner was asked for', async () => {
    await makeDue('ebay');
    const body = { error: 'invalid_scope', error_description: 'exceeds the scope granted' };
    await fault('ebay', 'token', 'answer', { status: 400, body });
    expect(await refresh('ebay')).to.equal('RECONNECT_NEEDED');
  });

  it('uses a MercadoLibre refresh token once, and the one it brings the next time', async () => {
    const first = await look('mercadolibre');
    await makeDue('mercadolibre');
    await refresh('mercadolibre');
    const second = await look('mercadolibre');
    expect(second.refreshToken).not.to.equal(first.refreshToken);
    await makeDue('mercadolibre');
    expect(await refresh('mercadolibre')).to.match(/^a new token/);
  });

  it('asks for a reconnect when the answer that carried MercadoLibre’s next refresh token is lost', async () => {
    await makeDue('mercadolibre');
    await fault('mercadolibre', 'token', 'drop-reply');
    const error = await refresh('mercadolibre').catch((thrown: unknown) => thrown);
    expect(error).to.include({ kind: 'uncertain' });
    expect(await look('mercadolibre')).to.include({ status: 'HEALTHY' });
    expect(await refresh('mercadolibre')).to.equal('RECONNECT_NEEDED');
  });

  it('keeps AliExpress’ refresh token: a refresh does not replace it', async () => {
    const before = await look('aliexpress');
    await makeDue('aliexpress');
    await refresh('aliexpress');
    const after = await look('aliexpress');
    expect(after.refreshToken).to.equal(before.refreshToken);
  });

  it('leaves the secret that signs inline orders as it was', async () => {
    const { webhookSecret } = await look('ebay');
    await makeDue('ebay');
    await refresh('ebay');
    expect((await look('ebay')).webhookSecret).to.equal(webhookSecret);
  });

  it('is found by the sweep when it is due', async () => {
    await rows(stage, 'update api_credentials set next_check_at = null where id <> ?', [idOf('ebay')]);
    const soon = fromNow(20 * 60_000);
    await rows(
      stage,
      'update api_credentials set access_expires_at = ?, refresh_at = now(), next_check_at = now() where id = ?',
      [soon, idOf('ebay')],
    );
    expect((await stage.sweepAndDrain()).join()).to.match(/token-refresh: a new token for ebay/);
  });

  it('renews a short-lived token half-way, not at once', () => {
    const now = new Date('2026-11-20T12:00:00Z');
    const inMs = (ms: number) => new Date(now.getTime() + ms);
    expect(refreshTime(inMs(hourMs), hourMs / 2, now)).to.deep.equal(inMs(hourMs / 2));
    expect(refreshTime(inMs(600_000), hourMs / 2, now)).to.deep.equal(inMs(300_000));
    expect(refreshTime(inMs(-1_000), hourMs / 2, now)).to.deep.equal(inMs(-1_000));
  });
});
