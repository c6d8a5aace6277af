import Joi from 'joi';
import { type Consent, pageWith } from '../consent.ts';
import { ask, type CallOptions, callsTo, decode, succeeded, withSecretAnswer } from '../gate/checked-call.ts';
import { idText, open } from '../wire/fields.ts';
import { refused } from './classify.ts';
import type { EbayOptions } from './client.ts';
import { financesScope } from './finances.ts';
import { sister } from './hosts.ts';
import * as schema from './schema.ts';

const scope = (name: string): string => `https://api.ebay.com/oauth/api_scope/${name}`;

/** The permissions that we ask a seller for: orders, identity, notifications of new orders, and finances. */
export const sellerScopes: readonly string[] = [
  scope('sell.fulfillment'),
  scope('commerce.identity.readonly'),
  scope('commerce.notification.subscription'),
  financesScope,
];

type WireGrant = Required<schema.WireToken>;
const grant = schema.token.fork(['refresh_token', 'refresh_token_expires_in'], field =>
  field.required(),
) as Joi.ObjectSchema<WireGrant>;

type WireUser = { userId: string; username?: string };
const user = open<WireUser>({ userId: idText.required(), username: Joi.string().empty(['', null]) });

type EbayConsentOptions = EbayOptions & { ruName: string };

/** Without PKCE. eBay wants its RuName in place of a redirect address, and its Identity API says who consented. */
export function createEbayConsent(options: EbayConsentOptions): Consent {
  const { baseUrl, clientId, clientSecret, ruName, now = Date.now } = options;
  const { reading, moving } = callsTo('ebay', options.gate);

  async function accountOf(accessToken: string, callOptions: CallOptions): Promise<WireUser> {
    const call = reading(callOptions);
    const url = `${sister(baseUrl, 'apiz')}/commerce/identity/v1/user/`;
    const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' };
    const answer = await ask(call, { method: 'GET', url, headers });
    if (!succeeded(answer)) throw refused(call, answer, 'user');
    return decode(call, user, answer.body);
  }

  return {
    pageUrl: ({ state }) =>
      pageWith(`${sister(baseUrl, 'auth')}/oauth2/authorize`, {
        client_id: clientId,
        redirect_uri: ruName,
        response_type: 'code',
        scope: sellerScopes.join(' '),
        state,
      }),

    async exchange({ code }, callOptions = {}) {
      const call = moving(callOptions, { limit: 'ebay token authorization_code' });
      const answer = await ask(call, {
        method: 'POST',
        url: `${baseUrl}/identity/v1/oauth2/token`,
        headers: {
          authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        data: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: ruName }).toString(),
      });
      if (!succeeded(answer)) throw refused(call, answer, 'application');
      const granted = decode(withSecretAnswer(call), grant, answer.body);
      const inSeconds = (seconds: number) => new Date(now() + seconds * 1000);
      const account = await accountOf(granted.access_token, callOptions);
      return {
        accountId: account.userId,
        accountName: account.username ?? account.userId,
        scopes: [...sellerScopes],
        accessToken: granted.access_token,
        refreshToken: granted.refresh_token,
        accessExpiresAt: inSeconds(granted.expires_in),
        refreshExpiresAt: inSeconds(granted.refresh_token_expires_in),
      };
    },
  };
}
