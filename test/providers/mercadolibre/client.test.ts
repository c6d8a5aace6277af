import { expect } from 'chai';
import { money } from '../../../domain/money.ts';
import { createMercadoLibreClient } from '../../../providers/mercadolibre/client.ts';
import type { Listed } from '../../../providers/wire/fields.ts';
import { account, buyer, mercadoLibreOrder } from '../contract/goods.ts';
import { type SandboxWorld, startSandboxWorld } from '../sandbox-world.ts';
import { startStub } from '../stub-server.ts';
import { failureOf } from '../thrown-by.ts';

describe('MercadoLibre client against the sandbox', () => {
  let world: SandboxWorld;
  before(async () => {
    world = await startSandboxWorld();
  });
  afterEach(() => world.clearFaults());
  after(() => world[Symbol.asyncDispose]());

  it('reads an order', async () => {
    const { seller, orderId } = await mercadoLibreOrder(world);
    const { shippingId, createdAt, ...order } = await world.mercadolibre.getOrder(seller, orderId);
    expect(Date.now() - createdAt!.getTime()).to.be.within(0, 60_000);
    expect(shippingId).to.match(/^\d+$/);
    expect(order).to.deep.equal({
      orderId,
      status: 'paid',
      tags: ['paid', 'not_delivered'],
      currency: 'BRL',
      sellerId: seller.accountId,
      items: [
        {
          itemId: 'MLB1234567890',
          variationId: '174390848923',
          quantity: 2,
          total: money(31980n, 'BRL'),
          saleFee: money(5118n, 'BRL'),
        },
      ],
      sale: 'paid',
      payments: [
        {
          standing: 'received',
          words: 'approved (accredited)',
          amount: money(31980n, 'BRL'),
          refunded: money(0n, 'BRL'),
        },
      ],
      fraudRisk: false,
    });
  });

  it('sees the risk of fraud and a cancellation', async () => {
    const risky = await mercadoLibreOrder(world, { tags: ['paid', 'fraud_risk_detected'] });
    expect(await world.mercadolibre.getOrder(risky.seller, risky.orderId)).to.include({
      sale: 'paid',
      fraudRisk: true,
    });
    const cancelled = await mercadoLibreOrder(world, { status: 'cancelled' });
    expect(await world.mercadolibre.getOrder(cancelled.seller, cancelled.orderId)).to.include({
      sale: 'cancelled',
    });
    const asked = await mercadoLibreOrder(world, { status: 'pending_cancel' });
    expect(await world.mercadolibre.getOrder(asked.seller, asked.orderId)).to.include({
      sale: 'cancel asked',
    });
  });

  it('reads the shipment, whose address is hidden in some modes', async () => {
    for (const logisticMode of ['custom', 'me1', 'me2', 'not_specified']) {
      const { seller, orderId } = await mercadoLibreOrder(world, { logisticMode });
      const { shippingId = '' } = await world.mercadolibre.getOrder(seller, orderId);
      const shipment = await world.mercadolibre.getShipment(seller, shippingId);
      const sender = logisticMode === 'me2' ? 'label' : 'seller';
      expect(shipment).to.include({ id: shippingId, sender });
      expect(shipment.logistic).to.match(new RegExp(`^${logisticMode}/`));
      if (logisticMode === 'custom') {
        expect(shipment.shipTo).to.include({ fullName: buyer.fullName, city: buyer.city, country: buyer.country });
      }
    }
  });

  it('refreshes into a new pair, and never twice from the same token', async () => {
    const seller = await account(world, 'mercadolibre', { expired: true, webhookUrl: 'http://127.0.0.1:9/' });
    expect(await failureOf(() => world.mercadolibre.getOrder(seller, '1'))).to.equal('retryable ACCESS_TOKEN_REFUSED');
    const renewed = await world.mercadolibre.refreshToken(seller.refreshToken);
    expect(renewed.userId).to.equal(seller.accountId);
    expect((renewed.accessExpiresAt.getTime() - Date.now()) / 1000).to.be.closeTo(21_600, 5);
    expect(await failureOf(() => world.mercadolibre.getOrder(renewed, '1'))).to.match(/^retryable MERCADOLIBRE_/);
    const again = () => world.mercadolibre.refreshToken(seller.refreshToken);
    expect(await failureOf(again)).to.equal('terminal MERCADOLIBRE_INVALID_GRANT');
    expect((await world.mercadolibre.refreshToken(renewed.refreshToken)).userId).to.equal(seller.accountId);
  });

  for (const kind of ['drop-reply', 'malformed']) {
    it(`is uncertain about a refresh after ${kind}: the chain may be broken`, async () => {
      const seller = await account(world, 'mercadolibre', { webhookUrl: 'http://127.0.0.1:9/' });
      await world.control('faults', { provider: 'mercadolibre', operation: 'token', kind, times: 1 });
      const refresh = () => world.mercadolibre.refreshToken(seller.refreshToken);
      expect(await failureOf(refresh)).to.match(/^uncertain MERCADOLIBRE_(NO_ANSWER|MALFORMED_ANSWER)$/);
      expect(await failureOf(refresh)).to.equal('terminal MERCADOLIBRE_INVALID_GRANT');
    });
  }

  it('refuses the order of another seller', async () => {
    const { orderId } = await mercadoLibreOrder(world);
    const stranger = await account(world, 'mercadolibre');
    expect(await failureOf(() => world.mercadolibre.getOrder(stranger, orderId))).to.match(/^terminal MERCADOLIBRE_/);
  });

  it('finds orders, and notifications that were missed', async () => {
    const { control, mercadolibre } = world;
    await control('settings', { webhooks: false });
    const { seller, orderId } = await mercadoLibreOrder(world, { notify: { times: 1 } });
    const range = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
    const search = { sellerId: seller.accountId, status: 'paid', ...range, limit: 50, offset: 0 } as const;
    const { orders, total } = await mercadolibre.searchOrders(seller, search);
    const read = <T>(listed: readonly Listed<T>[]) => listed.flatMap(one => ('read' in one ? [one.read] : []));
    expect([total, read(orders).map(order => order.orderId)]).to.deep.equal([1, [orderId]]);
    const missed = await mercadolibre.missedFeeds(seller, { limit: 10, offset: 0 });
    expect(read(missed).map(notification => notification.orderId)).to.deep.equal([orderId]);
    await control('settings', { webhooks: true });
  });
});

