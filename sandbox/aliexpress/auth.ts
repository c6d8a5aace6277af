import { type Account, accountOfRefreshToken, granted, issueAccessToken, redeemCode } from '../accounts.ts';
import type { World } from '../world.ts';
import { refusal, requestId } from './refusals.ts';
import type { Request } from './request.ts';

/** `/auth/token/create`: a consent code, three minutes old at most, once. */
export function createToken(world: World, request: Request): object {
  const account = redeemCode(world, 'aliexpress', { code: request.required('code') });
  if (!account) throw refusal('InvalidCode', 'Invalid authorization code');
  return tokenDocument(world, account);
}

/** `/auth/token/refresh`: a new access token; the refresh token stays, and its end does not move. */
export function refreshToken(world: World, request: Request): object {
  const account = accountOfRefreshToken(world, 'aliexpress', request.required('refresh_token'));
  if (!account) throw refusal('IllegalRefreshToken', 'The specified refresh token is invalid or expired');
  granted(world, account, 'refresh');
  return tokenDocument(world, account);
}

function tokenDocument(world: World, account: Account): object {
  const { accountId, accountName, accessTtlSeconds, refreshExpiresAt } = account;
  const now = world.clock.now();
  return {
    access_token: issueAccessToken(world, account),
    refresh_token: account.refreshToken,
    expires_in: accessTtlSeconds,
    refresh_expires_in: Math.max(0, Math.floor((refreshExpiresAt - now) / 1000)),
    expire_time: now + accessTtlSeconds * 1000,
    refresh_token_valid_time: refreshExpiresAt,
    user_id: accountId,
    seller_id: accountId,
    havana_id: `17${accountId}`,
    user_nick: accountName,
    account: accountName,
    account_id: accountId,
    account_platform: 'buyerApp',
    locale: 'zh_CN',
    sp: 'ae',
    code: '0',
    request_id: requestId(),
  };
}
