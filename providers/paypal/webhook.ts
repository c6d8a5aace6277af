import { createHash, verify, type X509Certificate } from 'node:crypto';
import { crc32 } from 'node:zlib';
import Joi from 'joi';
import { parseLeniently } from '../gate/checked-call.ts';
import { WebhookRejected } from '../webhook/webhook-rejected.ts';
import { harmless, open } from '../wire/fields.ts';
import { type FetchCertificate, trustedLeaf } from './certificate.ts';
import { type AllowedPlaces, certificateUrl } from './certificate-url.ts';

export type PayPalWebhook = AllowedPlaces & {
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes as they came: parsing and writing them again breaks the checksum. */
  rawBody: Buffer;
  /** Our applications, the present one and those before it, with the ids of their webhooks: the body does not contain them. */
  applications: readonly { readonly clientId: string; readonly webhookId: string }[];
  fetchCertificate: FetchCertificate;
  trustAnchors: readonly X509Certificate[];
  now: Date;
};

/**
 * Verifies offline that PayPal sent these bytes to one of our webhooks. An old transmission time is fine (retries last three
 * days); a replay is caught by the event id. @returns the client id of the application that it was sent to
 * @throws WebhookRejected when they are not genuine, Retryable when the certificate cannot be fetched now
 */
export async function verifyPayPalWebhook(webhook: PayPalWebhook): Promise<string> {
  const { rawBody, applications, fetchCertificate, trustAnchors, now } = webhook;
  const header = headerReader(webhook.headers);
  const [id, time] = [header('paypal-transmission-id'), header('paypal-transmission-time')];
  const signature = header('paypal-transmission-sig');
  const url = certificateUrl(header('paypal-cert-url'), webhook);
  if (header('paypal-auth-algo') !== 'SHA256withRSA') {
    throw new WebhookRejected('PAYPAL_ALGORITHM_REFUSED', 'only SHA256withRSA is accepted');
  }
  const { publicKey } = trustedLeaf(await fetchCertificate(url), trustAnchors, now);
  const checksum = crc32(rawBody);
  const isSentTo = ({ webhookId }: { webhookId: string }): boolean =>
    verify(
      'sha256',
      Buffer.from(`${id}|${time}|${webhookId}|${checksum}`),
      publicKey,
      Buffer.from(signature, 'base64'),
    );
  const application = publicKey.asymmetricKeyType === 'rsa' ? applications.find(isSentTo) : undefined;
  if (!application)
    throw new WebhookRejected('PAYPAL_SIGNATURE_MISMATCH', 'the signature does not belong to this message');
  return application.clientId;
}

function headerReader(headers: PayPalWebhook['headers']) {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (name: string): string => {
    const value = byName.get(name);
    if (typeof value === 'string' && value !== '') return value;
    throw new WebhookRejected('PAYPAL_HEADER_MISSING', `${name} is missing`);
  };
}

/** A hint: the resource is read back before anything is done. Undefined where the event names none. */
export type PayPalEvent = { id: string; type: string; resource: Record<string, unknown> | undefined };

type WireEvent = { id?: string; event_type?: string; resource?: Record<string, unknown> };
const event = open<WireEvent>({
  id: harmless(Joi.string().pattern(/^[\x21-\x7e]{1,128}$/)),
  event_type: harmless(Joi.string().pattern(/^[A-Z][A-Z0-9._-]{2,80}$/)),
  resource: harmless(Joi.object().unknown()),
});

/**
 * Reads an event that PayPal has signed, or lists itself: whatever it contains, it is PayPal's, and is kept. An event
 * without an id gets one from its bytes, so that it keeps it when it is sent again.
 */
export function readPayPalEvent(rawBody: Buffer): PayPalEvent {
  const { value = {}, error } = event.validate(parseLeniently(rawBody.toString('utf8')));
  const { id, event_type: type = 'UNKNOWN', resource }: WireEvent = error ? {} : value;
  return { id: id ?? `sha256-${createHash('sha256').update(rawBody).digest('hex')}`, type, resource };
}

const followed =
  /^(CHECKOUT\.ORDER\.(APPROVED|COMPLETED)|PAYMENT\.(CAPTURE|REFUND|PAYOUTSBATCH|PAYOUTS-ITEM)\.[A-Z]+|CUSTOMER\.DISPUTE\.[A-Z]+)$/;

/** Whether anything follows from an event; the others are stored and acknowledged. */
export const isFollowed = ({ type, resource }: PayPalEvent): boolean => isOfNote(type) && resource !== undefined;

/** An event of a followed type that names no resource: a person should know. */
export const isUnreadable = ({ type, resource }: PayPalEvent): boolean => isOfNote(type) && resource === undefined;

const isOfNote = (type: string): boolean => followed.test(type);
