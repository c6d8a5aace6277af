import { X509Certificate } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { paypalHosts } from '../../../providers/paypal/certificate-url.ts';
import {
  isFollowed,
  isUnreadable,
  type PayPalWebhook,
  readPayPalEvent,
  verifyPayPalWebhook,
} from '../../../providers/paypal/webhook.ts';
import { type Issued, issue, signWith } from '../certificates.ts';
import { rejection } from '../rejection.ts';

const certUrl = 'https://api.paypal.com/v1/notifications/certs/CERT-1';
const rawBody = Buffer.from('{"id":"WH-1","amount":10.00,"name":"Zoë"}');
const signer = 'messageverificationcerts.paypal.com';

describe('PayPal webhook', () => {
  let root: Issued;
  let intermediate: Issued;
  let leaf: Issued;
  let genuine: PayPalWebhook;

  before(async () => {
    root = await issue({ subject: 'Test Root', isAuthority: true });
    intermediate = await issue({ subject: 'Test Intermediate', issuer: root, isAuthority: true });
    leaf = await issue({ subject: signer, issuer: intermediate });
    genuine = await signedBy(leaf, [leaf, intermediate]);
  });

  async function signedBy(signing: Issued, chain: Issued[], webhookId = 'WEBHOOK-1'): Promise<PayPalWebhook> {
    const [id, time] = ['69cd13f0-d67a-11e5-baa3-778b53f4ae55', '2026-11-20T07:00:00Z'];
    return {
      headers: {
        'PayPal-Transmission-Id': id,
        'paypal-transmission-time': time,
        'paypal-transmission-sig': await signWith(signing, `${id}|${time}|${webhookId}|${crc32(rawBody)}`),
        'paypal-cert-url': certUrl,
        'PAYPAL-AUTH-ALGO': 'SHA256withRSA',
      },
      rawBody,
      applications: [{ clientId: 'ours', webhookId: 'WEBHOOK-1' }],
      fetchCertificate: async () => chain.map(({ pem }) => pem).join('\n'),
      trustAnchors: [new X509Certificate(root.pem)],
      allowedHosts: paypalHosts,
      now: new Date(),
    };
  }

  const withHeader = (name: string, value: string | undefined): PayPalWebhook => ({
    ...genuine,
    headers: { ...genuine.headers, [name]: value },
  });

  it('is believed when the signature and the chain stand', async () => {
    expect(await verifyPayPalWebhook(genuine)).to.equal('ours');
  });

  it('is believed from an application that was replaced, and is told as that one’s', async () => {
    const applications = [{ clientId: 'present', webhookId: 'WEBHOOK-9' }, ...genuine.applications];
    expect(await verifyPayPalWebhook({ ...genuine, applications })).to.equal('ours');
  });

  it('is believed from a leaf that an anchor signed itself, and from the sandbox name', async () => {
    const direct = await issue({ subject: 'messageverificationcerts.sandbox.paypal.com', issuer: root });
    await verifyPayPalWebhook(await signedBy(direct, [direct]));
  });

  it('signs the checksum as an unsigned number', () => {
    expect(crc32('123456789')).to.equal(3421780262);
  });

  it('signs the transmission’s id and time, our webhook’s id and the checksum, joined by bars', async () => {
    const text = 'dfb3be50-fd74-11e4-8bf3-77339302725b|2015-05-18T15:45:13Z|4JH86294D6297924G|3421780262';
    const [id, time, webhookId = ''] = text.split('|');
    const headers = {
      ...genuine.headers,
      'PayPal-Transmission-Id': id,
      'paypal-transmission-time': time,
      'paypal-transmission-sig': await signWith(leaf, text),
    };
    await verifyPayPalWebhook({
      ...genuine,
      headers,
      applications: [{ clientId: 'ours', webhookId }],
      rawBody: Buffer.from('123456789'),
    });
  });

  const forgeries: [string, () => PayPalWebhook | Promise<PayPalWebhook>, string][] = [
    [
      'another body',
      () => ({ ...genuine, rawBody: Buffer.from('{"id":"WH-1","amount":10,"name":"Zoë"}') }),
      'SIGNATURE_MISMATCH',
    ],
    ['a truncated body', () => ({ ...genuine, rawBody: rawBody.subarray(0, -1) }), 'SIGNATURE_MISMATCH'],
    [
      'another webhook',
      () => ({ ...genuine, applications: [{ clientId: 'ours', webhookId: 'WEBHOOK-2' }] }),
      'SIGNATURE_MISMATCH',
    ],
    ['another time', () => withHeader('paypal-transmission-time', '2026-11-20T07:00:01Z'), 'SIGNATURE_MISMATCH'],
    [
      'a truncated signature',
      () => withHeader('paypal-transmission-sig', String(genuine.headers['paypal-transmission-sig']).slice(0, -8)),
      'SIGNATURE_MISMATCH',
    ],
    ['a signature that is no base64', () => withHeader('paypal-transmission-sig', '%%%'), 'SIGNATURE_MISMATCH'],
    [
      'a signature by another key',
      async () => signedBy(await issue({ subject: signer, issuer: root }), [leaf, intermediate]),
      'SIGNATURE_MISMATCH',
    ],
    ['no signature', () => withHeader('paypal-transmission-sig', undefined), 'HEADER_MISSING'],
    ['no time', () => withHeader('paypal-transmission-time', undefined), 'HEADER_MISSING'],
    ['an old algorithm', () => withHeader('PAYPAL-AUTH-ALGO', 'SHA1withRSA'), 'ALGORITHM_REFUSED'],
    ['no algorithm', () => withHeader('PAYPAL-AUTH-ALGO', undefined), 'HEADER_MISSING'],
    ['an unknown authority', () => ({ ...genuine, trustAnchors: [] }), 'CERTIFICATE_UNTRUSTED'],
    [
      'a chain without its middle',
      () => ({ ...genuine, fetchCertificate: async () => leaf.pem }),
      'CERTIFICATE_UNTRUSTED',
    ],
    [
      'a certificate that signed itself',
      async () => {
        const own = await issue({ subject: signer });
        return signedBy(own, [own]);
      },
      'CERTIFICATE_UNTRUSTED',
    ],
    [
      'a middle that is no authority',
      async () => {
        const pretender = await issue({ subject: 'Pretender', issuer: root });
        const forged = await issue({ subject: signer, issuer: pretender });
        return signedBy(forged, [forged, pretender]);
      },
      'CERTIFICATE_UNTRUSTED',
    ],
    [
      'an authority of the same name',
      async () => {
        const namesake = await issue({ subject: 'Test Root', isAuthority: true });
        const forged = await issue({ subject: signer, issuer: namesake });
        return signedBy(forged, [forged, namesake]);
      },
      'CERTIFICATE_UNTRUSTED',
    ],
    [
      'an expired certificate',
      async () => {
        const expired = await issue({ subject: signer, issuer: root, notAfter: new Date(Date.now() - 1000) });
        return signedBy(expired, [expired]);
      },
      'CERTIFICATE_EXPIRED',
    ],
    [
      'a certificate of tomorrow',
      async () => {
        const early = await issue({ subject: signer, issuer: root, notBefore: new Date(Date.now() + 86_400_000) });
        return signedBy(early, [early]);
      },
      'CERTIFICATE_EXPIRED',
    ],
    [
      'an expired middle',
      async () => {
        const middle = await issue({
          subject: 'Old',
          issuer: root,
          isAuthority: true,
          notAfter: new Date(Date.now() - 1000),
        });
        const under = await issue({ subject: signer, issuer: middle });
        return signedBy(under, [under, middle]);
      },
      'CERTIFICATE_UNTRUSTED',
    ],
    [
      'another name',
      async () => {
        const other = await issue({ subject: 'www.paypal.com', issuer: root });
        return signedBy(other, [other]);
      },
      'CERTIFICATE_NAME',
    ],
    [
      'a name that only begins right',
      async () => {
        const other = await issue({ subject: `${signer}.evil.example`, issuer: root });
        return signedBy(other, [other]);
      },
      'CERTIFICATE_NAME',
    ],
    [
      'a file that is no certificate',
      () => ({ ...genuine, fetchCertificate: async () => '<html>' }),
      'CERTIFICATE_UNREADABLE',
    ],
    [
      'a broken certificate',
      () => ({ ...genuine, fetchCertificate: async () => leaf.pem.replace(/M/, 'N') }),
      'CERTIFICATE_UNREADABLE',
    ],
    [
      'a certificate from elsewhere',
      () => withHeader('paypal-cert-url', 'https://evil.example/v1/notifications/certs/C'),
      'CERTIFICATE_URL_REFUSED',
    ],
  ];
  for (const [what, forge, code] of forgeries) {
    it(`is refused with ${what}`, async () => {
      const forged = await forge();
      expect(await rejection(() => verifyPayPalWebhook(forged))).to.equal(`PAYPAL_${code}`);
    });
  }
});

