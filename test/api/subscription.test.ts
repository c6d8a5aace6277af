/** Covers: workers/feeds/watch-subscription.ts, store/connections/ebay-subscriptions.ts, providers/ebay/notifications.ts. */
import { expect } from 'chai';
import { until } from '../support/until.ts';
import { connectVia, type Newcomer, newcomer, shopName, walk } from './newcomer.ts';
import { type Api, type Json, openApi } from './open-api.ts';

describe('eBay’s notifications of a seller', () => {
  let api: Api;
  let mia: Newcomer;
  let subscriptionId: string;
  before(async () => {
    api = await openApi();
    await api.stage.control('settings', { webhooks: true });
  });
  beforeEach(async () => {
    mia = await newcomer(api);
    const landed = await connectVia(walk(api, mia, 'ebay'), shopName());
    expect(landed.status, landed.text).to.equal(200);
    const row = await rowOf(JSON.parse(landed.text).id);
    subscriptionId = row.id;
  });
  after(() => api[Symbol.asyncDispose]());

  const rowOf = async (credentialId: string): Promise<Json> =>
    (await api.rows('select * from ebay_subscriptions where credential_id = ?', [credentialId]))[0];
  const row = async (): Promise<Json> =>
    (await api.rows('select * from ebay_subscriptions where id = ?', [subscriptionId]))[0];
  const watch = () => api.stage.perform('watch-subscription', subscriptionId);
  const fault = (operation: string, change: object = {}) =>
    api.stage.control('faults', { provider: 'ebay', operation, kind: 'status', status: 500, times: 1, ...change });

  it('are asked for when the account is connected: the endpoint, the topic, and a test that arrives here', async () => {
    expect(api.stage.jobs.map(({ queue }) => queue)).to.include('watch-subscription');
    const sent = () => api.deliveries.filter(({ body }) => body.length > 0);
    const before = sent().length;
    expect(await watch()).to.equal('eBay tells us of orders');
    expect(await row()).to.include({ trouble: null, revived: 0 });
    expect((await row()).tested_at).not.to.equal(null);
    await until(() => sent().length > before);
    const topics = sent().map(({ body }) => JSON.parse(body.toString()).metadata?.topic);
    expect(topics.slice(before)).to.include('ORDER_CONFIRMATION');
    await until(async () => (await api.rows(`select id from inbound_events where source = 'ebay'`)).length > 0);
  });

  it('are tested with an order that exists nowhere, which is nobody’s to look at', async () => {
    const told = (): Promise<Json[]> =>
      api.rows(`select id, status, note from inbound_events where source = 'ebay' order by received_at desc`);
    const before = (await told()).length;
    await watch();
    await until(async () => (await told()).length > before);
    const ofTest = async (): Promise<Json> => (await told())[0];
    const { id } = await ofTest();
    await api.stage.perform('import-order', id);
    expect((await ofTest()).status).to.equal('RECEIVED');
    await api.rows(
      `update inbound_events set absent_since = clock_now() - interval '10 minutes 1 second' where id = ?`,
      [id],
    );
    await api.stage.perform('import-order', id);
    expect(await ofTest()).to.include({ status: 'IGNORED' });
    expect((await ofTest()).note).to.match(/^a test of eBay’s/);
  });

  it('are tested once, and looked at again after six hours: every seller’s looks share one quota', async () => {
    await watch();
    const { tested_at: testedAt, next_check_at: next } = await row();
    await watch();
    expect((await row()).tested_at).to.deep.equal(testedAt);
    const sixHoursMs = 6 * 3_600_000;
    expect(new Date(next).getTime() - Date.now()).to.be.within(sixHoursMs - 100_000, sixHoursMs);
  });

  it('are switched on again when eBay has given up on our endpoint', async () => {
    await watch();
    await api.stage.control('ebay-mark-down', {});
    expect(await watch()).to.equal('eBay had given up on our endpoint: switched on again');
    expect(await row()).to.include({ trouble: null, revived: 1 });
    expect(await watch()).to.equal('eBay tells us of orders');
  });

  it('are found missing by the sweep, in time', async () => {
    await watch();
    await api.stage.control('ebay-mark-down', {});
    expect((await api.stage.sweepAndDrain()).join('\n')).to.include('eBay had given up on our endpoint');
  });

  it('are tried again soon when eBay cannot be reached, or does not accept us', async () => {
    await fault('list-subscriptions');
    expect(await watch()).to.match(/^eBay may not tell us of orders \(EBAY_SERVER_ERROR\)/);
    expect((await row()).trouble).to.equal('EBAY_SERVER_ERROR');
    expect(new Date((await row()).next_check_at).getTime() - Date.now()).to.be.lessThan(301_000);
    expect(await watch()).to.equal('eBay tells us of orders');
  });

  it('stand although the answer that said so was lost', async () => {
    await fault('create-subscription', { kind: 'drop-reply' });
    await watch();
    expect(await watch()).to.equal('eBay tells us of orders');
  });

  it('are left alone when the account is not connected any more', async () => {
    await watch();
    const [{ credential_id: id }] = await api.rows<Json>('select credential_id from ebay_subscriptions where id = ?', [
      subscriptionId,
    ]);
    await api.call('DELETE', `/api/connections/${id}`, { as: mia });
    expect(await watch()).to.equal('nothing to do: the account is not connected');
    expect((await row()).next_check_at).to.equal(null);
  });
});
