import { expect } from 'chai';
import { createEbayClient } from '../../../providers/ebay/client.ts';
import type { Gate } from '../../../providers/gate/gate.ts';
import { rateLimits } from '../../../providers/gate/rate-limits.ts';
import { usd } from '../../support/money.ts';
import { account, buyer, ebayOrder } from '../contract/goods.ts';
import { type SandboxWorld, startSandboxWorld } from '../sandbox-world.ts';
import { startStub } from '../stub-server.ts';
import { failureOf } from '../thrown-by.ts';

const scopes = ['https://api.ebay.com/oauth/api_scope/sell.fulfillment'];

describe('eBay client against the sandbox', () => {
  let world: SandboxWorld;
  before(async () => {
    world = await startSandboxWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  it('reads an order', async () => {
    const line = {
      lineItemId: '10012345678901',
      legacyItemId: '110000000001',
      variationId: '410000000001',
      sku: 'LAMP-R',
      title: 'Lamp',
      quantity: 2,
    };
    const shipBy = '2027-02-03T07:59:59.000Z';
    const lines = [{ ...line, totalMinor: '2599', deliveryMinor: '599', collectedTaxMinor: '208' }];
    const { seller, orderId } = await ebayOrder(world, { lines, marketplaceFeeMinor: '334', shipBy });
    const { createdAt, ...order } = await world.ebay.getOrder(seller, orderId);
    expect(Date.now() - createdAt!.getTime()).to.be.within(0, 60_000);
    expect(order).to.deep.equal({
      orderId,
      fulfillmentStatus: 'NOT_STARTED',
      money: 'paid',
      paymentStatus: 'PAID',
      cancellation: 'none',
      cancelState: 'NONE_REQUESTED',
      sender: 'seller',
      instructions: 'SHIP_TO',
      shipTo: buyer,
      buyer: 'sandbox_buyer',
      marketplaceFee: usd(334n),
      lines: [{ ...line, total: usd(2599n), collectedTax: usd(208n), shipBy: new Date(shipBy), refunds: [] }],
      refunds: [],
    });
  });

  it('gives no address where there is none', async () => {
    const { seller, orderId } = await ebayOrder(world, { shipTo: null });
    expect(await world.ebay.getOrder(seller, orderId)).not.to.have.property('shipTo');
  });

  it('finds the orders that changed', async () => {
    const { seller, orderId } = await ebayOrder(world);
    const search = { lastModifiedFrom: new Date(Date.now() - 60_000), lastModifiedTo: new Date(Date.now() + 60_000) };
    const { orders, total } = await world.ebay.getOrders(seller, { ...search, limit: 10, offset: 0 });
    const [found] = orders;
    if (!found || !('read' in found)) throw new Error('the order cannot be read');
    expect([total, orders.length, found.read.orderId]).to.deep.equal([1, 1, orderId]);
    expect(found.read.version).to.equal(new Date(found.read.version).toISOString());
    expect(await world.ebay.getOrders(seller, { ...search, limit: 10, offset: 1 })).to.deep.equal({
      orders: [],
      total: 1,
    });
  });

  it('refuses an id that is none', async () => {
    const { seller } = await ebayOrder(world);
    expect(await failureOf(() => world.ebay.getOrder(seller, '1'))).to.equal('terminal EBAY_32100');
  });

  it('tells a refused token, and refreshes it', async () => {
    const seller = await account(world, 'ebay', { expired: true });
    const search = { lastModifiedFrom: new Date(0), lastModifiedTo: new Date(), limit: 1, offset: 0 };
    expect(await failureOf(() => world.ebay.getOrders(seller, search))).to.equal('retryable ACCESS_TOKEN_REFUSED');
    const renewed = await world.ebay.refreshToken(seller.refreshToken, scopes);
    expect((renewed.accessExpiresAt.getTime() - Date.now()) / 1000).to.be.closeTo(7200, 5);
    expect(await world.ebay.getOrders(renewed, search)).to.include({ total: 0 });
    expect(await failureOf(() => world.ebay.refreshToken('made-up', scopes))).to.equal('terminal EBAY_INVALID_GRANT');
    expect(await failureOf(() => world.ebay.refreshToken(seller.refreshToken, ['all']))).to.equal(
      'terminal EBAY_INVALID_SCOPE',
    );
  });

  it('does not know a key that is made up', async () => {
    const work = () => world.ebay.publicKey('9936261a-7d7b-4621-a0f1-96ccb428af49');
    expect(await failureOf(work)).to.equal('terminal EBAY_195001');
  });
});

describe('eBay public key', () => {
  const key = { key: 'PEM', algorithm: 'ECDSA', digest: 'SHA1' };

  it('is fetched under one application token, and again under a new one', async () => {
    let tokens = 0;
    await using server = await startStub(({ url, headers }) => {
      if (url === '/identity/v1/oauth2/token') {
        tokens += 1;
        return { body: { access_token: `token-${tokens}`, expires_in: 7200 } };
      }
      return headers.authorization === 'Bearer token-1' ? { status: 401 } : { body: key };
    });
    const ebay = createEbayClient({ baseUrl: server.url, clientId: 'id', clientSecret: 'secret' });
    const ids = ['key-number-1', 'key-number-2'];
    expect(await Promise.all(ids.map(id => ebay.publicKey(id)))).to.deep.equal([key, key]);
    expect(tokens).to.be.within(2, 3);
    for (const id of ids) {
      const asked = server.seen.filter(({ url }) => url.endsWith(`/public_key/${id}`));
      expect(asked, id).to.have.length(2);
    }
  });

  it('is a failure of ours when the second token is refused as well', async () => {
    await using server = await startStub(({ url }) =>
      url === '/identity/v1/oauth2/token' ? { body: { access_token: 't', expires_in: 7200 } } : { status: 401 },
    );
    const ebay = createEbayClient({ baseUrl: server.url, clientId: 'id', clientSecret: 'secret' });
    expect(await failureOf(() => ebay.publicKey('key-number-1'))).to.equal('terminal EBAY_HTTP_401');
  });

  it('is not kept waiting by whoever looks after the subscriptions: its share of the quota is its own', async () => {
    await using server = await startStub(({ url }) =>
      url === '/identity/v1/oauth2/token' ? { body: { access_token: 't', expires_in: 7200 } } : { body: key },
    );
    const usedUp: Pick<Gate, 'pass'> = {
      pass: (call, { send }) => {
        if (call.limit === 'ebay notification') throw new Error('there is nothing left for today');
        return send();
      },
    };
    const ebay = createEbayClient({
      baseUrl: server.url,
      clientId: 'id',
      clientSecret: 'secret',
      gate: usedUp as Gate,
    });
    const looked = await ebay.notifications.listDestinations({}).catch((error: Error) => error.message);
    expect(looked).to.equal('there is nothing left for today');
    expect(await ebay.publicKey('key-number-1')).to.deep.equal(key);
    const shares = [rateLimits['ebay notification'], rateLimits['ebay notification key']];
    expect(
      shares.reduce((sum, { calls }) => sum + calls, 0),
      'together',
    ).to.be.at.most(10_000);
  });
});