describe('PayPal event', () => {
  const wire = {
    id: 'WH-1',
    event_type: 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED',
    resource_type: 'payouts_item',
    resource: { payout_item_id: 'X' },
  };
  const read = (body: unknown) => readPayPalEvent(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

  it('is read', () => {
    const { resource_type: _type, event_type: type, ...rest } = wire;
    expect(read(wire)).to.deep.equal({ ...rest, type });
    expect([isFollowed(read(wire)), isUnreadable(read(wire))]).to.deep.equal([true, false]);
  });

  it('is named by its bytes where it has no name: the same bytes are the same event', () => {
    const [one, again, other] = [read('{}'), read('{}'), read('{ }')];
    expect(one.id).to.match(/^sha256-[0-9a-f]{64}$/);
    expect([again.id === one.id, other.id === one.id]).to.deep.equal([true, false]);
  });

  it('that should be followed and tells of nothing is told from one that nobody follows', () => {
    expect(isUnreadable(read({ ...wire, resource: null }))).to.equal(true);
    expect(isFollowed(read({ ...wire, resource: null }))).to.equal(false);
    expect(isUnreadable(read({ ...wire, event_type: 'BILLING.PLAN.CREATED', resource: null }))).to.equal(false);
  });

  it('is read, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), anyChange(wire)), body => {
        const { id, type } = read(body);
        expect(id).to.match(/^[\x21-\x7e]{1,128}$/);
        expect(type).to.match(/^[A-Z0-9._-]{3,81}$/);
      }),
    );
  });
});

/** The same with one field dropped, nulled or of another type. */
const anyChange = (wire: object) =>
  fc
    .tuple(fc.constantFrom(...Object.keys(wire)), fc.constantFrom(undefined, null, 7, [], {}, '', 'x\u0000'))
    .map(([key, value]) => ({ ...wire, [key]: value }));
