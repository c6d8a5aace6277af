import { Retryable, Terminal } from '../../domain/outcome.ts';
import { createBoundedCache } from '../bounded-cache.ts';

/** As eBay gives it: PEM on one line. */
export type EbayKey = { key: string; algorithm: string; digest: string };

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** The whole Notification API has 10,000 calls a day, and anybody can send us key ids that do not exist. */
const fetchesPerMinuteMax = 6;

/** A key id goes into a URL: letters, digits and hyphens, like the UUID that it is. */
export const isKeyId = (kid: string): boolean => /^[A-Za-z0-9][A-Za-z0-9-]{7,63}$/.test(kid);

/** Keys by id: 100 of them, for an hour each. @throws Terminal for an id that is none, Retryable when over the limit */
export function createPublicKeys(fetchKey: (kid: string) => Promise<EbayKey>, now: () => number = Date.now) {
  let recent: number[] = [];

  const cached = createBoundedCache({
    maxEntries: 100,
    ttlMs: hourMs,
    now,
    load: async kid => {
      recent = recent.filter(at => at > now() - minuteMs);
      if (recent.length >= fetchesPerMinuteMax) {
        const detail = { provider: 'ebay', retryAfterMs: minuteMs };
        throw new Retryable('EBAY_KEY_FETCHES_LIMITED', 'too many unknown keys in this minute', detail);
      }
      recent.push(now());
      return fetchKey(kid);
    },
  });

  return async (kid: string): Promise<EbayKey> => {
    if (!isKeyId(kid)) throw new Terminal('EBAY_KEY_ID_INVALID', 'not a key id', { provider: 'ebay' });
    return cached(kid);
  };
}
