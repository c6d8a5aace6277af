import { expect } from 'chai';
import { PermissionRefused } from '../../../domain/call-outcome.ts';
import { errorIds, oauthErrors, refused } from '../../../providers/ebay/classify.ts';
import { type Call, read } from '../../../providers/gate/checked-call.ts';
import { ebayErrorIds, ebayOauthErrors } from '../documented-refusals.ts';

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

  const permission = [
    ['a consent without the scope', answer(403, { errors: [{ errorId: 1100, domain: 'ACCESS' }] }), true],
    ['a topic that we may not have', answer(403, { errors: [{ errorId: 195011 }] }), true],
    ['a 403 of a number that nobody knows', answer(403, { errors: [{ errorId: 777 }] }), true],
    ['a 403 in no form at all', answer(403, 'go away'), true],
    ['an order that is not theirs', answer(404, { errors: [{ errorId: 32100 }] }), false],
    ['a 401', answer(401, { errors: [{ errorId: 1100 }] }), false],
  ] as const;
  for (const [what, given, isPermission] of permission) {
    it(`${what} is ${isPermission ? '' : 'not '}about permission, and moves nothing`, () => {
      for (const [asked, capability] of [
        [call, undefined],
        [moving, undefined],
        [{ ...call, capability: 'notifications' as const }, 'notifications'],
      ] as const) {
        const failure = refused(asked, given, 'user');
        if (given.status === 401) expect(failure).to.include({ code: 'ACCESS_TOKEN_REFUSED' });
        else expect(failure instanceof PermissionRefused).to.equal(isPermission);
        if (failure instanceof PermissionRefused) expect(failure).to.include({ kind: 'retryable', capability });
      }
    });
  }

  it('a 403 to our own token is not the seller’s', () => {
    expect(refused(call, answer(403, { errors: [{ errorId: 1100 }] }), 'application')).not.to.be.an.instanceOf(
      PermissionRefused,
    );
  });

  for (const [what, given, bearer, code] of [
    ['a refused user token', answer(401, { errors: [{ errorId: 1001 }] }), 'user', 'retryable ACCESS_TOKEN_REFUSED'],
    ['a refused application token', answer(401, { errors: [{ errorId: 1001 }] }), 'application', 'terminal EBAY_1001'],
    ['429', answer(429, {}), 'user', 'retryable EBAY_RATE_LIMITED'],
    ['500', answer(500, { errors: [{ errorId: 30500 }] }), 'user', 'retryable EBAY_SERVER_ERROR'],
    ['409', answer(409, {}), 'user', 'retryable EBAY_HTTP_409'],
    ['503', answer(503, {}), 'user', 'retryable EBAY_SERVER_ERROR'],
    ['a consent without the scope', answer(403, { errors: [{ errorId: 1100 }] }), 'user', 'retryable EBAY_1100'],
    ['a seller who is suspended', answer(400, { errors: [{ errorId: 32400 }] }), 'user', 'retryable EBAY_32400'],
    ['an unknown number', answer(400, { errors: [{ errorId: 99999 }] }), 'user', 'retryable EBAY_99999'],
  ] as const) {
    it(`${what} is ${code}`, () => {
      const failure = refused(call, given, bearer);
      expect(`${failure.kind} ${failure.code}`).to.equal(code);
    });
  }
});
