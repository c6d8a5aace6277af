import type { Clock } from './clock.ts';
import { randomHex } from './ids.ts';

/** Access tokens of the applications themselves (client credentials): token → when it expires, epoch ms. */
export type TokenMap = Map<string, number>;

export function issueToken(tokens: TokenMap, clock: Clock, prefix: string, ttlSeconds: number): string {
  const token = `${prefix}${randomHex(48)}`;
  tokens.set(token, clock.now() + ttlSeconds * 1000);
  return token;
}

export const isLive = (tokens: TokenMap, clock: Clock, token: string): boolean =>
  (tokens.get(token) ?? 0) > clock.now();
