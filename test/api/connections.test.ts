import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { addUser } from '../../store/users.ts';
import { ebaySale, lineOf, sell, stateOf } from './marketplace-sale.ts';
import { type Answer, type Api, type Json, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

type Newcomer = { readonly id: string; readonly token: string };

describe('api: outside accounts', () => {
  let api: Api;
  before(async () => {
    api = await openApi();
  });
  after(() => api[Symbol.asyncDispose]());

  /** A reseller without any account. */
  const newcomer = async (): Promise<Newcomer> => {
    const email = `${randomBytes(6).toString('hex')}@example.com`;
    const user = await api.stage.store.transaction(em =>
      addUser(em, { email, passwordHash: 'x', role: 'reseller', payoutReceiver: null }),
    );
    if (!user) throw new Error(`${email} is taken`);
    return { id: user.id, token: await api.sessions.issue({ userId: user.id, role: 'reseller' }) };
  };
  const account = (changes: object = {}) => ({
    accountId: randomBytes(6).toString('hex'),
    accountName: 'a shop',
    moneyHolder: 'platform',
    accessToken: 'access-token-canary',
    refreshToken: 'refresh-token-canary',
    accessExpiresAt: '2030-01-01T00:00:00Z',
    ...changes,
  });
  const connect = (as: Newcomer, name: string, body: object): Promise<Answer> =>
    api.call('PUT', `/api/credentials/${name}`, { as, body });

  it('are connected with the addresses that they are to call, and a secret for orders sent inline', async () => {
    const mia = await newcomer();
    const ebay = (await connect(mia, 'ebay', account())).json;
    expect(ebay).to.include({
      notificationUrl: `${api.url}/api/webhooks/ebay`,
      inlineUrl: `${api.url}/api/webhooks/inline/${ebay.id}`,
    });
    const mercadolibre = (await connect(mia, 'mercadolibre', account())).json;
    expect(mercadolibre.notificationUrl).to.match(new RegExp(`^${api.url}/api/webhooks/mercadolibre/[\\w-]{32}$`));
    expect(Buffer.from(ebay.webhookSecret, 'base64url')).to.have.length(32);
    expect(ebay.webhookSecret).not.to.equal(mercadolibre.webhookSecret);
  });

  it('have their tokens sealed, each in its own row', async () => {
    const mia = await newcomer();
    await connect(mia, 'ebay', account());
    const rows = await api.rows('select to_jsonb(c)::text as text, sealed from api_credentials c where user_id = ?', [
      mia.id,
    ]);
    expect(rows).to.have.length(1);
    expect(rows[0].text).not.to.include('canary');
    expect(rows[0].sealed).to.match(/^v1\.test\./);
  });

  it('keep their address and their secret when they are connected again', async () => {
    const mia = await newcomer();
    const shop = account();
    const [first, second] = [
      (await connect(mia, 'mercadolibre', shop)).json,
      (await connect(mia, 'mercadolibre', shop)).json,
    ];
    for (const kept of ['id', 'notificationUrl', 'inlineUrl', 'webhookSecret'])
      expect(second[kept], kept).to.equal(first[kept]);
  });

  it('belong to one reseller', async () => {
    const [mia, tom] = [await newcomer(), await newcomer()];
    const shop = account();
    expect((await connect(mia, 'ebay', shop)).status).to.equal(200);
    expectProblem(await connect(tom, 'ebay', shop), 409, 'ACCOUNT_TAKEN');
    expect((await connect(tom, 'mercadolibre', shop)).status, 'the same number elsewhere').to.equal(200);
  });

  it('are connected once, however often the button is pressed', async () => {
    const mia = await newcomer();
    const shop = account();
    const answers = await Promise.all(Array.from({ length: 20 }, () => connect(mia, 'mercadolibre', shop)));
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(20).fill(200));
    expect(new Set(answers.map(({ json }) => json.webhookSecret)).size, 'all are told the same secret').to.equal(1);
    expect(await api.rows('select from api_credentials where user_id = ?', [mia.id])).to.have.length(1);
  });

  it('go to one of two resellers who connect them at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const shop = account();
      const all = await Promise.all(Array.from({ length: 4 }, newcomer));
      const answers = await Promise.all(all.map(as => connect(as, 'ebay', shop)));
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 409, 409, 409]);
    }
  });

  it('wake the orders that waited for them', async () => {
    const mia = await api.hire();
    const goods = await api.stage.stockUp(mia, { listedOn: 'ebay' });
    await api.rows(`update api_credentials set status = 'RECONNECT_NEEDED' where id = ?`, [mia.aliexpress]);
    const orderId = await sell(api, mia, ebaySale(mia, [{ legacyItemId: goods.listingId }]));
    await api.stage.drain();
    expect(stateOf(await lineOf(api, orderId))).to.equal('WAITING RECONNECT_NEEDED');
    const [{ account_name: name }] = (await api.rows('select account_name from api_credentials where id = ?', [
      mia.aliexpress,
    ])) as [Json];
    const { accountId, accountName, accessToken, refreshToken, accessExpiresAt } = await api.stage.control<Json>(
      'accounts',
      { provider: 'aliexpress', name },
    );
    const again = { accountId, accountName, accessToken, refreshToken, accessExpiresAt, moneyHolder: 'platform' };
    expect(
      (await api.call('PUT', '/api/credentials/aliexpress-dropshipping', { as: mia, body: again })).status,
    ).to.equal(200);
    await api.stage.drain();
    expect(stateOf(await lineOf(api, orderId))).to.equal('PURCHASED');
  });
});
