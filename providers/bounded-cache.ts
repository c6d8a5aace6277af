export type BoundedCacheOptions<Value> = {
  load: (key: string) => Promise<Value>;
  maxEntries: number;
  ttlMs: number;
  now?: () => number;
};

/** Least recently used goes first. Callers that want the same missing entry share one load; a failed load is not kept. */
export function createBoundedCache<Value>({ load, maxEntries, ttlMs, now = Date.now }: BoundedCacheOptions<Value>) {
  const entries = new Map<string, { value: Promise<Value>; expiresAt: number }>();

  return async (key: string): Promise<Value> => {
    const known = entries.get(key);
    const entry = known && now() < known.expiresAt ? known : { value: load(key), expiresAt: now() + ttlMs };
    entries.delete(key);
    entries.set(key, entry); // a Map keeps the order of insertion, so its first key was used longest ago
    if (entries.size > maxEntries) entries.delete(entries.keys().next().value ?? key);
    try {
      return await entry.value;
    } catch (error) {
      if (entries.get(key) === entry) entries.delete(key);
      throw error;
    }
  };
}
