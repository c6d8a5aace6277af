import { expect } from 'chai';
import type { Call } from '../../../providers/gate/checked-call.ts';
import { callsTo } from '../../../providers/gate/checked-call.ts';
import { errors, isAccepted, isMissing, refused, subCodes } from '../../../providers/payoneer/classify.ts';
import type { HttpAnswer } from '../../../providers/wire/http.ts';
import { payoneerErrors, payoneerSubCodes } from '../documented-refusals.ts';

const { moving, reading } = callsTo('payoneer', undefined);
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const kindAndCode = (call: Call, refusal: HttpAnswer): string => {
  const { kind, code } = refused(call, refusal);
  return `${kind} ${code}`;
};
const refusal = (error: string, sub_code?: number | string) => ({
  error,
  error_description: 'words',
  error_details: { code: 400, sub_code, errors: [] },
});

/** A refusal that names the fields at fault. */
const named = (...targets: string[]) => ({
  ...refusal('Bad Request'),
  error_details: { code: 400, sub_code: 77, errors: targets.map(target => ({ target, message: target })) },
});

describe('Payoneer refusals', () => {
  it('are those that are documented, and no others', () => {
    expect(subCodes).to.have.all.keys(payoneerSubCodes);
    expect(errors).to.have.all.keys(payoneerErrors);
  });

  for (const [code, kind] of Object.entries(payoneerSubCodes)) {
    it(`sub code ${code} on a money call is ${kind}`, () => {
      const given = answer(400, refusal('Bad Request', Number(code)));
      expect(kindAndCode(moving({}), given)).to.equal(`${kind} PAYONEER_${code}`);
    });
  }

  for (const [error, kind] of Object.entries(payoneerErrors)) {
    it(`${error} on a money call is ${kind}`, () => {
      const code = `PAYONEER_${error.replace(' ', '_').toUpperCase()}`;
      expect(kindAndCode(moving({}), answer(400, refusal(error)))).to.equal(`${kind} ${code}`);
    });
  }

  for (const [what, given, onMoney, onRead] of [
    ['429', answer(429, ''), 'retryable PAYONEER_RATE_LIMITED', 'retryable PAYONEER_RATE_LIMITED'],
    ['500', answer(500, ''), 'uncertain PAYONEER_SERVER_ERROR', 'retryable PAYONEER_SERVER_ERROR'],
    [
      'a 5xx that names a final code',
      answer(503, refusal('Forbidden', 10005)),
      'uncertain PAYONEER_SERVER_ERROR',
      'retryable PAYONEER_SERVER_ERROR',
    ],
    [
      'fields at fault, and the reference not among them',
      answer(400, named('Payments[0].payee_id', 'Payments[0].currency')),
      'terminal PAYONEER_77',
      'terminal PAYONEER_77',
    ],
    [
      'fields at fault, and the reference among them',
      answer(400, named('Payments[0].payee_id', 'Payments[0].client_reference_id')),
      'uncertain PAYONEER_77',
      'terminal PAYONEER_77',
    ],
    [
      'a field at fault, in words of a repetition',
      answer(400, named('Payments[0].payee_id', 'Payments[0].amount (already paid)')),
      'uncertain PAYONEER_77',
      'terminal PAYONEER_77',
    ],
    [
      'fields at fault, one of which cannot be read',
      answer(400, { ...refusal('Bad Request'), error_details: { sub_code: 77, errors: [{ target: 'amount' }, 7] } }),
      'uncertain PAYONEER_HTTP_400',
      'retryable PAYONEER_HTTP_400',
    ],
    [
      'an account that may not pay out, under an unknown name',
      answer(403, refusal('Access denied')),
      'terminal PAYONEER_ACCESS_DENIED',
      'terminal PAYONEER_ACCESS_DENIED',
    ],
    [
      'a 409 that names a final code',
      answer(409, refusal('Forbidden', 10005)),
      'uncertain PAYONEER_10005',
      'retryable PAYONEER_10005',
    ],
    [
      'a system that is away',
      answer(403, refusal('Service suspended')),
      'uncertain PAYONEER_SERVICE_SUSPENDED',
      'retryable PAYONEER_SERVICE_SUSPENDED',
    ],
    ['401', answer(401, ''), 'terminal PAYONEER_HTTP_401', 'terminal PAYONEER_HTTP_401'],
    [
      'a reference that may have been used before',
      answer(400, refusal('Bad Request', 9999)),
      'uncertain PAYONEER_9999',
      'terminal PAYONEER_9999',
    ],
    [
      'an unknown error',
      answer(409, refusal('Conflict')),
      'uncertain PAYONEER_CONFLICT',
      'retryable PAYONEER_CONFLICT',
    ],
    ['a page of HTML', answer(403, '<html>'), 'uncertain PAYONEER_HTTP_403', 'retryable PAYONEER_HTTP_403'],
    ['a redirect', answer(302, ''), 'uncertain PAYONEER_HTTP_302', 'retryable PAYONEER_HTTP_302'],
    [
      'a name that every object has',
      answer(400, refusal('constructor', 'toString')),
      'uncertain PAYONEER_TO_STRING',
      'retryable PAYONEER_TO_STRING',
    ],
    [
      'an error with status 200',
      answer(200, refusal('Something new')),
      'uncertain PAYONEER_SOMETHING_NEW',
      'retryable PAYONEER_SOMETHING_NEW',
    ],
    [
      'a failure with status 200',
      answer(200, { status: 'Failure' }),
      'uncertain PAYONEER_FAILURE',
      'retryable PAYONEER_FAILURE',
    ],
  ] as const) {
    it(`${what}: ${onMoney}; on a read ${onRead}`, () => {
      expect([kindAndCode(moving({}), given), kindAndCode(reading({}), given)]).to.deep.equal([onMoney, onRead]);
    });
  }

  it('name the fields that were wrong, and nothing of what was in them', () => {
    const errors = [{ target: 'Payments[0].payee_id', value: 'ana@reseller.example', message: 'ana@… is unknown' }];
    const given = answer(400, { ...refusal('Bad Request'), error_details: { code: 400, sub_code: 12, errors } });
    expect(refused(moving({}), given).message).to.equal(
      'PAYONEER_12: HTTP 400 Bad Request 400/12 (Payments[0].payee_id)',
    );
  });

  it('carry how long to wait', () => {
    expect(refused(moving({}), answer(429, '', { 'retry-after': '7' })).retryAfterMs).to.equal(7000);
  });
});

