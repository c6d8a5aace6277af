import { expect } from 'chai';
import { type Call, read } from '../../providers/call.ts';
import { errorIds, oauthErrors, refused } from '../../providers/ebay/classify.ts';
import { ebayErrorIds, ebayOauthErrors } from './documented-refusals.ts';

const call: Call = { provider: 'ebay', ...read, gate: undefined };
const moving: Call = { provider: 'ebay', stakes: 'money', timeoutMs: 1, gate: undefined };
const answer = (status: number, body: unknown) => ({ status, headers: {}, body: JSON.stringify(body) });

describe('eBay refusals', () => {
  it('are those that are documented, and no others', () => {
    expect(errorIds).to.have.all.keys(ebayErrorIds);
    expect(oauthErrors).to.have.all.keys(ebayOauthErrors);
  });

  for (const [errorId, kind] of Object.entries(ebayErrorIds)) {
    it(`${errorId} is ${kind}`, () => {
      const refusal = answer(400, { errors: [{ errorId: Number(errorId) }] });
      const failure = refused(moving, refusal, 'user');
      expect([failure.kind, failure.code]).to.deep.equal([kind, `EBAY_${errorId}`]);
    });
  }

  for (const [error, kind] of Object.entries(ebayOauthErrors)) {
    it(`${error} is ${kind}`, () => {
      const failure = refused(call, answer(401, { error, error_description: 'x' }), 'application');
      expect([failure.kind, failure.code]).to.deep.equal([kind, `EBAY_${error.toUpperCase()}`]);
    });
  }

  for (const [what, given, bearer, code] of [
    ['a refused user token', answer(401, { errors: [{ errorId: 1001 }] }), 'user', 'retryable ACCESS_TOKEN_REFUSED'],
    ['a refused application token', answer(401, { errors: [{ errorId: 1001 }] }), 'application', 'terminal EBAY_1001'],
    ['429', answer(429, {}), 'user', 'retryable EBAY_RATE_LIMITED'],
    ['500', answer(500, { errors: [{ errorId: 30500 }] }), 'user', 'retryable EBAY_SERVER_ERROR'],
    ['409', answer(409, {}), 'user', 'retryable EBAY_HTTP_409'],
    ['503', answer(503, {}), 'user', 'retryable EBAY_SERVER_ERROR'],
    ['an unknown number', answer(400, { errors: [{ errorId: 99999 }] }), 'user', 'retryable EBAY_99999'],
  ] as const) {
    it(`${what} is ${code}`, () => {
      const failure = refused(call, given, bearer);
      expect(`${failure.kind} ${failure.code}`).to.equal(code);
    });
  }
});
