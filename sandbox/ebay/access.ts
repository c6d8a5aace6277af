import { type Account, accountOfToken } from '../accounts.ts';
import { bearerOf } from '../authorization.ts';
import type { Call } from '../operation.ts';
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
