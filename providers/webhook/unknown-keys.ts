import { bulkhead, isBulkheadRejectedError } from 'cockatiel';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Provider } from '../../domain/provider.ts';

/** Too many names that nobody has heard of: whether this one is made up as well is found out when it comes again. */
export class KeysLimited extends Error {
  override readonly name = 'KeysLimited';
  readonly retryAfterMs: number;
  constructor(provider: Provider, retryAfterMs: number) {
    super(`${provider}: too many unknown signing keys were named`);
    this.retryAfterMs = retryAfterMs;
  }
}

const perMinuteAndSource = 3;
/** One is fetched at a time, and so many wait. */
const waitingMax = 10;
/** Who has to wait for others is told to come again so much later. */
const busyMs = 5_000;
/** Sources that have sent something genuine; providers send from some dozens. */
const genuineMax = 1_000;

/** Fetches one key after the others of its lane. @throws KeysLimited */
export type Lane = <Key>(fetchKey: () => Promise<Key>) => Promise<Key>;

export type UnknownKeys = {
  /** The lane of a source that names a key nobody has heard of. @throws KeysLimited */
  admit(source: string): Promise<Lane>;
  /** Something genuine came from there. */
  heard(source: string): void;
};

/**
 * Names of keys are a stranger's to make up, and each costs a call to find out. So they are counted per source, and
 * fetched one at a time: no number of strangers uses up what a provider gives us. Sources that have sent something
 * genuine have a lane of their own, and are not counted among the strangers.
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
      // The one that was heard of longest ago makes room.
      genuine.delete(source);
      genuine.add(source);
      if (genuine.size > genuineMax) genuine.delete(genuine.values().next().value ?? source);
    },
  };
}