describe('a Payoneer answer', () => {
  for (const [what, given, accepted] of [
    ['a result', answer(201, { result: 'Payments Created' }), true],
    ['a result without an error', answer(200, { result: {}, error: null }), true],
    ['an error beside a result', answer(200, { result: 'Payments Created', error: 'Bad Request' }), false],
    ['an error of a shape of its own', answer(200, { error: { code: 1.5 }, error_details: [7] }), false],
    ['the status Failure', answer(200, { status: 'Failure', result: {} }), false],
    ['another status', answer(200, { status: 'Success', result: {} }), true],
    ['a refusal', answer(400, { result: 'Payments Created' }), false],
  ] as const) {
    it(`with ${what} is ${accepted ? 'accepted' : 'refused'}`, () => {
      expect(isAccepted(given)).to.equal(accepted);
    });
  }

  it('says that a payout is missing only in Payoneer’s own words', () => {
    expect(isMissing(answer(404, refusal('Not Found', 2306)))).to.equal(true);
    expect(isMissing(answer(404, refusal('Not Found', '2306')))).to.equal(true);
    expect(isMissing(answer(404, refusal('Not Found')))).to.equal(false);
    expect(isMissing(answer(404, 'no such route'))).to.equal(false);
    expect(isMissing(answer(500, refusal('Not Found', 2306)))).to.equal(false);
  });
});
