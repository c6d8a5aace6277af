import { accountOfRefreshToken, granted, issueAccessToken, redeemCode } from '../accounts.ts';
import { formOf, hasBasic } from '../authorization.ts';
import type { Answer, Call } from '../operation.ts';
import { issueToken } from '../tokens.ts';
import type { World } from '../world.ts';
import { oauthRefusal } from './refusals.ts';

const applicationTokenSeconds = 7200;
const scopePattern = /^https:\/\/api\.ebay\.com\/oauth\/api_scope(\/[a-z.]+)?$/;

/** `POST /identity/v1/oauth2/token`: three grants. A refresh brings no new refresh token. */
export function issue(world: World, call: Call): Answer {
  const { clientId, clientSecret } = world.credentials.ebay;
  if (!hasBasic(call, clientId, clientSecret))
    throw oauthRefusal(401, 'invalid_client', 'client authentication failed');
  const form = formOf(call);
  if (!form) throw oauthRefusal(400, 'invalid_request', 'request content type is missing or not supported');
  const scopes = form.get('scope')?.split(' ') ?? [];
  if (!scopes.every(scope => scopePattern.test(scope)))
    throw oauthRefusal(
      400,
      'invalid_scope',
      'The requested scope is invalid, unknown, malformed, or exceeds the scope granted to the client',
    );
  const grants: Record<string, () => object> = {
    client_credentials: () => applicationGrant(world, scopes),
    refresh_token: () => refreshGrant(world, form.get('refresh_token') ?? '', scopes),
    authorization_code: () => codeGrant(world, form.get('code') ?? '', form.get('redirect_uri')),
  };
  const grant = grants[form.get('grant_type') ?? ''];
  if (!grant)
    throw oauthRefusal(
      400,
      'unsupported_grant_type',
      'grant type in request is not supported by the authorization server',
    );
  return { status: 200, body: grant() };
}

function applicationGrant(world: World, scopes: readonly string[]): object {
  if (scopes.length === 0) throw oauthRefusal(400, 'invalid_scope', 'The requested scope is missing');
  return {
    access_token: issueToken(
      world.state.ebay.applicationTokens,
      world.clock,
      'v^1.1#i^1#p^1#',
      applicationTokenSeconds,
    ),
    expires_in: applicationTokenSeconds,
    token_type: 'Application Access Token',
  };
}

function refreshGrant(world: World, refreshToken: string, scopes: readonly string[]): object {
  const account = accountOfRefreshToken(world, 'ebay', refreshToken);
  if (!account)
    throw oauthRefusal(
      400,
      'invalid_grant',
      'the provided authorization refresh token is invalid or was issued to another client',
    );
  if (account.scopes.length > 0 && !scopes.every(scope => account.scopes.includes(scope)))
    throw oauthRefusal(400, 'invalid_scope', 'The requested scope exceeds the scope granted by the resource owner');
  granted(world, account, 'refresh');
  return {
    access_token: issueAccessToken(world, account),
    expires_in: account.accessTtlSeconds,
    token_type: 'User Access Token',
  };
}

function codeGrant(world: World, code: string, redirectUri: string | null): object {
  const account = redeemCode(world, 'ebay', { code, redirectUri });
  if (!account)
    throw oauthRefusal(
      400,
      'invalid_grant',
      'the provided authorization grant code is invalid or was issued to another client',
    );
  return {
    access_token: issueAccessToken(world, account),
    expires_in: account.accessTtlSeconds,
    refresh_token: account.refreshToken,
    refresh_token_expires_in: Math.floor((account.refreshExpiresAt - world.clock.now()) / 1000),
    token_type: 'User Access Token',
  };
}
