import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { ask, callsTo, type Gated, refusedByStatus } from '../gate/checked-call.ts';
import { WebhookRejected } from '../webhook/webhook-rejected.ts';

const maxChainLength = 6;

export type FetchCertificate = (url: string) => Promise<string>;

/**
 * Fetches PEM text: no redirect is followed, at most 64 KB within 10 s. The URL must have been checked.
 * @throws Retryable when it cannot be had now, WebhookRejected when it is not there
 */
export const createCertificateFetcher =
  ({ gate }: Gated = {}): FetchCertificate =>
  async url => {
    const call = callsTo('paypal', gate).reading({}, { account: 'certificates' });
    const answer = await ask(call, { method: 'GET', url, maxAnswerBytes: 64 * 1024 });
    const later = refusedByStatus(call, answer);
    if (later) throw later;
    if (answer.status === 200) return answer.body;
    throw new WebhookRejected('PAYPAL_CERTIFICATE_NOT_FOUND', `HTTP ${answer.status} in place of a certificate`);
  };

/** The public authorities that Node knows, and outside production one of our own. */
export const trustAnchors = (...extraPem: string[]): X509Certificate[] =>
  [...rootCertificates, ...extraPem].map(pem => new X509Certificate(pem));

/**
 * The leaf of a PEM bundle whose chain is valid: leaf → intermediates of the same bundle → an anchor, each signed by
 * the next and valid at `now`. @throws WebhookRejected
 */
export function trustedLeaf(pem: string, anchors: readonly X509Certificate[], now: Date): X509Certificate {
  const [leaf, ...intermediates] = certificates(pem);
  if (!leaf) throw new WebhookRejected('PAYPAL_CERTIFICATE_UNREADABLE', 'there is no certificate in the file');
  if (!isMessageSigner(leaf))
    throw new WebhookRejected('PAYPAL_CERTIFICATE_NAME', 'the certificate names another subject');
  if (!isValidAt(leaf, now))
    throw new WebhookRejected('PAYPAL_CERTIFICATE_EXPIRED', 'the certificate is not valid now');

  let link = leaf;
  for (let length = 1; length < maxChainLength; length += 1) {
    if (anchors.some(anchor => isIssuedBy(link, anchor) && isValidAt(anchor, now))) return leaf;
    const issuer = intermediates.find(other => other !== link && isIssuedBy(link, other) && isValidAt(other, now));
    if (!issuer) break;
    link = issuer;
  }
  throw new WebhookRejected('PAYPAL_CERTIFICATE_UNTRUSTED', 'the certificate leads to no authority that we trust');
}

function certificates(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.slice(0, maxChainLength).map(block => new X509Certificate(block));
  } catch {
    throw new WebhookRejected('PAYPAL_CERTIFICATE_UNREADABLE', 'the file is no certificate');
  }
}

/** `messageverificationcerts.paypal.com`, `messageverificationcerts.sandbox.paypal.com`. */
const isMessageSigner = ({ subject }: X509Certificate): boolean =>
  /^CN=messageverificationcerts\.([a-z0-9-]+\.)*paypal\.com$/im.test(subject);

const isValidAt = (certificate: X509Certificate, now: Date): boolean =>
  certificate.validFromDate <= now && now <= certificate.validToDate;

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
