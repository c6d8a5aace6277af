import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import Joi from 'joi';
import { parseLeniently } from '../gate/checked-call.ts';
import { WebhookRejected } from '../webhook/webhook-rejected.ts';
import { harmless, idText, open } from '../wire/fields.ts';

/** `Webhook-IPCNSender-production`, or `-sandbox`. */
type IpcnSender = `Webhook-IPCNSender-${'sandbox' | 'production'}`;

export type SignedIpcn = {
  method: string;
  /** The URL as registered with Payoneer, from the configuration: a proxy's `Host` proves nothing. */
  url: string;
  headers: { readonly authorization?: string | undefined };
  /** The bytes as they came. */
  rawBody: Buffer;
  secret: string;
  appName: IpcnSender;
  now: Date;
  /** Called last, for genuine notifications only. Keep nonces for twice the skew, together with their notifications. */
  seenNonce: (nonce: string) => boolean | Promise<boolean>;
};

/** How far the sender's clock may be from ours, either way. */
export const skewMs = 5 * 60_000;

const header = /^hmacauth ([\w.-]{1,80}):([A-Za-z0-9+/]{43}=):([\w.+/=-]{1,128}):(\d{1,12})$/i;

/**
 * Verifies that Payoneer signed these bytes for this URL just now, and gives the nonce to remember. The formula is the
 * one that integrators found on the wire: Payoneer's own sample does not reproduce its expected values.
 * @throws WebhookRejected
 */
export async function verifyIpcn(sent: SignedIpcn): Promise<{ nonce: string }> {
  const { method, url, rawBody, secret, appName, now, seenNonce } = sent;
  const [, sender, signature = '', nonce = '', timestamp = ''] = header.exec(sent.headers.authorization ?? '') ?? [];
  if (!sender) throw new WebhookRejected('PAYONEER_HEADER_MISSING', 'there is no signature');
  if (sender !== appName) throw new WebhookRejected('PAYONEER_OTHER_SENDER', 'signed by another sender');
  const text = stringToSign({ appName, method, url, timestamp, nonce, rawBody });
  const expected = createHmac('sha256', secret).update(text).digest();
  if (!timingSafeEqual(Buffer.from(signature, 'base64'), expected))
    throw new WebhookRejected('PAYONEER_SIGNATURE_MISMATCH', 'the signature does not belong to this message');
  if (Math.abs(now.getTime() - Number(timestamp) * 1000) > skewMs)
    throw new WebhookRejected('PAYONEER_TIMESTAMP_REFUSED', `sent at ${timestamp}, too far from our clock`);
  if (await seenNonce(nonce)) throw new WebhookRejected('PAYONEER_REPLAYED', 'this notification was taken before');
  return { nonce };
}

type Signed = Pick<SignedIpcn, 'appName' | 'method' | 'url' | 'rawBody'> & { timestamp: string; nonce: string };

/** The text to sign; its parts have no separator. */
export function stringToSign({ appName, method, url, timestamp, nonce, rawBody }: Signed): string {
  const verb = method.toUpperCase();
  const digest = verb === 'POST' ? createHash('md5').update(rawBody).digest('base64') : '';
  return appName + verb + encodedUrl(url) + timestamp + nonce + digest;
}

/** Lower case, query parameters sorted, then encoded as a form value is (space to `+`, `*` and `~` too), lower case again. */
function encodedUrl(url: string): string {
  const [place = '', query] = url.toLowerCase().split(/\?(.*)/s);
  const sorted = query === undefined ? place : `${place}?${query.split('&').toSorted().join('&')}`;
  return new URLSearchParams({ '': sorted }).toString().slice(1).replaceAll('*', '%2A').toLowerCase();
}

/** A hint: only the URL says which event it is, and the payout is read back. */
type Ipcn = {
  /** Our `client_reference_id`, as far as the samples show. */
  reference?: string;
  payeeId?: string;
  reasonCode?: string;
  reason?: string;
};

type Wire = { 'Payee Id'?: string; IntPaymentId?: string; 'Reason Code'?: string; 'Reason Description'?: string };
const id = harmless(
  idText.custom(text => {
    const read = unescaped(String(text));
    if (/^[\x21-\x7e]{1,128}$/.test(read)) return read;
    throw new RangeError('not an id');
  }),
);
const notification = open<Wire>({
  'Payee Id': id,
  IntPaymentId: id,
  'Reason Code': id,
  'Reason Description': harmless(Joi.string().max(1024)),
});

/** Reads a notification that Payoneer has signed. Fields that cannot be read are left out. */
export function readIpcn(rawBody: Buffer): Ipcn {
  const { value, error } = notification.validate(parseLeniently(rawBody.toString('utf8')) ?? {});
  const wire: Wire = error ? {} : value;
  const reason = wire['Reason Description'];
  return {
    ...(wire.IntPaymentId ? { reference: wire.IntPaymentId } : {}),
    ...(wire['Payee Id'] ? { payeeId: wire['Payee Id'] } : {}),
    ...(wire['Reason Code'] ? { reasonCode: wire['Reason Code'] } : {}),
    ...(reason ? { reason: unescaped(reason) } : {}),
  };
}

/** Some senders percent-encode values, with `+` for a space. A `+` alone proves nothing: it may be part of an id. */
function unescaped(text: string): string {
  if (!/%[0-9a-f]{2}/i.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
