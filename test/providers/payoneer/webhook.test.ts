import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { readIpcn, type SignedIpcn, skewMs, stringToSign, verifyIpcn } from '../../../providers/payoneer/webhook.ts';
import { rejection } from '../rejection.ts';

const sentAt = 1_700_000_000;
const appName = 'Webhook-IPCNSender-sandbox';
const message = {
  method: 'POST',
  url: 'https://example.com/webhooks',
  rawBody: Buffer.from('{"Payee Id":"p"}'),
  appName,
} as const;

/**
 * DERIVED, not a vendor's: computed apart from our code by the rule of pcriv/go-payoneer, whose author checked it
 * against a real sandbox notification. The numbers in Payoneer's own Java sample do not reproduce.
 */
const vector = {
  text: 'Webhook-IPCNSender-sandboxPOSThttps%3a%2f%2fexample.com%2fwebhooks1700000000nonce-1YE113Nc4elEqiYZC+JRmgg==',
  signature: 'M2wyAni2ltbNP+LUWs3hu6jEVx9hQCP8kI17vzZJS0Q=',
  secret: 'test-secret',
  nonce: 'nonce-1',
};

const authorization = (changes: { sender?: string; signature?: string; nonce?: string; timestamp?: number } = {}) => {
  const { sender = appName, signature = vector.signature, nonce = vector.nonce, timestamp = sentAt } = changes;
  return `hmacauth ${sender}:${signature}:${nonce}:${timestamp}`;
};

const verify = (changes: Partial<SignedIpcn> = {}) =>
  verifyIpcn({
    ...message,
    headers: { authorization: authorization() },
    secret: vector.secret,
    now: new Date(sentAt * 1000),
    seenNonce: () => false,
    ...changes,
  });

describe('Payoneer notification', () => {
  it('is signed over the text of the derived vector', () => {
    expect(stringToSign({ ...message, timestamp: `${sentAt}`, nonce: vector.nonce })).to.equal(vector.text);
  });

  it('is believed with the signature of the derived vector, which gives its nonce', async () => {
    expect(await verify()).to.deep.equal({ nonce: 'nonce-1' });
  });

  it('is believed by five minutes either way', async () => {
    for (const offset of [-skewMs, skewMs]) await verify({ now: new Date(sentAt * 1000 + offset) });
  });

  const other = createHmac('sha256', 'other').update(vector.text).digest('base64');
  for (const [what, changes, code] of [
    ['another body', { rawBody: Buffer.from('{"Payee Id":"q"}') }, 'SIGNATURE_MISMATCH'],
    ['another method', { method: 'PUT' }, 'SIGNATURE_MISMATCH'],
    ['another URL', { url: 'https://example.com/webhooks/' }, 'SIGNATURE_MISMATCH'],
    ['another secret', { secret: 'other' }, 'SIGNATURE_MISMATCH'],
    ['another signature', { headers: { authorization: authorization({ signature: other }) } }, 'SIGNATURE_MISMATCH'],
    ['another nonce', { headers: { authorization: authorization({ nonce: 'nonce-2' }) } }, 'SIGNATURE_MISMATCH'],
    ['a later time', { headers: { authorization: authorization({ timestamp: sentAt + 1 }) } }, 'SIGNATURE_MISMATCH'],
    ['the sender of production', { appName: 'Webhook-IPCNSender-production' }, 'OTHER_SENDER'],
    ['a clock that is ahead', { now: new Date(sentAt * 1000 - skewMs - 1) }, 'TIMESTAMP_REFUSED'],
    ['a clock that is behind', { now: new Date(sentAt * 1000 + skewMs + 1) }, 'TIMESTAMP_REFUSED'],
    ['a nonce that was there before', { seenNonce: async () => true }, 'REPLAYED'],
    ['no header', { headers: {} }, 'HEADER_MISSING'],
    ['another scheme', { headers: { authorization: 'Basic cGF5b25lZXI6eA==' } }, 'HEADER_MISSING'],
    ['a short signature', { headers: { authorization: authorization({ signature: 'AAAA' }) } }, 'HEADER_MISSING'],
  ] as const satisfies readonly (readonly [string, Partial<SignedIpcn>, string])[]) {
    it(`is refused with ${what}`, async () => {
      expect(await rejection(() => verify(changes))).to.equal(`PAYONEER_${code}`);
    });
  }

  it('never asks after the nonce of a forged one', async () => {
    const seenNonce = () => expect.fail('was asked');
    await rejection(() => verify({ secret: 'other', seenNonce }));
  });

  for (const [what, url, encoded] of [
    ['in lower case', 'https://Example.com/A', 'https%3a%2f%2fexample.com%2fa'],
    ['with sorted parameters', 'https://e.com/?b=2&a=1&a=0', 'https%3a%2f%2fe.com%2f%3fa%3d0%26a%3d1%26b%3d2'],
    ['with what other encodings leave alone', "https://e.com/~*!'() x", 'https%3a%2f%2fe.com%2f%7e%2a%21%27%28%29+x'],
  ] as const) {
    it(`signs its URL ${what}, and no digest of a GET`, () => {
      const text = stringToSign({ ...message, method: 'get', url, timestamp: '1', nonce: 'n' });
      expect(text).to.equal(`${appName}GET${encoded}1n`);
    });
  }
});

describe('the body of a Payoneer notification', () => {
  const parse = (body: object | string) =>
    readIpcn(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

  it('names a payout or a payee, and why', () => {
    const body = { 'Payee Id': 'payee-1', IntPaymentId: 'leg-1', 'Reason Code': 30013, 'Reason Description': 'Bank' };
    expect(parse(body)).to.deep.equal({ payeeId: 'payee-1', reference: 'leg-1', reasonCode: '30013', reason: 'Bank' });
    expect(parse({ 'Payee Id': 'payee-1', 'Reason Description': '', Amount: 1 })).to.deep.equal({ payeeId: 'payee-1' });
  });

  it('may be percent-encoded', () => {
    const body = { IntPaymentId: 'leg%2d1', 'Reason Description': 'Bank+branch%20code' };
    expect(parse(body)).to.deep.equal({ reference: 'leg-1', reason: 'Bank branch code' });
    expect(parse({ IntPaymentId: 'a+b', 'Reason Description': '100%' })).to.deep.equal({
      reference: 'a+b',
      reason: '100%',
    });
    expect(parse({ IntPaymentId: 'a', 'Reason Description': '%ff' })).to.deep.equal({ reference: 'a', reason: '%ff' });
  });

  for (const [what, body] of [
    ['names nobody', { Amount: 1 }],
    ['names nothing but emptiness', { 'Payee Id': '' }],
    ['has an id with a line break', { IntPaymentId: 'leg%0a1' }],
    ['has an id that is a list', { IntPaymentId: ['leg-1'] }],
    ['is no JSON', 'Payee+Id=p'],
    ['is nothing', ''],
    ['is a list', '[]'],
  ] as const) {
    it(`says nothing when it ${what}`, () => {
      expect(parse(body)).to.deep.equal({});
    });
  }

  it('says what can be read of it beside what cannot', () => {
    expect(parse({ IntPaymentId: 'leg-1', 'Reason Code': {}, 'Reason Description': 7 })).to.deep.equal({
      reference: 'leg-1',
    });
  });
});
