/** Covers: store/orders/open-checkouts.ts, api/routes/checkout.ts. */
import { expect } from 'chai';
import { wantOne } from './cart.ts';
import { leavesNothing } from './footprint.ts';
import { type Answer, type Api, type Asking, type Member, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

describe('api: orders that wait for their buyer', () => {
  let api: Api;
  let mia: Member;
  before(async () => {
    api = await openApi({ env: { TRUSTED_PROXIES: '127.0.0.0/8, ::1', OPEN_CHECKOUTS_PER_ADDRESS: '3' } });
    mia = await api.hire();
  });
  after(() => api[Symbol.asyncDispose]());

  const order = async (address: string, as?: Asking): Promise<Answer> =>
    api.call('POST', '/api/paypal/create-order', {
      body: wantOne(await api.stage.stockUp(mia)),
      headers: { 'x-forwarded-for': address },
      as,
    });
  const sources = () => api.rows<{ order_id: string; source_hash: string }>('select * from open_checkouts');

  it('are three per address at most, and another address has its own', async () => {
    for (let turn = 0; turn < 3; turn += 1) expect((await order('192.0.2.1')).status).to.equal(201);
    const goods = await api.stage.stockUp(mia);
    const headers = { 'x-forwarded-for': '192.0.2.1' };
    await leavesNothing(api, async () => {
      const refused = await api.call('POST', '/api/paypal/create-order', { body: wantOne(goods), headers });
      expectProblem(refused, 429, 'TOO_MANY_OPEN_CHECKOUTS');
      expect(refused.headers.get('retry-after')).to.equal('60');
    });
    expect((await order('192.0.2.2')).status).to.equal(201);
    expectProblem(await order('192.0.2.1', api.admin), 429, 'TOO_MANY_OPEN_CHECKOUTS');
  });

  it('of the seller’s own shop are not counted', async () => {
    for (let turn = 0; turn < 4; turn += 1) expect((await order('192.0.2.3', mia)).status).to.equal(201);
    expect((await order('192.0.2.3')).status).to.equal(201);
  });

  it('are three also when many are begun at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => order('192.0.2.4')));
    expect(answers.filter(({ status }) => status === 201)).to.have.length(3);
  });

  it('make room when one waits no more, whose address is forgotten then', async () => {
    const [first] = [await order('192.0.2.5'), await order('192.0.2.5'), await order('192.0.2.5')];
    const { orderId } = first.json;
    const [kept] = (await sources()).filter(({ order_id }) => order_id === orderId);
    expect(kept?.source_hash).to.match(/^[\w-]{43}$/);
    expect(JSON.stringify(await sources())).not.to.include('192.0.2');
    await api.stage.at(new Date(Date.now() + 25 * 3_600_000), () => api.stage.perform('capture-payment', orderId));
    expect((await api.stage.order(orderId)).status).to.equal('CANCELLED');
    expect((await sources()).map(({ order_id }) => order_id)).not.to.include(orderId);
    expect((await order('192.0.2.5')).status).to.equal(201);
    expectProblem(await order('192.0.2.5'), 429, 'TOO_MANY_OPEN_CHECKOUTS');
  });
});
