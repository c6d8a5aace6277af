import { isFailure } from '../../domain/call-outcome.ts';
import { dayMs } from '../../domain/durations.ts';
import type { Provider } from '../../domain/provider.ts';
import { createUnknownKeys } from './unknown-keys.ts';

export type Kept<Key> = { readonly key: Key; readonly fetchedAt: number };

/** Where keys outlive the process. Only keys that the provider really gave out are put there. */
export type Shelf<Key> = {
  find(id: string): Promise<Kept<Key> | undefined>;
  put(id: string, kept: Kept<Key>): Promise<void>;
};

/** The keys with which a provider signs, by their names in notifications: the id of a key, the URL of a certificate. */
export type SigningKeys<Key> = {
  /**
   * @param source the address that sent the notification: a stranger can make up names
   * @throws KeysLimited, and what fetching throws
   */
  keyFor(id: string, source: string): Promise<Key>;
  /** A notification from this source was genuine: strangers do not hold up the next new key that it names. */
  heard(source: string): void;
};

type SigningKeysOptions<Key> = {
  provider: Provider;
  fetchKey: (id: string) => Promise<Key>;
  shelf: Shelf<Key>;
  /** How long a key is used without asking again. */
  freshMs: number;
  /** How many unknown names are looked up in an hour, where the provider counts it; genuine sources do not count. */
  strangersPerHour?: number;
  now?: () => number;
};

/** How long a known key is used while its provider does not answer, and how soon it is asked again. */
const keepMs = 7 * dayMs;
const askAgainMs = 60_000;
/** Providers use a handful of keys. */
const inMemoryMax = 100;

/** A known key needs no fetch while it is fresh, and is never held up by made-up names. */
export function createSigningKeys<Key>(options: SigningKeysOptions<Key>): SigningKeys<Key> {
  const { provider, fetchKey, shelf, freshMs, strangersPerHour, now = Date.now } = options;
  const known = new Map<string, Kept<Key> & { readonly freshUntil: number }>();
  const flights = new Map<string, Promise<Key>>();
  const unknown = createUnknownKeys(provider, strangersPerHour);

  const remember = (id: string, kept: Kept<Key>, freshUntil: number): Key => {
    known.delete(id);
    known.set(id, { ...kept, freshUntil });
    // A Map keeps the order of insertion: its first was looked at longest ago.
    if (known.size > inMemoryMax) known.delete(known.keys().next().value ?? id);
    return kept.key;
  };

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

  const fly = (id: string, asked: () => Promise<Key>): Promise<Key> => {
    const flight = flights.get(id) ?? asked().finally(() => flights.delete(id));
    flights.set(id, flight);
    return flight;
  };

  async function keyFor(id: string, source: string): Promise<Key> {
    const inMemory = known.get(id);
    if (inMemory && now() < inMemory.freshUntil) return inMemory.key;
    const old = inMemory ?? (await shelf.find(id));
    if (!inMemory && old && now() < old.fetchedAt + freshMs) return remember(id, old, old.fetchedAt + freshMs);
    if (old || flights.has(id)) return fly(id, () => ask(id, old));
    const lane = await unknown.admit(source);
    return fly(id, () => lane(() => ask(id, undefined)));
  }

  return { keyFor, heard: unknown.heard };
}
