import { expect } from 'chai';
import { PermissionRefused } from '../../../domain/call-outcome.ts';
import { type Call, moneyCall, read } from '../../../providers/gate/checked-call.ts';
import { oauthErrors, refused, refusedGrant, statuses } from '../../../providers/mercadolibre/classify.ts';
import { mercadolibreOauthErrors, mercadolibreStatuses } from '../documented-refusals.ts';

const call: Call = { provider: 'mercadolibre', ...read, gate: undefined };
const granting: Call = { provider: 'mercadolibre', ...moneyCall, gate: undefined };
const answer = (status: number, body: unknown) => ({ status, headers: {}, body: JSON.stringify(body) });
const shown = ({ kind, code }: { kind: string; code: string }): string => `${kind} ${code}`;

describe('MercadoLibre refusals', () => {
  it('are those that are documented, and no others', () => {
    expect(statuses).to.have.all.keys(mercadolibreStatuses);
    expect(oauthErrors).to.have.all.keys(mercadolibreOauthErrors);
  });

  for (const [error, kind] of Object.entries(mercadolibreOauthErrors)) {
    it(`${error} at the token endpoint is ${kind}`, () => {
      const refusal = answer(400, { error, status: 400, cause: [] });
      expect(shown(refusedGrant(granting, refusal))).to.equal(`${kind} MERCADOLIBRE_${error.toUpperCase()}`);
    });
  }

  for (const [status, kind] of Object.entries(mercadolibreStatuses)) {
    it(`${status} is ${kind}`, () => {
      expect(shown(refused(call, answer(Number(status), {})))).to.equal(`${kind} MERCADOLIBRE_HTTP_${status}`);
    });
  }

  const forbidden = [
    [
      'a rule of MercadoLibre’s own gateway',
      { message: 'At least one policy returned UNAUTHORIZED.', code: 'PA_UNAUTHORIZED_RESULT_FROM_POLICIES' },
      'retryable MERCADOLIBRE_PA_UNAUTHORIZED_RESULT_FROM_POLICIES',
    ],
    [
      'a consent without the scope',
      { error: 'insufficient_scope', message: 'no' },
      'retryable MERCADOLIBRE_INSUFFICIENT_SCOPE',
    ],
    ['a blocked user', { error: 'forbidden', message: 'The user is blocked' }, 'retryable MERCADOLIBRE_FORBIDDEN'],
    ['no form at all', 'go away', 'retryable MERCADOLIBRE_HTTP_403'],
    [
      'an order of somebody else',
      { error: 'forbidden', message: 'Invalid caller.id' },
      'terminal MERCADOLIBRE_FORBIDDEN',
    ],
    [
      'a shipment of somebody else',
      { error: 'access_denied', message: 'The caller.id does not match the owner' },
      'terminal MERCADOLIBRE_ACCESS_DENIED',
    ],
  ] as const;
  for (const [what, body, code] of forbidden)
    it(`a 403 for ${what} is ${code}`, () => {
      const failure = refused(call, answer(403, body));
      expect(shown(failure)).to.equal(code);
      expect(failure instanceof PermissionRefused).to.equal(code.startsWith('retryable'));
    });

  for (const [what, failure, code] of [
    ['401', refused(call, answer(401, { error: 'invalid_token' })), 'retryable ACCESS_TOKEN_REFUSED'],
    ['404', refused(call, answer(404, { error: 'order_not_found' })), 'retryable MERCADOLIBRE_ORDER_NOT_FOUND'],
    ['429', refused(call, answer(429, { error: 'local_rate_limited' })), 'retryable MERCADOLIBRE_RATE_LIMITED'],
    ['500', refused(call, answer(500, {})), 'retryable MERCADOLIBRE_SERVER_ERROR'],
    ['500 at the token endpoint', refusedGrant(granting, answer(500, {})), 'uncertain MERCADOLIBRE_SERVER_ERROR'],
    ['429 at the token endpoint', refusedGrant(granting, answer(429, {})), 'retryable MERCADOLIBRE_RATE_LIMITED'],
    [
      'an unknown error at the token endpoint',
      refusedGrant(granting, answer(400, { error: 'new_error' })),
      'uncertain MERCADOLIBRE_NEW_ERROR',
    ],
    ['401 at the token endpoint', refusedGrant(granting, answer(401, {})), 'uncertain MERCADOLIBRE_HTTP_401'],
  ] as const) {
    it(`${what} is ${code}`, () => {
      expect(shown(failure)).to.equal(code);
    });
  }
});
