import { expect } from 'chai';
import { type Api, openApi } from '../open-api.ts';

describe('api: exchange rates', () => {
  let api: Api;
  before(async () => {
    api = await openApi();
  });
  after(() => api[Symbol.asyncDispose]());

  const set = (rate: string) =>
    api.call('POST', '/api/admin/fx-rates', { as: api.admin, body: { base: 'USD', quote: 'CLP', rate } });
  const list = async () => (await api.call('GET', '/api/admin/fx-rates', { as: api.admin })).json;

  it('by hand that jump too far are stored, and used when they are confirmed', async () => {
    expect((await set('941.35')).json).to.include({ rate: '941.35', source: 'by hand', held: false });
    const slipped = await set('94.135');
    expect(slipped).to.include({ status: 201 });
    expect(slipped.json.held).to.equal(true);
    expect((await list()).used.map(({ rate }: { rate: string }) => rate)).to.deep.equal(['941.35']);
    expect((await list()).held.map(({ id }: { id: string }) => id)).to.deep.equal([slipped.json.id]);

    const confirm = () => api.call('POST', `/api/admin/fx-rates/${slipped.json.id}/confirm`, { as: api.admin });
    expect((await confirm()).json).to.include({ rate: '94.135', held: false });
    expect((await confirm()).status, 'there is nothing to confirm twice').to.equal(404);
    const [row] = await api.rows('select confirmed_by from fx_rates where id = ?', [slipped.json.id]);
    expect(row.confirmed_by).to.equal(api.admin.id);
    expect(await list()).to.deep.include({ held: [] });
  });
});
