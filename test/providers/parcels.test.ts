/** Covers: providers/ebay/fulfillment.ts, providers/paypal/tracking.ts, providers/mercadolibre/shipment.ts. */
import { expect } from 'chai';
import { trackingNumberForEbay } from '../../providers/ebay/fulfillment.ts';
import { createPayPalClient } from '../../providers/paypal/client.ts';
import { trackingBody } from '../../providers/paypal/tracking.ts';
import { account } from './contract/goods.ts';
import { ebayParcel, mercadoLibreShipment, paidParcel, shipped } from './contract/parcels.ts';
import { type SandboxWorld, startSandboxWorld } from './sandbox-world.ts';
import { startStub } from './stub-server.ts';
import { failureOf } from './thrown-by.ts';

describe('telling the channels of a parcel', () => {
  let world: SandboxWorld;
  before(async () => {
    world = await startSandboxWorld();
  });
  afterEach(() => world.clearFaults());
  after(() => world[Symbol.asyncDispose]());

  it('gives eBay a number of letters and digits, under which it is found again', async () => {
    const { ebay } = world;
    const { seller, orderId, body } = await ebayParcel(world, 'LP 00-123_CN');
    const { fulfillmentId } = await ebay.createShippingFulfillment(seller, orderId, body);
    const [parcel, ...others] = await ebay.getShippingFulfillments(seller, orderId);
    expect(others).to.deep.equal([]);
    expect(parcel).to.deep.include({ fulfillmentId, carrier: 'Other', trackingNumber: 'LP00123CN' });
    expect(trackingNumberForEbay('LP 00-123_CN')).to.equal(parcel?.trackingNumber);
    expect(parcel?.lines).to.have.length(1);
    expect(parcel?.lines[0]).to.include({ quantity: 2 });
  });

  it('finds at eBay the parcel whose answer was lost: sent again it would be two', async () => {
    const { ebay, control } = world;
    const { seller, orderId, body } = await ebayParcel(world);
    await control('faults', { provider: 'ebay', operation: 'shipping-fulfillment', kind: 'drop-reply', times: 1 });
    const tell = () => ebay.createShippingFulfillment(seller, orderId, body);
    expect(await failureOf(tell)).to.equal('uncertain EBAY_NO_ANSWER');
    expect(await ebay.getShippingFulfillments(seller, orderId)).to.have.length(1);
    await tell();
    expect(await ebay.getShippingFulfillments(seller, orderId)).to.have.length(2);
  });

  it('shows at MercadoLibre what was told, and takes nothing back', async () => {
    const { mercadolibre } = world;
    const { seller, shippingId } = await mercadoLibreShipment(world);
    expect(await mercadolibre.getShipment(seller, shippingId)).not.to.have.property('trackingNumber');
    await mercadolibre.tellShipped(seller, shippingId, shipped('9007199254740993'));
    expect(await mercadolibre.getShipment(seller, shippingId)).to.include({
      status: 'shipped',
      trackingNumber: '9007199254740993',
    });
    const delivered = shipped('9007199254740993').replace('"shipped"', '"delivered"');
    await mercadolibre.tellShipped(seller, shippingId, delivered);
    const back = () => mercadolibre.tellShipped(seller, shippingId, shipped('9007199254740993'));
    expect(await failureOf(back)).to.equal('terminal MERCADOLIBRE_BAD_REQUEST');
  });

  it('adds a number to a PayPal order once, and shows it there', async () => {
    const { paypal } = world;
    const { paypalOrderId, body } = await paidParcel(world);
    expect((await paypal.getOrder(paypalOrderId))?.trackers).to.deep.equal([]);
    const first = await paypal.addTracking(paypalOrderId, body);
    expect(first).to.have.length(1);
    expect(first[0]?.id).to.include(JSON.parse(body).tracking_number);
    expect(await paypal.addTracking(paypalOrderId, body)).to.deep.equal(first);
    expect((await paypal.getOrder(paypalOrderId))?.trackers).to.deep.equal(first);
  });

  it('is uncertain about an answer of PayPal that shows no parcel', async () => {
    await using server = await startStub(({ url }) =>
      url.endsWith('/oauth2/token')
        ? { body: { access_token: 't', expires_in: 100 } }
        : { status: 201, body: { id: 'O', purchase_units: [{ shipping: {} }] } },
    );
    const client = createPayPalClient({ baseUrl: server.url, clientId: 'c', clientSecret: 's' });
    expect(await failureOf(() => client.addTracking('O', '{}'))).to.equal('uncertain PAYPAL_MALFORMED_ANSWER');
  });

  for (const [carrier, sent] of [
    ['Cainiao', { carrier: 'CAINIAO' }],
    ['YANWEN Economic', { carrier: 'YANWEN' }],
    ['4PX', { carrier: 'FOUR_PX_EXPRESS' }],
    ['YunExpress', { carrier: 'YUNEXPRESS' }],
    ['China Post Registered', { carrier: 'CN_CHINA_POST_EMS' }],
    ['USPS', { carrier: 'USPS' }],
    ['DHL', { carrier: 'DHL' }],
    ['DHL eCommerce', { carrier: 'OTHER', carrier_name_other: 'DHL eCommerce' }],
    ['AliExpress Standard Shipping', { carrier: 'OTHER', carrier_name_other: 'AliExpress Standard Shipping' }],
    ['Groupsups', { carrier: 'OTHER', carrier_name_other: 'Groupsups' }],
    ['', { carrier: 'OTHER', carrier_name_other: 'Other' }],
  ] as const) {
    it(`names ${carrier || 'no carrier'} to PayPal as ${sent.carrier}`, () => {
      const body = trackingBody({ captureId: 'C1', trackingNumber: 'LP1', carrier, notifyBuyer: false });
      expect(JSON.parse(body)).to.deep.equal({
        capture_id: 'C1',
        tracking_number: 'LP1',
        notify_payer: false,
        ...sent,
      });
    });
  }

  it('reads the names of provinces and cities out of JSON inside JSON', async () => {
    const token = await account(world, 'aliexpress');
    const provinces = await world.aliexpress.getAddress(token, 'BR');
    expect(provinces).to.deep.include({ name: 'São Paulo', cities: [{ name: 'Campinas' }, { name: 'São Paulo' }] });
    expect(provinces).to.deep.include({ name: 'Minas Gerais', cities: [] });
  });
});

