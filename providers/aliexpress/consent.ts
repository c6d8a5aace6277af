import { Uncertain } from '../../domain/call-outcome.ts';
import { type Consent, pageWith } from '../consent.ts';
import { createAliExpressClient } from './client.ts';
import type { AliExpressOptions } from './gateway.ts';

/**
 * Without PKCE and without scopes; the code lives for three minutes. `state` comes back as it was sent: "the same for
 * input and response" (developer.alibaba.com, article 120687).
 */
export function createAliExpressConsent(options: AliExpressOptions): Consent {
  const { createToken } = createAliExpressClient(options);
  return {
    pageUrl: ({ state, redirectUri }) =>
      pageWith(`${options.baseUrl}/oauth/authorize`, {
        response_type: 'code',
        force_auth: 'true',
        redirect_uri: redirectUri,
        client_id: options.appKey,
        state,
      }),

    async exchange({ code }, callOptions = {}) {
      const { refreshToken, accountId, ...token } = await createToken(code, callOptions);
      if (!refreshToken || !accountId)
        throw new Uncertain('ALIEXPRESS_MALFORMED_ANSWER', 'a consent without a refresh token or an account');
      return { ...token, accountId, refreshToken, scopes: [] };
    },
  };
}
