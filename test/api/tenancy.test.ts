/** Covers: api/app.ts, store/operations/order-books.ts. */
import { expect } from 'chai';
import { type Api, type Asking, type Json, type Member, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

/** What each list shows, by the reseller whom a row belongs to. */
const lists = { products: 'products', connections: 'api_credentials', orders: 'orders', sales: 'sales' } as const;

describe('api: each reseller sees their own rows only', () => {
  let api: Api;
  let mia: Member;
  let tom: Member;
  before(async function () {
    this.timeout(60_000);
    api = await openApi();
    [mia, tom] = [await api.hire(), await api.hire()];
    for (const seller of [mia, tom]) {
      const goods = await api.stage.stockUp(seller);
      await api.stage.paidOrder(goods);
      await api.stage.paidOrder(goods, 2);
      await api.stage.drain();
    }
  });
  after(() => api[Symbol.asyncDispose]());

  const ids = async (list: keyof typeof lists, as: Asking): Promise<string[]> => {
    const { status, text, json } = await api.call('GET', `/api/${list}?limit=100`.replace(/(connections).*/, '$1'), {
      as,
    });
    expect(status, text).to.equal(200);
    return json[list].map(({ id }: Json) => id).sort();
  };
  const idsOf = async (table: string, userId?: string): Promise<string[]> => {
    const where = userId ? 'where user_id = ?' : '';
    return (await api.rows(`select id from ${table} ${where}`, userId ? [userId] : [])).map(({ id }) => id).sort();
  };

  for (const [list, table] of Object.entries(lists)) {
    it(`${list}: two resellers, nothing in common`, async () => {
      for (const seller of [mia, tom]) {
        const seen = await ids(list as keyof typeof lists, seller);
        expect(seen).to.deep.equal(await idsOf(table, seller.id));
        expect(seen).not.to.deep.equal([]);
      }
    });
  }

  for (const list of ['products', 'orders', 'sales'] as const) {
    it(`${list}: an admin sees all`, async () => {
      expect(await ids(list, api.admin)).to.deep.equal(await idsOf(lists[list]));
    });
  }

  it('an order by its address: its owner and an admin see it, and in it everything; another reseller does not', async () => {
    const [orderId] = await ids('orders', mia);
    for (const as of [mia, api.admin]) {
      const { status, json } = await api.call('GET', `/api/orders/${orderId}`, { as });
      expect(status).to.equal(200);
      expect(json).to.include({ id: orderId, status: 'PURCHASED' });
      expect(json.payments).to.have.length(1);
      expect(json.supplierOrders).to.have.length(1);
      expect(json.sale.orderId).to.equal(orderId);
      expect(json.payouts.map(({ beneficiary }: Json) => beneficiary).sort()).to.deep.equal(['admin', 'reseller']);
      expect(json.timeline.map(({ note }: Json) => note).join('\n')).to.match(
        /CREATED → PAID[\s\S]*PURCHASING → PURCHASED/,
      );
    }
    expectProblem(await api.call('GET', `/api/orders/${orderId}`, { as: tom }), 404, 'NOT_FOUND');
  });

  it('a new product belongs to whoever made it, whoever is named in the body', async () => {
    const body = {
      title: 'Vase',
      price: { amount: '10', currency: 'USD' },
      maxBuyPrice: { amount: '5', currency: 'USD' },
      supplierProductId: '1',
      supplierSkuId: '1',
    };
    const { status, json } = await api.call('POST', '/api/products', { as: mia, body });
    expect(status).to.equal(201);
    expect(await idsOf('products', mia.id)).to.include(json.id);
    expectProblem(
      await api.call('POST', '/api/products', { as: mia, body: { ...body, userId: tom.id } }),
      400,
      'INVALID_INPUT',
    );
  });

  it('a listing joins the reseller’s own connection with their own product', async () => {
    const [own, foreign] = [await ids('products', mia), await ids('products', tom)];
    const map = (credentialId: string, productId: string) =>
      api.call('PUT', '/api/listings', { as: mia, body: { credentialId, externalId: '1', productId } });
    expect((await map(mia.ebay.id, String(own[0]))).status).to.equal(200);
    expectProblem(await map(tom.ebay.id, String(own[0])), 404, 'NOT_FOUND');
    expectProblem(await map(mia.ebay.id, String(foreign[0])), 404, 'NOT_FOUND');
    expect(await api.rows('select credential_id from listings')).to.deep.equal([{ credential_id: mia.ebay.id }]);
  });

  it('a page is as long as was asked, and the pages together are all', async () => {
    const all = await ids('orders', api.admin);
    const pages: string[] = [];
    for (const offset of [0, 2, 4]) {
      const { json } = await api.call('GET', `/api/orders?limit=2&offset=${offset}`, { as: api.admin });
      expect(json.orders).to.have.length(offset === 4 ? 0 : 2);
      pages.push(...json.orders.map(({ id }: Json) => id));
    }
    expect(pages.sort()).to.deep.equal(all);
  });

  it('a filter by state shows orders of that state only', async () => {
    expect((await api.call('GET', '/api/orders?status=PURCHASED', { as: mia })).json.orders).to.have.length(2);
    expect((await api.call('GET', '/api/orders?status=FAILED', { as: mia })).json.orders).to.have.length(0);
  });

  it('nobody learns whether another uses a log-in at the supplier’s shop', async () => {
    const enter = async (as: Member, email: string) => {
      const body = { email, password: 'a guess', moneyHolder: 'reseller' };
      const { status, json } = await api.call('PUT', '/api/browser-login', { as, body });
      return { status, json: { ...json, id: '' } };
    };
    const hers = await enter(mia, 'mia-shops@example.com');
    expect(hers.status).to.equal(200);
    await api.stage.store.transaction(em =>
      em.execute(`update api_credentials set claimed_at = clock_now() where account_id = 'mia-shops@example.com'`),
    );
    const [foreign, unused] = [await enter(tom, 'mia-shops@example.com'), await enter(tom, 'nobody-shops@example.com')];
    expect(foreign).to.deep.equal({ ...unused, json: { ...unused.json, email: 'mia-shops@example.com' } });
    expect((await enter(mia, 'mia-shops@example.com')).status).to.equal(200);
  });
});
