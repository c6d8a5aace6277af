import { expect } from 'chai';
import { type Call, moneyCall, read } from '../../../providers/gate/checked-call.ts';
import { duplicateBatch, isMissing, issues, names, refused } from '../../../providers/paypal/classify.ts';
import type { HttpAnswer } from '../../../providers/wire/http.ts';
import { paypalIssues, paypalNames } from '../documented-refusals.ts';

const money: Call = { provider: 'paypal', ...moneyCall, gate: undefined };
const reading: Call = { provider: 'paypal', ...read, gate: undefined };
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
/** PayPal's own error document. */
const document = (changes: object): HttpAnswer =>
  answer(422, { name: 'UNPROCESSABLE_ENTITY', message: 'It could not be done.', debug_id: 'd', ...changes });
const kindAndCode = (call: Call, refusal: HttpAnswer): string => {
  const { kind, code } = refused(call, refusal);
  return `${kind} ${code}`;
};

describe('PayPal refusals', () => {
  it('are those that are documented, and no others', () => {
    expect(names).to.have.all.keys(paypalNames);
    expect(issues).to.have.all.keys(paypalIssues);
  });

  for (const [name, kind] of Object.entries(paypalNames)) {
    it(`${name} on a money call is ${kind}`, () => {
      expect(kindAndCode(money, answer(400, { name }))).to.equal(`${kind} PAYPAL_${name.toUpperCase()}`);
    });
  }

  for (const [issue, kind] of Object.entries(paypalIssues)) {
    it(`${issue} on a money call is ${kind}`, () => {
      const body = { name: 'UNPROCESSABLE_ENTITY', details: [{ issue }] };
      expect(kindAndCode(money, answer(422, body))).to.equal(`${kind} PAYPAL_${issue}`);
    });
  }

  for (const [what, given, onMoney, onRead] of [
    [
      '429',
      answer(429, { name: 'RATE_LIMIT_REACHED' }),
      'retryable PAYPAL_RATE_LIMITED',
      'retryable PAYPAL_RATE_LIMITED',
    ],
    [
      '500',
      answer(500, { name: 'INTERNAL_SERVER_ERROR' }),
      'uncertain PAYPAL_SERVER_ERROR',
      'retryable PAYPAL_SERVER_ERROR',
    ],
    [
      '500 in its other spelling',
      answer(500, { name: 'INTERNAL_ERROR' }),
      'uncertain PAYPAL_SERVER_ERROR',
      'retryable PAYPAL_SERVER_ERROR',
    ],
    [
      '503',
      answer(503, { name: 'SERVICE_UNAVAILABLE' }),
      'uncertain PAYPAL_SERVER_ERROR',
      'retryable PAYPAL_SERVER_ERROR',
    ],
    [
      'a 5xx that names a final issue',
      answer(500, { details: [{ issue: 'INSTRUMENT_DECLINED' }] }),
      'uncertain PAYPAL_SERVER_ERROR',
      'retryable PAYPAL_SERVER_ERROR',
    ],
    [
      'an unknown issue',
      answer(422, { name: 'UNPROCESSABLE_ENTITY', details: [{ issue: 'NEW_THING' }] }),
      'uncertain PAYPAL_NEW_THING',
      'retryable PAYPAL_NEW_THING',
    ],
    [
      'a permission that the account was never given',
      answer(403, {
        name: 'AUTHORIZATION_ERROR',
        message: 'Authorization error occurred',
        debug_id: 'abc123',
        information_link: 'https://developer.paypal.com/docs/api/payments.payouts-batch/#errors',
        links: [],
      }),
      'terminal PAYPAL_AUTHORIZATION_ERROR',
      'terminal PAYPAL_AUTHORIZATION_ERROR',
    ],
    [
      'an unknown issue in PayPal’s own document',
      document({ details: [{ field: '/purchase_units/0/shipping/address', issue: 'SHIPPING_ADDRESS_INVALID' }] }),
      'terminal PAYPAL_SHIPPING_ADDRESS_INVALID',
      'terminal PAYPAL_SHIPPING_ADDRESS_INVALID',
    ],
    [
      'an unknown name in PayPal’s own document',
      document({ name: 'NEW_NAME' }),
      'terminal PAYPAL_NEW_NAME',
      'terminal PAYPAL_NEW_NAME',
    ],
    [
      'the same with the reference in the header only',
      answer(422, { name: 'NEW_NAME' }, { 'paypal-debug-id': 'abc' }),
      'terminal PAYPAL_NEW_NAME',
      'terminal PAYPAL_NEW_NAME',
    ],
    [
      'an unknown issue that speaks of a repetition',
      document({ details: [{ issue: 'DUPLICATE_REQUEST_ID' }] }),
      'uncertain PAYPAL_DUPLICATE_REQUEST_ID',
      'retryable PAYPAL_DUPLICATE_REQUEST_ID',
    ],
    [
      'a repetition under a name that is certain elsewhere',
      document({ name: 'INVALID_REQUEST', details: [{ issue: 'REQUEST_ALREADY_PROCESSED' }] }),
      'uncertain PAYPAL_INVALID_REQUEST',
      'retryable PAYPAL_INVALID_REQUEST',
    ],
    [
      'a repetition behind an issue that is certain',
      document({ details: [{ issue: 'AMOUNT_MISMATCH' }, { issue: 'ORDER_ALREADY_CAPTURED' }] }),
      'uncertain PAYPAL_ORDER_ALREADY_CAPTURED',
      'retryable PAYPAL_ORDER_ALREADY_CAPTURED',
    ],
    [
      'a name that speaks of its own systems',
      document({ name: 'INTERNAL_SERVICE_ERROR' }),
      'uncertain PAYPAL_INTERNAL_SERVICE_ERROR',
      'retryable PAYPAL_INTERNAL_SERVICE_ERROR',
    ],
    [
      'a detail that cannot be read: it may speak of a repetition',
      document({ name: 'NEW_NAME', details: [null] }),
      'uncertain PAYPAL_HTTP_422',
      'retryable PAYPAL_HTTP_422',
    ],
    [
      'a batch that is refused without a word of why',
      answer(400, { name: 'USER_BUSINESS_ERROR', message: 'User business error.', debug_id: 'd' }),
      'uncertain PAYPAL_USER_BUSINESS_ERROR',
      'retryable PAYPAL_USER_BUSINESS_ERROR',
    ],
    [
      'a batch that is refused for its receiver',
      document({
        name: 'USER_BUSINESS_ERROR',
        details: [{ field: 'items[0].receiver', issue: 'Receiver is invalid' }],
      }),
      'terminal PAYPAL_USER_BUSINESS_ERROR',
      'terminal PAYPAL_USER_BUSINESS_ERROR',
    ],
    ...[408, 409, 425].map(
      status =>
        [
          `${status}, whatever it says`,
          { ...document({ name: 'NOT_AUTHORIZED' }), status },
          'uncertain PAYPAL_NOT_AUTHORIZED',
          'retryable PAYPAL_NOT_AUTHORIZED',
        ] as const,
    ),
    ['an unknown name', answer(400, { name: 'NEW_NAME' }), 'uncertain PAYPAL_NEW_NAME', 'retryable PAYPAL_NEW_NAME'],
    ['a page of HTML', answer(403, '<html>'), 'uncertain PAYPAL_HTTP_403', 'retryable PAYPAL_HTTP_403'],
    [
      'a name that every object has',
      answer(400, { name: 'constructor', details: [{ issue: 'toString' }] }),
      'uncertain PAYPAL_CONSTRUCTOR',
      'retryable PAYPAL_CONSTRUCTOR',
    ],
    ['401', answer(401, ''), 'terminal PAYPAL_HTTP_401', 'terminal PAYPAL_HTTP_401'],
    ['a redirect', answer(302, ''), 'uncertain PAYPAL_HTTP_302', 'retryable PAYPAL_HTTP_302'],
    [
      '409',
      answer(409, { name: 'RESOURCE_CONFLICT' }),
      'uncertain PAYPAL_RESOURCE_CONFLICT',
      'retryable PAYPAL_RESOURCE_CONFLICT',
    ],
    [
      '404',
      answer(404, { name: 'RESOURCE_NOT_FOUND' }),
      'terminal PAYPAL_RESOURCE_NOT_FOUND',
      'retryable PAYPAL_RESOURCE_NOT_FOUND',
    ],
    [
      'a batch that is refused without a link',
      answer(400, {
        name: 'USER_BUSINESS_ERROR',
        details: [{ field: 'SENDER_BATCH_ID', issue: 'Duplicate batch request' }],
      }),
      'uncertain PAYPAL_USER_BUSINESS_ERROR',
      'retryable PAYPAL_USER_BUSINESS_ERROR',
    ],
  ] as const) {
    it(`${what}: ${onMoney}; on a read ${onRead}`, () => {
      expect([kindAndCode(money, given), kindAndCode(reading, given)]).to.deep.equal([onMoney, onRead]);
    });
  }

  it('carry the debug id, from the body or else the header', () => {
    expect(refused(money, answer(400, { name: 'INVALID_REQUEST', debug_id: 'abc' })).reference).to.equal('abc');
    expect(refused(money, answer(500, '', { 'paypal-debug-id': 'def' })).reference).to.equal('def');
  });

  it('carry how long to wait', () => {
    expect(refused(money, answer(429, '', { 'retry-after': '7' })).retryAfterMs).to.equal(7000);
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    expect(refused(money, answer(429, '', { 'retry-after': inAMinute })).retryAfterMs).to.be.within(50_000, 60_000);
    expect(refused(money, answer(429, '')).retryAfterMs).to.equal(undefined);
    expect(refused(money, answer(422, { name: 'INSUFFICIENT_FUNDS' })).retryAfterMs).to.equal(3_600_000);
  });
});

