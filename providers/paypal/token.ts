import { ask, callsTo, decode, type Gated, succeeded, withSecretAnswer } from '../gate/checked-call.ts';
import { createApplicationToken, type GrantedToken } from '../wire/application-token.ts';
import { refused } from './classify.ts';
import * as schema from './schema.ts';

export type PayPalCredentials = Gated & { baseUrl: string; clientId: string; clientSecret: string };

/** PayPal's tokens live for hours; one without an expiry is used for minutes. */
const shortLifeSeconds = 300;

/** Client credentials: there is no refresh token, a new one is simply fetched. */
export function createPayPalToken({ baseUrl, clientId, clientSecret, gate }: PayPalCredentials) {
  const call = callsTo('paypal', gate).reading({});

  return createApplicationToken(async (): Promise<GrantedToken> => {
    const answer = await ask(call, {
      method: 'POST',
      url: `${baseUrl}/v1/oauth2/token`,
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      data: 'grant_type=client_credentials',
    });
    if (!succeeded(answer)) throw refused(call, answer);
    const { access_token, expires_in = shortLifeSeconds } = decode(withSecretAnswer(call), schema.token, answer.body);
    return { accessToken: access_token, expiresInSeconds: expires_in };
  });
}
