import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { type LimitName, type RateLimit, rateLimits } from './rate-limits.ts';

/** A counter that all processes share: so many points per window, counted from the first. */
export type Window = { readonly points: number; readonly seconds: number };
type OpenCounter = (window: Window) => RateLimiterAbstract;

const hourSeconds = 3_600;
/** A process takes as many calls at once from the shared counter as the full rate allows in this time. */
const leaseSeconds = 0.1;

/** A day's quota is given out by the hour: the provider's day begins at another time than ours. */
export function windowOf({ calls, seconds }: Pick<RateLimit, 'calls' | 'seconds'>): Window {
  if (seconds <= hourSeconds) return { points: calls, seconds };
  return { points: Math.max(1, Math.floor((calls * hourSeconds) / seconds)), seconds: hourSeconds };
}

export const leaseOf = ({ points, seconds }: Window): number =>
  Math.max(1, Math.floor((points / seconds) * leaseSeconds));

export type Limits = {
  /** Takes one call. @returns 0 when it may be made, else how many milliseconds to wait */
  take(name: LimitName): Promise<number>;
};

/** How many calls of one limit a process may still make without asking the shared counter. */
type Lease = { left: number; untilMs: number };

/** Counts by the machine's clock, as the shared counters do. */
export function createLimits(
  openCounter: OpenCounter,
  limits: Readonly<Record<string, Pick<RateLimit, 'calls' | 'seconds'>>> = rateLimits,
): Limits {
  const counters = new Map(Object.entries(limits).map(([name, limit]) => [name, leasing(openCounter, name, limit)]));
  return {
    take: name => {
      const take = counters.get(name);
      if (!take) throw new Error(`there is no limit ${name}`);
      return take();
    },
  };
}

function leasing(openCounter: OpenCounter, name: string, limit: Pick<RateLimit, 'calls' | 'seconds'>) {
  const window = windowOf(limit);
  const size = leaseOf(window);
  const counter = openCounter(window);
  let lease: Lease = { left: 0, untilMs: 0 };
  let asking: Promise<number> | undefined;

  const renew = async (): Promise<number> => {
    try {
      const { msBeforeNext } = await counter.consume(name, size);
      lease = { left: size, untilMs: Date.now() + msBeforeNext };
      return 0;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      return Math.max(1, refused.msBeforeNext);
    }
  };

  return async (): Promise<number> => {
    for (;;) {
      if (lease.left > 0 && Date.now() < lease.untilMs) {
        lease.left -= 1;
        return 0;
      }
      // Callers that come while it is asked for share the answer.
      asking ??= renew().finally(() => {
        asking = undefined;
      });
      const waitMs = await asking;
      if (waitMs > 0) return waitMs;
    }
  };
}
