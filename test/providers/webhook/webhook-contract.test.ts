/** Covers: providers/ebay/webhook.ts, providers/mercadolibre/webhook.ts, providers/paypal/webhook.ts. */
import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { parseEbayNotification, verifyEbaySignature } from '../../../providers/ebay/webhook.ts';
import { parseMercadoLibreNotification } from '../../../providers/mercadolibre/webhook.ts';
import { createCertificateFetcher } from '../../../providers/paypal/certificate.ts';
import { paypalHosts } from '../../../providers/paypal/certificate-url.ts';
import { readPayPalEvent, verifyPayPalWebhook } from '../../../providers/paypal/webhook.ts';
import { WebhookRejected } from '../../../providers/webhook/webhook-rejected.ts';
import { until } from '../../support/until.ts';
import { approvedOrder, ebayOrder, mercadoLibreOrder } from '../contract/goods.ts';
import { credentials, type SandboxWorld, startSandboxWorld } from '../sandbox-world.ts';
import type { Seen } from '../stub-server.ts';
import { thrownBy } from '../thrown-by.ts';

describe('webhooks as the sandbox sends them', () => {
  let world: SandboxWorld;
  before(async () => {
    world = await startSandboxWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  const arrived = (path: string, text: string): Promise<Seen> =>
    until(() => world.webhooks.find(({ url, body }) => url === path && body.includes(text)));

  it('PayPal: verified offline against the sandbox’s own authority', async () => {
    const orderId = await approvedOrder(world);
    const { headers, body } = await arrived('/api/webhooks/paypal', orderId);
    const webhook = {
      headers,
      rawBody: Buffer.from(body),
      applications: [credentials.paypal],
      fetchCertificate: createCertificateFetcher(),
      trustAnchors: [new X509Certificate(world.authority)],
      allowedHosts: paypalHosts,
      allowedBaseUrl: `${world.baseUrl}/paypal`,
      now: new Date(),
    };
    await verifyPayPalWebhook(webhook);
    const { type, resource } = readPayPalEvent(webhook.rawBody);
    expect([type, resource?.id]).to.deep.equal(['CHECKOUT.ORDER.APPROVED', orderId]);

    const forged = { ...webhook, rawBody: Buffer.from(body.replace(orderId, orderId.toLowerCase())) };
    expect(await thrownBy(() => verifyPayPalWebhook(forged))).to.be.instanceOf(WebhookRejected);
    const { allowedBaseUrl: _none, ...production } = webhook;
    expect(await thrownBy(() => verifyPayPalWebhook(production))).to.have.property(
      'code',
      'PAYPAL_CERTIFICATE_URL_REFUSED',
    );
  });

  it('eBay: verified with the key that its id names', async () => {
    const { orderId } = await ebayOrder(world);
    const { headers, body } = await arrived('/api/webhooks/ebay', orderId);
    const header = String(headers['x-ebay-signature']);
    const { publicKey } = world.ebay;
    await verifyEbaySignature({ header, rawBody: Buffer.from(body), publicKey });
    expect(parseEbayNotification(Buffer.from(body))).to.include({ topic: 'ORDER_CONFIRMATION', orderId });
    const pretty = Buffer.from(JSON.stringify(JSON.parse(body), null, 2));
    const forged = () => verifyEbaySignature({ header, rawBody: pretty, publicKey });
    expect(await thrownBy(forged)).to.have.property('code', 'EBAY_SIGNATURE_MISMATCH');
  });

  it('MercadoLibre: unsigned, read strictly', async () => {
    const { seller, orderId } = await mercadoLibreOrder(world);
    await world.control('accounts', {
      provider: 'mercadolibre',
      name: seller.accountName,
      webhookUrl: `${world.apiUrl}/api/webhooks/mercadolibre/segment`,
    });
    await world.control('notify', { marketplace: 'mercadolibre', orderId, times: 1 });
    const { body } = await arrived('/api/webhooks/mercadolibre/segment', orderId);
    const { userId, applicationId } = parseMercadoLibreNotification(Buffer.from(body));
    expect([userId, applicationId]).to.deep.equal([seller.accountId, credentials.mercadolibre.clientId]);
  });
});
