import { bulkhead, isBulkheadRejectedError } from 'cockatiel';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Provider } from '../../domain/provider.ts';

/** Too many unknown key names: whether this one is made up too is checked when the notification comes again. */
export class KeysLimited extends Error {
  override readonly name = 'KeysLimited';
  readonly retryAfterMs: number;
  constructor(provider: Provider, retryAfterMs: number) {
    super(`${provider}: too many unknown signing keys were named`);
    this.retryAfterMs = retryAfterMs;
  }
}

const perMinuteAndSource = 3;
/** One key is fetched at a time, and this many requests may wait. */
const waitingMax = 10;
/** How much later a request that found no room is told to come again. */
const busyMs = 5_000;
/** Sources that have sent something genuine; providers send from some dozens. */
const genuineMax = 1_000;

/** Fetches one key after the others of its lane. @throws KeysLimited */
export type Lane = <Key>(fetchKey: () => Promise<Key>) => Promise<Key>;

type UnknownKeys = {
  /** The lane of a source that names an unknown key. @throws KeysLimited */
  admit(source: string): Promise<Lane>;
  /** A genuine notification came from this source. */
  heard(source: string): void;
};

/**
 * A stranger can make up names of keys, and each costs a call to check. So unknown names are counted per source, and
 * fetched one at a time: strangers cannot use up the calls that a provider allows us. Sources that have sent a genuine
 * notification have a lane of their own, and do not count as strangers.
 * @param strangersPerHour all strangers together, where the provider counts our calls
 */
export function createUnknownKeys(provider: Provider, strangersPerHour?: number): UnknownKeys {
  const perSource = new RateLimiterMemory({ points: perMinuteAndSource, duration: 60 });
  const strangers = strangersPerHour && new RateLimiterMemory({ points: strangersPerHour, duration: 3_600 });
  const genuine = new Set<string>();

  async function spend(limiter: RateLimiterMemory, key: string): Promise<void> {
    try {
      await limiter.consume(key);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new KeysLimited(provider, Math.max(refused.msBeforeNext, 1));
    }
  }

  function openLane(): Lane {
    const oneAtATime = bulkhead(1, waitingMax);
    return fetchKey =>
      oneAtATime.execute(fetchKey).catch((error: unknown) => {
        throw isBulkheadRejectedError(error) ? new KeysLimited(provider, busyMs) : error;
      });
  }
  const lanes = { genuine: openLane(), stranger: openLane() };

  return {
    async admit(source) {
      await spend(perSource, source);
      if (genuine.has(source)) return lanes.genuine;
      if (strangers) await spend(strangers, provider);
      return lanes.stranger;
    },
    heard(source) {
      // The source that was genuine longest ago makes room.
      genuine.delete(source);
      genuine.add(source);
      if (genuine.size > genuineMax) genuine.delete(genuine.values().next().value ?? source);
    },
  };
}
