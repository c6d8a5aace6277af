import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import Joi from 'joi';
import { isFailure } from '../../domain/call-outcome.ts';
import { readNotification, WebhookRejected } from '../webhook/webhook-rejected.ts';
import { idText, open } from '../wire/fields.ts';

/** As eBay sends it: PEM on one line. */
export type EbayKey = { key: string; algorithm: string; digest: string };

/** A key id goes into a URL: letters, digits and hyphens, like the UUID that it is. */
const isKeyId = (kid: string): boolean => /^[A-Za-z0-9][A-Za-z0-9-]{7,63}$/.test(kid);

export type Challenge = { challengeCode: string; verificationToken: string; endpoint: string };

/** The answer to eBay's GET. `endpoint` exactly as it was registered: scheme, case, trailing slash, no query. */
export const challengeResponse = ({ challengeCode, verificationToken, endpoint }: Challenge): string =>
  createHash('sha256').update(challengeCode).update(verificationToken).update(endpoint).digest('hex');

const digests: Record<string, string> = { SHA1: 'sha1', SHA256: 'sha256' };

type WireSignature = { alg: string; kid: string; signature: string; digest: string };
const signatureHeader = open<WireSignature>({
  alg: Joi.string().valid('ecdsa', 'ECDSA').required(),
  kid: Joi.string().required(),
  signature: Joi.string().base64().required(),
  digest: Joi.string()
    .valid(...Object.keys(digests))
    .required(),
});

type SignedNotification = {
  /** `X-EBAY-SIGNATURE`. */
  header: string | undefined;
  /** The bytes as they came. */
  rawBody: Buffer;
  publicKey: (kid: string) => Promise<EbayKey>;
};

/**
 * Verifies that eBay signed these bytes: ECDSA over prime256v1. Returns when genuine.
 * @throws WebhookRejected when they are not genuine, Retryable or Terminal when the key cannot be fetched
 */
export async function verifyEbaySignature({ header, rawBody, publicKey }: SignedNotification): Promise<void> {
  const { kid, signature, digest } = readHeader(header);
  const key = await known(publicKey(kid));
  const agrees = key.algorithm.toUpperCase() === 'ECDSA' && key.digest.toUpperCase() === digest;
  if (!agrees) throw new WebhookRejected('EBAY_ALGORITHM_REFUSED', 'the key is made for another algorithm');
  if (!verify(digests[digest], rawBody, toKeyObject(key), Buffer.from(signature, 'base64'))) {
    throw new WebhookRejected('EBAY_SIGNATURE_MISMATCH', 'the signature does not belong to this body');
  }
}

/** A key that eBay does not know was made up; every other failure is ours or the network's. */
async function known(key: Promise<EbayKey>): Promise<EbayKey> {
  try {
    return await key;
  } catch (error) {
    if (isFailure(error) && error.code === 'EBAY_195001')
      throw new WebhookRejected('EBAY_KEY_UNKNOWN', 'not a key of eBay');
    throw error;
  }
}

function readHeader(header: string | undefined): WireSignature {
  if (!header || header.length > 4096) throw new WebhookRejected('EBAY_HEADER_MISSING', 'there is no signature');
  const signature = readNotification('EBAY', signatureHeader, Buffer.from(header, 'base64'));
  if (!isKeyId(signature.kid)) throw new WebhookRejected('EBAY_KEY_ID_INVALID', 'the key id is none');
  return signature;
}

/** eBay's PEM has no line breaks, which Node's parser refuses: the DER inside is loaded. */
function toKeyObject({ key }: EbayKey): KeyObject {
  const der = Buffer.from(key.replace(/-----(BEGIN|END) PUBLIC KEY-----|\s/g, ''), 'base64');
  const loaded = createPublicKey({ key: der, format: 'der', type: 'spki' });
  if (loaded.asymmetricKeyDetails?.namedCurve === 'prime256v1') return loaded;
  throw new WebhookRejected('EBAY_ALGORITHM_REFUSED', 'the key is not on prime256v1');
}

/** A hint: the order of ORDER_CONFIRMATION is read back; the person of MARKETPLACE_ACCOUNT_DELETION is to be erased. */
export type EbayNotification = {
  notificationId: string;
  topic: string;
  orderId?: string;
  username?: string;
  /** All names of the person in eBay's answers: since 2025 an immutable id replaces some user names. */
  persons: readonly string[];
};

type Wire = {
  metadata: { topic: string };
  notification: { notificationId: string; data: { orderId?: string; username?: string; userId?: string } };
};
const name = Joi.string().max(128).empty(['', null]);
const notification = open<Wire>({
  metadata: open({
    topic: Joi.string()
      .pattern(/^[A-Z][A-Z_]{2,60}$/)
      .required(),
  }).required(),
  notification: open({
    notificationId: idText.required(),
    data: open({
      orderId: Joi.string().pattern(/^[0-9A-Za-z-]{1,40}$/),
      username: name,
      userId: name,
    }).required(),
  }).required(),
});

/** @throws WebhookRejected */
export function parseEbayNotification(rawBody: Buffer): EbayNotification {
  const { metadata, notification: sent } = readNotification('EBAY', notification, rawBody);
  const { orderId, username, userId } = sent.data;
  return {
    notificationId: sent.notificationId,
    topic: metadata.topic,
    ...(orderId ? { orderId } : {}),
    ...(username ? { username } : {}),
    persons: [username, userId].filter(text => text !== undefined),
  };
}
