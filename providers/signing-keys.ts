import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { isFailure } from '../domain/outcome.ts';
import type { Provider } from '../domain/provider.ts';

export type Kept<Key> = { readonly key: Key; readonly fetchedAt: number };

/** Where keys outlive the process. Only what the provider really gave out is put there. */
export type Shelf<Key> = {
  find(id: string): Promise<Kept<Key> | undefined>;
  put(id: string, kept: Kept<Key>): Promise<void>;
};

/**
 * What a provider signs with, by the name that its notifications give it: the id of a key, the URL of a certificate.
 * @param source who sent the notification: the names are a stranger's to make up
 * @throws KeysLimited, and what fetching throws
 */
export type SigningKeys<Key> = (id: string, source: string) => Promise<Key>;

/** Too many names that nobody has heard of: whether this one is made up as well is found out when it comes again. */
export class KeysLimited extends Error {
  override readonly name = 'KeysLimited';
  readonly retryAfterMs: number;
  constructor(provider: Provider, retryAfterMs: number) {
    super(`${provider}: too many unknown signing keys were named`);
    this.retryAfterMs = retryAfterMs;
  }
}

export type SigningKeysOptions<Key> = {
  provider: Provider;
  fetchKey: (id: string) => Promise<Key>;
  shelf: Shelf<Key>;
  /** How long a key is used without asking again. */
  freshMs: number;
  now?: () => number;
};

/** Fetches of unknown names in a minute: in all (eBay's whole Notification API has 10,000 calls a day), and per source. */
const unknownPerMinute = 6;
const unknownPerMinuteAndSource = 3;

/** How long a known key is used while its provider does not answer, and how soon it is asked again. */
const keepMs = 7 * 86_400_000;
const askAgainMs = 60_000;
/** Providers have a handful. */
const inMemoryMax = 100;

/** Known keys cost no fetch while they are fresh, and are never held up by made-up ones. */
export function createSigningKeys<Key>(options: SigningKeysOptions<Key>): SigningKeys<Key> {
  const { provider, fetchKey, shelf, freshMs, now = Date.now } = options;
  const known = new Map<string, Kept<Key> & { readonly freshUntil: number }>();
  const flights = new Map<string, Promise<Key>>();
  const inAll = new RateLimiterMemory({ points: unknownPerMinute, duration: 60 });
  const perSource = new RateLimiterMemory({ points: unknownPerMinuteAndSource, duration: 60 });

  const remember = (id: string, kept: Kept<Key>, freshUntil: number): Key => {
    known.delete(id);
    known.set(id, { ...kept, freshUntil });
    // A Map keeps the order of insertion: its first was looked at longest ago.
    if (known.size > inMemoryMax) known.delete(known.keys().next().value ?? id);
    return kept.key;
  };

  async function spend(source: string): Promise<void> {
    try {
      await perSource.consume(source);
      await inAll.consume(provider);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new KeysLimited(provider, Math.max(refused.msBeforeNext, 1));
    }
  }

  async function ask(id: string, old: Kept<Key> | undefined): Promise<Key> {
    try {
      const kept = { key: await fetchKey(id), fetchedAt: now() };
      await shelf.put(id, kept);
      return remember(id, kept, now() + freshMs);
    } catch (error) {
      const away = isFailure(error) && error.kind === 'retryable';
      if (old && away && now() < old.fetchedAt + keepMs) return remember(id, old, now() + askAgainMs);
      known.delete(id);
      throw error;
    }
  }

  const fly = (id: string, old: Kept<Key> | undefined): Promise<Key> => {
    const flight = ask(id, old).finally(() => flights.delete(id));
    flights.set(id, flight);
    return flight;
  };

  return async (id, source) => {
    const inMemory = known.get(id);
    if (inMemory && now() < inMemory.freshUntil) return inMemory.key;
    const old = inMemory ?? (await shelf.find(id));
    if (!inMemory && old && now() < old.fetchedAt + freshMs) return remember(id, old, old.fetchedAt + freshMs);
    if (!old && !flights.has(id)) await spend(source);
    return flights.get(id) ?? fly(id, old);
  };
}
