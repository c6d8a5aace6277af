/** Covers: providers/webhook/unknown-keys.ts, api/middleware/limits.ts. */
import { expect } from 'chai';
import { type Api, openApi } from './open-api.ts';
import { post } from './post-webhook.ts';
import { ebayNotification, ownEbay, ownPayPal, paypalEvent, type Sent } from './signers.ts';

describe('api: the sources whose next new key strangers do not hold up', () => {
  let api: Api;
  const heard: string[] = [];
  const hear = (source: string) => void heard.push(source);
  const ebay = ownEbay();
  let paypal: Awaited<ReturnType<typeof ownPayPal>>;
  before(async () => {
    paypal = await ownPayPal('8PT597110X687430LKGECATA');
    const { paypalTrust, paypalCertificates } = paypal.deps;
    api = await openApi({
      env: { TRUSTED_PROXIES: '127.0.0.0/8, ::1' },
      deps: () => ({
        paypalTrust,
        paypalCertificates: { ...paypalCertificates, heard: hear },
        ebayKeys: { ...ebay.keys, heard: hear },
      }),
    });
  });
  after(() => api[Symbol.asyncDispose]());
  beforeEach(() => {
    heard.length = 0;
  });

  const from = (sent: Sent, address: string): Sent => ({
    ...sent,
    headers: { ...sent.headers, 'x-forwarded-for': address },
  });
  const forged = (sent: Sent): Sent => ({ ...sent, body: Buffer.concat([sent.body, Buffer.from(' ')]) });

  for (const [name, sign] of [
    ['paypal', () => paypal.sign(paypalEvent('CHECKOUT.ORDER.APPROVED'))],
    ['ebay', () => ebay.sign(ebayNotification('ORDER_CONFIRMATION', { orderId: '1' }))],
  ] as const)
    it(`are those that ${name} has really sent from`, async () => {
      const sent = await sign();
      expect((await post(api, `/api/webhooks/${name}`, from(forged(sent), '192.0.2.1'))).status).to.equal(401);
      expect(heard).to.deep.equal([]);
      expect((await post(api, `/api/webhooks/${name}`, from(sent, '192.0.2.2'))).status).to.be.oneOf([200, 204]);
      expect(heard).to.deep.equal(['192.0.2.2']);
    });
});
