import { createHmac, generateKeyPairSync, randomInt, randomUUID, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Deps } from '../../api/deps.ts';
import { stringToSign } from '../../providers/payoneer/webhook.ts';
import { trustAnchors } from '../../providers/paypal/certificate.ts';
import { issue, signWith } from '../providers/certificates.ts';

/** A webhook as somebody sends it. */
export type Sent = { readonly headers: Record<string, string>; readonly body: Buffer };
type Signer = (body: object | string) => Promise<Sent>;

const bytesOf = (body: object | string) => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
const code = () => Array.from({ length: 17 }, () => 'ABCDEFGHJK0123456789'[randomInt(20)]).join('');

export const paypalEvent = (type: string, resource: object = { id: code() }) => ({
  id: `WH-${code()}-${code()}`,
  event_version: '1.0',
  resource_type: 'capture',
  event_type: type,
  resource,
});

/** PayPal itself: a certificate of its own, for events that the sandbox does not send. */
export async function ownPayPal(webhookId: string): Promise<{
  deps: Pick<Deps, 'paypalTrust' | 'paypalCertificates'>;
  sign: Signer;
}> {
  const authority = await issue({ subject: 'Test Authority', isAuthority: true });
  const leaf = await issue({ subject: 'messageverificationcerts.paypal.com', issuer: authority });
  return {
    deps: {
      paypalTrust: {
        applications: [{ clientId: 'paypal-client', webhookId }],
        trustAnchors: trustAnchors(authority.pem),
        allowedHosts: ['api.paypal.com'],
      },
      paypalCertificates: { keyFor: async () => leaf.pem, heard: () => undefined },
    },
    sign: async event => {
      const body = bytesOf(event);
      const [id, time] = [randomUUID(), '2026-11-20T00:00:00Z'];
      return {
        headers: {
          'content-type': 'application/json',
          'paypal-transmission-id': id,
          'paypal-transmission-time': time,
          'paypal-transmission-sig': await signWith(leaf, `${id}|${time}|${webhookId}|${crc32(body)}`),
          'paypal-cert-url': 'https://api.paypal.com/v1/notifications/certs/CERT-1',
          'paypal-auth-algo': 'SHA256withRSA',
        },
        body,
      };
    },
  };
}

export const ebayNotification = (topic: string, data: object) => ({
  metadata: { topic, schemaVersion: '1.0', deprecated: false },
  notification: { notificationId: randomUUID(), eventDate: '2026-11-20T00:00:00.000Z', publishAttemptCount: 1, data },
});

/** eBay itself: a key of its own. */
export function ownEbay(): {
  keys: Deps['ebayKeys'];
  sign(body: object | string, digest?: 'SHA1' | 'SHA256'): Promise<Sent>;
} {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const kid = randomUUID();
  const key = publicKey.export({ type: 'spki', format: 'pem' }).toString().replaceAll('\n', '');
  return {
    keys: { keyFor: async () => ({ key, algorithm: 'ECDSA', digest: 'SHA1' }), heard: () => undefined },
    sign: async (notification, digest = 'SHA1') => {
      const body = bytesOf(notification);
      const signature = sign(digest, body, privateKey).toString('base64');
      const envelope = Buffer.from(JSON.stringify({ alg: 'ecdsa', kid, signature, digest })).toString('base64');
      return { headers: { 'content-type': 'application/json', 'x-ebay-signature': envelope }, body };
    },
  };
}

export const inlineBody = (changes: object = {}) => ({
  orderId: '12-34567-89012',
  listingId: '110551234567',
  amount: '29.99',
  currency: 'USD',
  buyer: { name: 'Greta Vogel', email: 'greta@example.com' },
  shippingAddress: {
    fullName: 'Greta Vogel',
    line1: 'Torstrasse 12',
    city: 'Berlin',
    region: 'Berlin',
    postalCode: '10119',
    country: 'DE',
  },
  ...changes,
});

/** A reseller's own shop, with the secret of one connection. */
export function signInline(secret: string, order: object | string, algorithm = 'sha256'): Sent {
  const body = bytesOf(order);
  const signature = createHmac(algorithm, secret).update(body).digest('hex');
  return { headers: { 'content-type': 'application/json', 'x-signature': signature }, body };
}

/** Payoneer, which signs the URL that was registered with it. */
export function signIpcn(
  secret: string,
  url: string,
  notification: object | string,
  { nonce = String(randomUUID()), at = new Date(), appName = 'Webhook-IPCNSender-sandbox' as const } = {},
): Sent {
  const body = bytesOf(notification);
  const timestamp = `${Math.floor(at.getTime() / 1000)}`;
  const text = stringToSign({ appName, method: 'POST', url, timestamp, nonce, rawBody: body });
  const signature = createHmac('sha256', secret).update(text).digest('base64');
  const authorization = `hmacauth ${appName}:${signature}:${nonce}:${timestamp}`;
  return { headers: { 'content-type': 'application/json', authorization }, body };
}