describe('MercadoLibre client', () => {
  const order = (changes: string) =>
    `{"id":9007199254740993,"status":"paid","currency_id":"ARS","seller":{"id":9007199254740995},"shipping":{"id":null},
      "pack_id":9007199254740997,"order_items":[{"item":{"id":"MLA1","variation_id":9007199254740999},"quantity":1,${changes}}]}`;
  const reading = async (changes: string) => {
    await using server = await startStub(() => ({ body: order(changes) }));
    const mercadolibre = createMercadoLibreClient({ baseUrl: server.url, clientId: '1', clientSecret: 's' });
    return await mercadolibre.getOrder({ accessToken: 't' }, '9007199254740993');
  };

  it('keeps ids above 2^53, and bare amounts, exact', async () => {
    const read = await reading('"unit_price":90071992547409.93,"sale_fee":10');
    expect(read).to.include({ orderId: '9007199254740993', sellerId: '9007199254740995', packId: '9007199254740997' });
    expect(read).not.to.have.property('shippingId');
    expect(read.items[0]).to.deep.include({
      variationId: '9007199254740999',
      total: money(9007199254740993n, 'ARS'),
      saleFee: money(1000n, 'ARS'),
    });
  });

  for (const changes of [
    '"unit_price":10.999,"sale_fee":1',
    '"unit_price":1e3,"sale_fee":1',
    '"unit_price":null,"sale_fee":1',
  ]) {
    it(`does not read ${changes}`, async () => {
      expect(await failureOf(() => reading(changes))).to.equal('retryable MERCADOLIBRE_MALFORMED_ANSWER');
    });
  }

  it('asks for the new shipment format with a bearer token', async () => {
    await using server = await startStub(() => ({ status: 404 }));
    const mercadolibre = createMercadoLibreClient({ baseUrl: server.url, clientId: '1', clientSecret: 's' });
    await failureOf(() => mercadolibre.getShipment({ accessToken: 't' }, '1'));
    expect(server.seen[0]).to.include({ url: '/shipments/1' });
    expect(server.seen[0]?.headers).to.include({ authorization: 'Bearer t', 'x-format-new': 'true' });
  });

  it('takes a hidden phone number for none', async () => {
    const destination = {
      receiver_name: 'Ana',
      receiver_phone: 'XXXXXXX',
      shipping_address: {
        street_name: 'Rua A',
        street_number: 12,
        zip_code: '01310100',
        city: { name: 'São Paulo' },
        state: { name: 'SP' },
        country: { id: 'BR' },
      },
    };
    await using server = await startStub(() => ({
      body: { id: 1, status: 'pending', logistic: { mode: 'me1' }, destination },
    }));
    const mercadolibre = createMercadoLibreClient({ baseUrl: server.url, clientId: '1', clientSecret: 's' });
    expect((await mercadolibre.getShipment({ accessToken: 't' }, '1')).shipTo).to.deep.equal({
      fullName: 'Ana',
      line1: 'Rua A 12',
      city: 'São Paulo',
      region: 'SP',
      postalCode: '01310100',
      country: 'BR',
    });
  });
});
