import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { expect } from 'chai';
import { Terminal } from '../../../domain/call-outcome.ts';
import {
  challengeResponse,
  type EbayKey,
  parseEbayNotification,
  verifyEbaySignature,
} from '../../../providers/ebay/webhook.ts';
import { rejection } from '../rejection.ts';

const kid = '9936261a-7d7b-4621-a0f1-96ccb428af49';
const rawBody = Buffer.from('{"metadata":{"topic":"ORDER_CONFIRMATION"},"notification":{"data":{}}}');
const oneLine = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString().replaceAll('\n', '');
describe('eBay challenge', () => {
  const verificationToken = '71745723-d031-455c-bfa5-f90d11b4f20a';
  const endpoint = 'http://www.testendpoint.com/webhook';

  for (const [challengeCode, expected] of [
    [verificationToken, '048de9ffd0e35021fefc0388d5c52e0f475324f582f3778ca81a53354ccbbc97'],
    ['a8628072-3d33-45ee-9004-bee86830a22d', 'ca527df75caa230092d7e90484071e8f05d63068f1317973d6a3a42593734bbb'],
  ] as const) {
    it(`${challengeCode} is answered as eBay computes it`, () => {
      expect(challengeResponse({ challengeCode, verificationToken, endpoint })).to.equal(expected);
    });
  }
});

describe('eBay signature', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const key: EbayKey = { key: oneLine(pair.publicKey), algorithm: 'ECDSA', digest: 'SHA1' };
  const header = (changes: object = {}, body = rawBody, privateKey = pair.privateKey): string => {
    const signature = sign('sha1', body, privateKey).toString('base64');
    return Buffer.from(JSON.stringify({ alg: 'ecdsa', kid, signature, digest: 'SHA1', ...changes })).toString('base64');
  };
  const verify = (given: string | undefined, body = rawBody, found: EbayKey = key) =>
    verifyEbaySignature({ header: given, rawBody: body, publicKey: async () => found });

  it('is believed over the bytes as they came', async () => {
    await verify(header());
  });

  it('is believed with SHA-256 where the key says so', async () => {
    const signature = sign('sha256', rawBody, pair.privateKey).toString('base64');
    await verify(header({ digest: 'SHA256', signature }), rawBody, { ...key, digest: 'SHA256' });
  });

  const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const otherCurve = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
  const truncated = sign('sha1', rawBody, pair.privateKey).subarray(0, -4).toString('base64');
  for (const [what, work, code] of [
    ['another body', () => verify(header(), Buffer.from(`${rawBody} `)), 'SIGNATURE_MISMATCH'],
    ['a truncated body', () => verify(header(), rawBody.subarray(0, -1)), 'SIGNATURE_MISMATCH'],
    ['another key', () => verify(header({}, rawBody, other.privateKey)), 'SIGNATURE_MISMATCH'],
    ['a truncated signature', () => verify(header({ signature: truncated })), 'SIGNATURE_MISMATCH'],
    [
      'a key on another curve',
      () => verify(header(), rawBody, { ...key, key: oneLine(otherCurve.publicKey) }),
      'ALGORITHM_REFUSED',
    ],
    ['a digest that is not the key’s', () => verify(header({ digest: 'SHA256' })), 'ALGORITHM_REFUSED'],
    ['a key of another algorithm', () => verify(header(), rawBody, { ...key, algorithm: 'RSA' }), 'ALGORITHM_REFUSED'],
    ['a digest we do not take', () => verify(header({ digest: 'MD5' })), 'NOTIFICATION_UNREADABLE'],
    ['an algorithm we do not take', () => verify(header({ alg: 'hmac' })), 'NOTIFICATION_UNREADABLE'],
    ['a key id that is a path', () => verify(header({ kid: '../../../oauth2/token' })), 'KEY_ID_INVALID'],
    ['no header', () => verify(undefined), 'HEADER_MISSING'],
    ['a header that is no JSON', () => verify('bm90IGpzb24='), 'NOTIFICATION_UNREADABLE'],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      expect(await rejection(work)).to.equal(`EBAY_${code}`);
    });
  }

  it('is refused with a key that eBay does not know', async () => {
    const publicKey = async () => {
      throw new Terminal('EBAY_195001', 'HTTP 404');
    };
    const work = () => verifyEbaySignature({ header: header(), rawBody, publicKey });
    expect(await rejection(work)).to.equal('EBAY_KEY_UNKNOWN');
  });
});

describe('eBay notification', () => {
  const body = (data: object, topic = 'ORDER_CONFIRMATION'): Buffer =>
    Buffer.from(JSON.stringify({ metadata: { topic }, notification: { notificationId: 'n-1', data } }));

  it('names the order', () => {
    const read = { notificationId: 'n-1', topic: 'ORDER_CONFIRMATION', orderId: '12-34567-89012', persons: [] };
    expect(parseEbayNotification(body({ orderId: '12-34567-89012', more: 1 }))).to.deep.equal(read);
  });

  it('names the user who is to be erased', () => {
    const topic = 'MARKETPLACE_ACCOUNT_DELETION';
    const read = { notificationId: 'n-1', topic, username: 'test_user', persons: ['test_user', 'x'] };
    expect(parseEbayNotification(body({ username: 'test_user', userId: 'x' }, topic))).to.deep.equal(read);
  });

  for (const [what, raw] of [
    ['an order id that is a path', body({ orderId: '../1' })],
    ['a topic that is none', body({}, 'order')],
    ['no data', Buffer.from('{"metadata":{"topic":"A_B"},"notification":{"notificationId":"n"}}')],
    ['no JSON', Buffer.from('x')],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      expect(await rejection(() => parseEbayNotification(raw))).to.equal('EBAY_NOTIFICATION_UNREADABLE');
    });
  }
});