describe('a PayPal batch that was sent before', () => {
  const href = 'https://api-m.paypal.com/v1/payments/payouts/CDZEC5MJ8R5HY';
  const details = [{ field: 'SENDER_BATCH_ID', issue: 'Duplicate batch request' }];
  const duplicate = { name: 'USER_BUSINESS_ERROR', details };

  for (const [what, given, batch] of [
    ['linked from the body', answer(400, { ...duplicate, links: [{ href, rel: 'self' }] }), 'CDZEC5MJ8R5HY'],
    [
      'linked from the detail',
      answer(400, { name: 'USER_BUSINESS_ERROR', details: [{ ...details[0], link: [{ href }] }] }),
      'CDZEC5MJ8R5HY',
    ],
    ['without a link', answer(400, duplicate), undefined],
    [
      'linked to something else',
      answer(400, { ...duplicate, links: [{ href: 'https://x/v1/payments/payouts/A/items' }] }),
      undefined,
    ],
    ['under another name', answer(400, { ...duplicate, name: 'VALIDATION_ERROR', links: [{ href }] }), undefined],
    [
      'about another field',
      answer(400, { name: 'USER_BUSINESS_ERROR', details: [{ field: 'amount' }], links: [{ href }] }),
      undefined,
    ],
    ['with another status', answer(500, { ...duplicate, links: [{ href }] }), undefined],
  ] as const) {
    it(`${what}: ${batch}`, () => {
      expect(duplicateBatch(given)).to.equal(batch);
    });
  }
});

describe('a PayPal resource that is missing', () => {
  it('is one that PayPal itself says it does not know', () => {
    expect(isMissing(answer(404, { name: 'RESOURCE_NOT_FOUND' }))).to.equal(true);
    expect(isMissing(answer(404, 'no such route'))).to.equal(false);
    expect(isMissing(answer(500, { name: 'RESOURCE_NOT_FOUND' }))).to.equal(false);
  });
});
