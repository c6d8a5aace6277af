import { expect } from 'chai';
import { type Call, moneyCall, read } from '../../providers/call.ts';
import { oauthErrors, refused, refusedGrant, statuses } from '../../providers/mercadolibre/classify.ts';
import { mercadolibreOauthErrors, mercadolibreStatuses } from './documented-refusals.ts';

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
