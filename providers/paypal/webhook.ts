import { verify, type X509Certificate } from 'node:crypto';
import { crc32 } from 'node:zlib';
import Joi from 'joi';
import { open } from '../fields.ts';
import { readNotification, WebhookRejected } from '../webhook-rejected.ts';
import { type FetchCertificate, trustedLeaf } from './certificate.ts';
import { type AllowedPlaces, certificateUrl } from './certificate-url.ts';

export type PayPalWebhook = AllowedPlaces & {
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes as they came: parsing and writing them again breaks the checksum. */
  rawBody: Buffer;
  /** Ours, from the configuration; the body names none. */
  webhookId: string;
  fetchCertificate: FetchCertificate;
  trustAnchors: readonly X509Certificate[];
  now: Date;
};

/**
 * Verifies offline that PayPal sent these bytes to this webhook. An old transmission time is fine (retries last three
 * days); a replay is caught by the event id. Returns when genuine.
 * @throws WebhookRejected when it is not, Retryable when the certificate cannot be had now
 */
export async function verifyPayPalWebhook(webhook: PayPalWebhook): Promise<void> {
  const { rawBody, webhookId, fetchCertificate, trustAnchors, now } = webhook;
  const header = headerReader(webhook.headers);
  const [id, time] = [header('paypal-transmission-id'), header('paypal-transmission-time')];
  const signature = header('paypal-transmission-sig');
  const url = certificateUrl(header('paypal-cert-url'), webhook);
  if (header('paypal-auth-algo') !== 'SHA256withRSA') {
    throw new WebhookRejected('PAYPAL_ALGORITHM_REFUSED', 'only SHA256withRSA is accepted');
  }
  const { publicKey } = trustedLeaf(await fetchCertificate(url), trustAnchors, now);
  const message = `${id}|${time}|${webhookId}|${crc32(rawBody)}`;
  const genuine =
    publicKey.asymmetricKeyType === 'rsa' &&
    verify('sha256', Buffer.from(message), publicKey, Buffer.from(signature, 'base64'));
  if (!genuine) throw new WebhookRejected('PAYPAL_SIGNATURE_MISMATCH', 'the signature does not belong to this message');
}

function headerReader(headers: PayPalWebhook['headers']) {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (name: string): string => {
    const value = byName.get(name);
    if (typeof value === 'string' && value !== '') return value;
    throw new WebhookRejected('PAYPAL_HEADER_MISSING', `${name} is missing`);
  };
}

/** A hint: the resource is read back before anything is done. */
export type PayPalEvent = { id: string; type: string; resourceType: string; resource: Record<string, unknown> };

type WireEvent = { id: string; event_type: string; resource_type: string; resource: Record<string, unknown> };
const event = open<WireEvent>({
  id: Joi.string()
    .pattern(/^WH-[A-Za-z0-9-]{1,100}$/)
    .required(),
  event_type: Joi.string()
    .pattern(/^[A-Z][A-Z._-]{2,80}$/)
    .required(),
  resource_type: Joi.string()
    .pattern(/^[a-z][a-z_-]{1,60}$/)
    .required(),
  resource: Joi.object().unknown().required(),
});

/** @throws WebhookRejected */
export function parsePayPalEvent(rawBody: Buffer): PayPalEvent {
  const { id, event_type: type, resource_type: resourceType, resource } = readNotification('PAYPAL', event, rawBody);
  return { id, type, resourceType, resource };
}

const followed =
  /^(CHECKOUT\.ORDER\.(APPROVED|COMPLETED)|PAYMENT\.(CAPTURE|REFUND|PAYOUTSBATCH|PAYOUTS-ITEM)\.[A-Z]+|CUSTOMER\.DISPUTE\.[A-Z]+)$/;

/** Whether anything follows from events of this type; the others are stored and acknowledged. */
export const isFollowed = (type: string): boolean => followed.test(type);
