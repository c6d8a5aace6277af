import type { Request } from 'express';
import type pg from 'pg';
import type { Config } from '../../runtime/config.ts';
import { sourceAddress } from '../../runtime/http/source-address.ts';
import { createLimit, createLocalLimit, type Limit, type LimitRule } from '../../store/database/request-limits.ts';
import { Problem } from './problem.ts';

type Given = Pick<
  Config,
  'checkoutsPerMinutePerAddress' | 'checkoutsPerMinutePerSeller' | 'notificationsPerMinutePerSeller'
>;

/** All rate limits but those of log-ins (`store/accounts/log-in-throttle.ts`): per address, per seller or per user. */
export const limitRules = (config: Given) => ({
  'checkout-address': { points: config.checkoutsPerMinutePerAddress, windowSeconds: 60 },
  'checkout-seller': { points: config.checkoutsPerMinutePerSeller, windowSeconds: 60 },
  'refused-webhook': { points: 60, windowSeconds: 60 },
  'refused-body': { points: 60, windowSeconds: 60 },
  // A seller can send anything with their own path and secret: all of it is stored, and may end with a person.
  'seller-notification': { points: config.notificationsPerMinutePerSeller, windowSeconds: 60 },
  'connection-start': { points: 30, windowSeconds: 600 },
  product: { points: 300, windowSeconds: 60 },
});

export type LimitName = keyof ReturnType<typeof limitRules>;
export type LimitRules = Readonly<Record<LimitName, LimitRule>>;
export type Limits = Readonly<Record<LimitName, Limit>>;

export const createLimits = (pool: pg.Pool, rules: LimitRules): Limits => ({
  'checkout-address': createLimit(pool, 'checkout-address', rules['checkout-address']),
  'checkout-seller': createLimit(pool, 'checkout-seller', rules['checkout-seller']),
  'refused-webhook': createLimit(pool, 'refused-webhook', rules['refused-webhook']),
  'refused-body': createLimit(pool, 'refused-body', rules['refused-body']),
  'seller-notification': createLocalLimit(rules['seller-notification']),
  'connection-start': createLimit(pool, 'connection-start', rules['connection-start']),
  product: createLimit(pool, 'product', rules.product),
});

export const sourceOf = ({ ip }: Pick<Request, 'ip'>): string => sourceAddress(ip);

/** @throws Problem 429, with how long to wait */
export async function spend(limit: Limit, key: string, code: string): Promise<void> {
  const waitMs = await limit.spend(key);
  if (waitMs > 0) throw tooMany(code, waitMs);
}

export function tooMany(code: string, waitMs: number): Problem {
  const seconds = Math.ceil(waitMs / 1000);
  return new Problem(429, code, `too many attempts: wait ${seconds} s`, { retryAfterSeconds: seconds });
}