describe('PayPal’s list of events', () => {
  it('is read page by page, each event once, and none that lies outside', async () => {
    await using world = await startSandboxWorld();
    for (let parcel = 0; parcel < 2; parcel += 1) await paidParcel(world);
    const range = { from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 60_000), pageSize: 2 };
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await world.paypal.listWebhookEvents({ ...range, ...(next === undefined ? {} : { next }) });
      expect(page.events.length).to.be.within(1, 2);
      seen.push(...page.events.map(text => JSON.parse(text).id));
      next = page.next;
    } while (next !== undefined);
    expect(new Set(seen).size).to.equal(seen.length).and.equal(6); // approved, completed, captured: twice
    const later = { ...range, from: new Date(Date.now() + 30_000) };
    expect(await world.paypal.listWebhookEvents(later)).to.deep.equal({ events: [] });
  });

  it('holds what was not delivered as well, as a delivery would have brought it', async () => {
    await using world = await startSandboxWorld();
    await world.control('settings', { webhooks: false });
    const { paypalOrderId } = await paidParcel(world);
    const range = { from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 60_000), pageSize: 10 };
    const { events } = await world.paypal.listWebhookEvents(range);
    const listed = events.map(text => JSON.parse(text));
    const approved = listed.find(({ event_type }) => event_type === 'CHECKOUT.ORDER.APPROVED');
    expect(approved.resource).to.include({ id: paypalOrderId });
    expect(world.webhooks).to.deep.equal([]);
  });

  it('is never followed to another host: our token would go there', async () => {
    await using elsewhere = await startStub(() => ({ body: { events: [] } }));
    await using paypal = await startStub(({ url }) => {
      if (url.endsWith('/oauth2/token')) return { body: { access_token: 't', expires_in: 100 } };
      const href = `${elsewhere.url}/v1/notifications/webhooks-events?start_id=2#part`;
      return { body: { events: [], links: [{ href, rel: 'next', method: 'GET' }] } };
    });
    const client = createPayPalClient({ baseUrl: paypal.url, clientId: 'c', clientSecret: 's' });
    const range = { from: new Date(0), to: new Date(), pageSize: 10 };
    const { next = '' } = await client.listWebhookEvents(range);
    expect(next).to.equal('start_id=2');
    await client.listWebhookEvents({ ...range, next });
    expect(elsewhere.seen).to.deep.equal([]);
    expect(paypal.seen.at(-1)?.url).to.equal('/v1/notifications/webhooks-events?start_id=2');
  });
});

describe('PayPal’s webhooks', () => {
  it('keep the subscription of an address that is there already, and change what is asked', async () => {
    await using world = await startSandboxWorld();
    const { paypal } = world;
    const [first] = await paypal.listWebhooks();
    expect(first).to.deep.equal({ id: 'WEBHOOK-1', url: `${world.apiUrl}/api/webhooks/paypal`, eventTypes: ['*'] });
    const same = await paypal.createWebhook({ url: first?.url ?? '', eventTypes: ['PAYMENT.CAPTURE.COMPLETED'] });
    expect(same).to.deep.equal(first);
    const changed = await paypal.updateWebhook(same.id, { eventTypes: ['PAYMENT.CAPTURE.COMPLETED'] });
    expect(changed.eventTypes).to.deep.equal(['PAYMENT.CAPTURE.COMPLETED']);
    expect(await paypal.listWebhooks()).to.deep.equal([changed]);
  });
});
