import { type Account, accountOfToken } from '../accounts.ts';
import { bearerOf } from '../authorization.ts';
import type { Answer, Call } from '../operation.ts';
import { isLive } from '../tokens.ts';
import type { World } from '../world.ts';
import { accessDenied, invalidToken } from './refusals.ts';

/** The seller whose user token the call carries. @throws Refusal 401, or 403 for an application token */
export function sellerOf(world: World, call: Call): Account {
  const token = bearerOf(call);
  const account = token === undefined ? undefined : accountOfToken(world, 'ebay', token);
  if (account) return account;
  throw token !== undefined && isLive(world.state.ebay.applicationTokens, world.clock, token)
    ? accessDenied()
    : invalidToken();
}

/** @throws Refusal unless the call carries an application token. */
export function requireApplication(world: World, call: Call): void {
  const token = bearerOf(call);
  if (token !== undefined && isLive(world.state.ebay.applicationTokens, world.clock, token)) return;
  throw token !== undefined && accountOfToken(world, 'ebay', token) ? accessDenied() : invalidToken();
}

const identityScope = 'https://api.ebay.com/oauth/api_scope/commerce.identity.readonly';

/** `GET /commerce/identity/v1/user/`: who consented. */
export function showUser(world: World, call: Call): Answer {
  const { accountId, accountName, scopes } = sellerOf(world, call);
  if (!scopes.includes(identityScope)) throw accessDenied();
  return { status: 200, body: { userId: accountId, username: accountName, accountType: 'BUSINESS' } };
}
