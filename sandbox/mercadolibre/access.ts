import {
  type Account,
  accountOfRefreshToken,
  accountOfToken,
  granted,
  issueAccessToken,
  redeemCode,
  rotateRefreshToken,
} from '../accounts.ts';
import { bearerOf, formOf } from '../authorization.ts';
import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { refusal } from './refusals.ts';

/** `POST /oauth/token`. Every grant ends the refresh token before it; only the newest works. */
export function issue(world: World, call: Call): Answer {
  const { clientId, clientSecret } = world.credentials.mercadolibre;
  const form = formOf(call);
  if (!form) throw refusal(400, 'invalid_request', 'The content type must be application/x-www-form-urlencoded');
  if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret)
    throw refusal(400, 'invalid_client', 'invalid client_id or client_secret');
  const account = grantee(world, form);
  if (!account)
    throw refusal(
      400,
      'invalid_grant',
      'Error validating grant. Your authorization code or refresh token may be expired or it was already used',
    );
  rotateRefreshToken(world, account);
  return {
    status: 200,
    body: {
      access_token: issueAccessToken(world, account),
      token_type: 'Bearer',
      expires_in: account.accessTtlSeconds,
      scope: 'offline_access read write',
      user_id: BigInt(account.accountId),
      refresh_token: account.refreshToken,
    },
  };
}

function grantee(world: World, form: URLSearchParams): Account | undefined {
  if (form.get('grant_type') === 'refresh_token') {
    const account = accountOfRefreshToken(world, 'mercadolibre', form.get('refresh_token') ?? '');
    if (account) granted(world, account, 'refresh');
    return account;
  }
  if (form.get('grant_type') === 'authorization_code')
    return redeemCode(world, 'mercadolibre', {
      code: form.get('code') ?? '',
      redirectUri: form.get('redirect_uri'),
      verifier: form.get('code_verifier'),
    });
  throw refusal(400, 'unsupported_grant_type', 'grant_type is missing or not supported');
}

/** The seller whose token the call carries in its header; a token in the query is refused. @throws Refusal 401 */
export function sellerOf(world: World, call: Call): Account {
  const token = call.query.has('access_token') ? undefined : bearerOf(call);
  const account = token === undefined ? undefined : accountOfToken(world, 'mercadolibre', token);
  if (!account) throw refusal(401, 'invalid_token', 'invalid access token');
  return account;
}

/** `GET /users/me`: whose token it is. */
export function showMe(world: World, call: Call): Answer {
  const { accountId, accountName } = sellerOf(world, call);
  return { status: 200, body: { id: BigInt(accountId), nickname: accountName, site_id: 'MLC', country_id: 'CL' } };
}
