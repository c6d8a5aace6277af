import { expect } from 'chai';
import type { Landed, Walk } from '../../../demo/consent.ts';
import { ebaySale, lineOf, sell, stateOf } from '../marketplace-sale.ts';
import { connectVia, type Newcomer, newcomer, shopName, walk } from '../newcomer.ts';
import { type Api, type Json, openApi } from '../open-api.ts';
import { expectProblem } from '../problem.ts';

const dayMs = 86_400_000;

describe('api: outside accounts', () => {
  let api: Api;
  before(async () => {
    api = await openApi();
  });
  after(() => api[Symbol.asyncDispose]());

  const connect = (as: Newcomer, provider: Walk['provider'], name: string): Promise<Landed> =>
    connectVia(walk(api, as, provider), name);
  const connected = async (as: Newcomer, provider: Walk['provider'], name = shopName()): Promise<Json> => {
    const { status, text } = await connect(as, provider, name);
    expect(status, text).to.equal(200);
    return JSON.parse(text);
  };
  const list = async (as: Newcomer): Promise<Json[]> =>
    (await api.call('GET', '/api/connections', { as })).json.connections;

  it('are connected with the addresses that they are to call, and a secret for orders sent inline', async () => {
    const mia = await newcomer(api);
    const ebay = await connected(mia, 'ebay');
    expect(ebay).to.include({
      notificationUrl: `${api.url}/api/webhooks/ebay`,
      inlineUrl: `${api.url}/api/webhooks/inline/${ebay.id}`,
    });
    const mercadolibre = await connected(mia, 'mercadolibre');
    expect(mercadolibre.notificationUrl).to.match(new RegExp(`^${api.url}/api/webhooks/mercadolibre/[\\w-]{32}$`));
    expect(Buffer.from(ebay.webhookSecret, 'base64url')).to.have.length(32);
    expect(ebay.webhookSecret).not.to.equal(mercadolibre.webhookSecret);
    for (const shown of await list(mia)) {
      const { notificationUrl, inlineUrl } = shown.provider === 'ebay' ? ebay : mercadolibre;
      expect(shown).to.include({ notificationUrl, inlineUrl }).and.not.to.have.property('webhookSecret');
    }
  });

  it('have their tokens sealed, each in its own row', async () => {
    const mia = await newcomer(api);
    await connected(mia, 'ebay');
    const rows = await api.rows('select to_jsonb(c)::text as text, sealed from api_credentials c where user_id = ?', [
      mia.id,
    ]);
    expect(rows).to.have.length(1);
    expect(rows[0].text).not.to.match(/ebay-(access|refresh)-/);
    expect(rows[0].sealed).to.match(/^v1\.test\./);
  });

  it('keep their address and their secret when they are connected again', async () => {
    const [mia, name] = [await newcomer(api), shopName()];
    const [first, second] = [await connected(mia, 'mercadolibre', name), await connected(mia, 'mercadolibre', name)];
    for (const kept of ['id', 'notificationUrl', 'inlineUrl', 'webhookSecret'])
      expect(second[kept], kept).to.equal(first[kept]);
  });

  it('are one per kind: another account takes the place of the one before, whose listings stay with it', async () => {
    const mia = await newcomer(api);
    const [first, second] = [await connected(mia, 'ebay'), await connected(mia, 'ebay')];
    expect(second.id).not.to.equal(first.id);
    const shown = (await list(mia)).map(({ id, health }) => [id, health]);
    expect(shown).to.have.deep.members([
      [first.id, 'disconnected'],
      [second.id, 'healthy'],
    ]);
    expect((await connected(mia, 'ebay', first.accountName)).id, 'and back').to.equal(first.id);
  });

  it('are not replaced by another account while only they can say how a purchase stands, and may be disconnected', async () => {
    const seller = await api.hire();
    const { id } = await api.stage.paidOrder(await api.stage.stockUp(seller));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await api.stage.perform(queue, id);
    const kind = 'aliexpress-dropshipping';
    const refused = await connect(seller, kind, shopName());
    expect([refused.status, JSON.parse(refused.text).code]).to.deep.equal([409, 'ACCOUNT_IN_USE']);
    const own = (await list(seller)).find(({ provider }) => provider === kind);
    expect(own.health).not.to.equal('disconnected');
    expect((await api.call('DELETE', `/api/connections/${own.id}`, { as: seller })).status).to.equal(204);
    expect((await connect(seller, kind, shopName())).status).to.equal(200);
  });

  it('are connected once, however often the button is pressed', async () => {
    const [mia, name] = [await newcomer(api), shopName()];
    // The consent of a moment ago ends with the next one's: what counts is that there is one connection, and it works.
    const answers = await Promise.all(Array.from({ length: 8 }, () => connect(mia, 'mercadolibre', name)));
    expect(answers.map(({ status }) => status)).to.include(200);
    expect(await api.rows('select from api_credentials where user_id = ?', [mia.id])).to.have.length(1);
  });

  it('go to one of two resellers who connect them at the same moment', async () => {
    for (let round = 0; round < 3; round += 1) {
      const name = shopName();
      const all = await Promise.all(Array.from({ length: 4 }, () => newcomer(api)));
      await Promise.all(all.map(as => connect(as, 'ebay', name)));
      const owners = await api.rows('select user_id from api_credentials where account_name = ?', [name]);
      expect(owners).to.have.length(1);
    }
  });

  it('are shown with what they may, how they are, when they were used and until when they last', async () => {
    const seller = await api.hire();
    await api.rows(`update api_credentials set refresh_expires_at = ? where id = ?`, [
      new Date(Date.now() + 3 * dayMs),
      seller.ebay.id,
    ]);
    await api.rows(`update api_credentials set status = 'RECONNECT_NEEDED' where id = ?`, [seller.mercadolibre.id]);
    await api.stage.stockUp(seller).then(goods => api.stage.paidOrder(goods));
    await api.stage.drain();
    const shown = Object.fromEntries((await list(seller)).map(one => [one.provider, one]));
    expect(shown.ebay).to.include({ environment: 'sandbox', health: 'expiring', lastUsedAt: null });
    expect(shown.ebay.scopes).to.include('https://api.ebay.com/oauth/api_scope/sell.fulfillment');
    expect(new Date(shown.ebay.reconnectBy).getTime()).to.be.within(Date.now(), Date.now() + 3 * dayMs);
    expect(shown.mercadolibre).to.include({ health: 'reconnect needed', refused: null });
    const usedMs = Date.now() - Date.parse(shown['aliexpress-dropshipping'].lastUsedAt);
    expect(usedMs).to.be.within(0, 60_000);
  });

  it('tell their owner why they are refused, and go on with what waited when they are connected again', async () => {
    const mia = await api.hire();
    const [{ account_name: name }] = (await api.rows('select account_name from api_credentials where id = ?', [
      mia.ebay.id,
    ])) as [Json];
    const refusal = { status: 403, body: { errors: [{ errorId: 1100 }] } };
    const [operation, kind, times] = ['get-order', 'answer', 99];
    await api.stage.control('faults', { provider: 'ebay', operation, kind, times, ...refusal });
    const orderId = await sell(api, mia, ebaySale(mia, [{}]));
    await api.stage.drain();
    const ofEbay = async () => (await list(mia)).find(({ provider }) => provider === 'ebay') ?? {};
    const shown = await ofEbay();
    expect(shown).to.include({ health: 'reconnect needed' });
    expect(shown.refused).to.include({ code: 'EBAY_1100' });
    expect(Date.parse(shown.refused.since)).to.be.within(Date.now() - 60_000, Date.now());
    expect(Date.parse(shown.refused.triedAgainAt)).to.be.greaterThan(Date.now());
    await fetch(`${api.stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
    expect((await connected(mia, 'ebay', name)).id).to.equal(mia.ebay.id);
    expect(await ofEbay()).to.deep.include({ health: 'healthy', refused: null });
    await api.stage.drain();
    expect(stateOf(await lineOf(api, orderId))).to.equal('WAITING LISTING_NOT_MAPPED');
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
    expect((await connected(mia, 'aliexpress-dropshipping', name)).ordersWoken).to.equal(1);
    await api.stage.drain();
    expect(stateOf(await lineOf(api, orderId))).to.equal('PURCHASED');
  });

  describe('when they are disconnected', () => {
    const cut = (as: { token: string }, id: string | null) => api.call('DELETE', `/api/connections/${id}`, { as });

    it('leave no secret behind, and are shown as what they were', async () => {
      const mia = await api.hire();
      expect((await cut(mia, mia.ebay.id)).status).to.equal(204);
      const [row] = await api.rows('select * from api_credentials where id = ?', [mia.ebay.id]);
      expect(row).to.include({ sealed: null, status: 'DISCONNECTED', next_check_at: null });
      expect((await list(mia)).find(({ id }) => id === mia.ebay.id)).to.include({ health: 'disconnected' });
      expect((await cut(mia, mia.ebay.id)).status, 'once more').to.equal(204);
    });

    it('take no orders any more, by notification or inline', async () => {
      const mia = await api.hire();
      await cut(mia, mia.mercadolibre.id);
      const post = (path: string) => api.call('POST', `/api/webhooks/${path}`, { body: {} });
      expectProblem(await post(`mercadolibre/${mia.mercadolibre.segment}`), 404, 'NOT_FOUND');
      expectProblem(await post(`inline/${mia.mercadolibre.id}`), 404, 'NOT_FOUND');
    });

    it('let what needs them wait, and go on when they are connected again', async () => {
      const mia = await api.hire();
      const goods = await api.stage.stockUp(mia);
      const order = await api.stage.paidOrder(goods);
      const [{ account_name: name }] = (await api.rows('select account_name from api_credentials where id = ?', [
        mia.aliexpress,
      ])) as [Json];
      await cut(mia, mia.aliexpress);
      await api.stage.drain();
      expect(await api.stage.order(order.id)).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
      await connected(mia, 'aliexpress-dropshipping', name);
      await api.stage.drain();
      expect(await api.stage.order(order.id)).to.include({ status: 'PURCHASED' });
    });
  });
});
