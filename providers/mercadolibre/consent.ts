import Joi from 'joi';
import { type Consent, pageWith } from '../consent.ts';
import { ask, type CallOptions, callsTo, decode, failed, succeeded, withSecretAnswer } from '../gate/checked-call.ts';
import { idText, open } from '../wire/fields.ts';
import { refused, refusedGrant } from './classify.ts';
import type { MercadoLibreOptions } from './client.ts';
import * as schema from './schema.ts';

/** The hosts of the consent pages, by the country of the shop. */
const consentHosts = {
  AR: 'https://auth.mercadolibre.com.ar',
  BR: 'https://auth.mercadolivre.com.br',
  CL: 'https://auth.mercadolibre.cl',
  CO: 'https://auth.mercadolibre.com.co',
  MX: 'https://auth.mercadolibre.com.mx',
  PE: 'https://auth.mercadolibre.com.pe',
  UY: 'https://auth.mercadolibre.com.uy',
} as const;

export type MercadoLibreCountry = keyof typeof consentHosts;
export const mercadoLibreCountries = Object.keys(consentHosts) as readonly MercadoLibreCountry[];

const productionUrl = 'https://api.mercadolibre.com';

type WireGrant = schema.WireToken & { scope?: string };
const grant = schema.token.append<WireGrant>({ scope: Joi.string().allow('') });

type WireUser = { id: string; nickname: string };
const user = open<WireUser>({ id: idText.required(), nickname: Joi.string().required() });

/** With PKCE. The token's answer names the account, and `/users/me` must name the same one. */
export function createMercadoLibreConsent(options: MercadoLibreOptions): Consent {
  const { baseUrl, clientId, clientSecret, now = Date.now } = options;
  const { reading, moving } = callsTo('mercadolibre', options.gate);
  const hostOf = (country: string): string =>
    baseUrl === productionUrl ? consentHosts[country as MercadoLibreCountry] : baseUrl;

  async function nicknameOf(accessToken: string, userId: string, callOptions: CallOptions): Promise<string> {
    const call = reading(callOptions);
    const headers = { authorization: `Bearer ${accessToken}` };
    const answer = await ask(call, { method: 'GET', url: `${baseUrl}/users/me`, headers });
    if (!succeeded(answer)) throw refused(call, answer);
    const { id, nickname } = decode(call, user, answer.body);
    if (id !== userId)
      throw failed(call, 'terminal', 'OTHER_ACCOUNT', 'the token and its account do not belong together');
    return nickname;
  }

  return {
    pageUrl: ({ state, redirectUri, codeChallenge, country = '' }) =>
      pageWith(`${hostOf(country)}/authorization`, {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        state,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
      }),

    async exchange({ code, redirectUri, codeVerifier }, callOptions = {}) {
      const call = moving(callOptions);
      const ours = { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri };
      const form = { grant_type: 'authorization_code', ...ours, code, code_verifier: codeVerifier };
      const answer = await ask(call, {
        method: 'POST',
        url: `${baseUrl}/oauth/token`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        data: new URLSearchParams(form).toString(),
      });
      if (!succeeded(answer)) throw refusedGrant(call, answer);
      const granted = decode(withSecretAnswer(call), grant, answer.body);
      return {
        accountId: granted.user_id,
        accountName: await nicknameOf(granted.access_token, granted.user_id, callOptions),
        scopes: granted.scope?.split(' ').filter(Boolean) ?? [],
        accessToken: granted.access_token,
        refreshToken: granted.refresh_token,
        accessExpiresAt: new Date(now() + granted.expires_in * 1000),
        refreshExpiresAt: null, // each refresh brings a new one
      };
    },
  };
}
