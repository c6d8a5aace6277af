import { ask, callsTo, decode, type Gated, withSecretAnswer } from '../gate/checked-call.ts';
import { createApplicationToken, type GrantedToken } from '../wire/application-token.ts';
import { isAccepted, refused } from './classify.ts';
import * as schema from './schema.ts';

/** `loginUrl` is another host than the API's: `https://login.payoneer.com`. */
export type PayoneerCredentials = Gated & { loginUrl: string; clientId: string; clientSecret: string };

/** Payoneer's tokens live for weeks; one without an expiry is used for minutes. */
const shortLifeSeconds = 300;

/** Client credentials: there is no refresh token, a new one is simply fetched. */
export function createPayoneerToken({ loginUrl, clientId, clientSecret, gate }: PayoneerCredentials) {
  const call = callsTo('payoneer', gate).reading({});

  return createApplicationToken(async (): Promise<GrantedToken> => {
    const answer = await ask(call, {
      method: 'POST',
      url: `${loginUrl}/api/v2/oauth2/token`,
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      data: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read write' }).toString(),
    });
    if (!isAccepted(answer)) throw refused(call, answer);
    const { access_token, expires_in = shortLifeSeconds } = decode(withSecretAnswer(call), schema.token, answer.body);
    return { accessToken: access_token, expiresInSeconds: expires_in };
  });
}
