import type { Store } from '../database/open.ts';

type Row = { value: string; fetched_at_ms: string };

/** How long a key is kept after it was last fetched, in days. */
const keepDays = 30;

/** The signing keys of one provider that it really gave out, as JSON: public, and few. */
export function webhookKeyShelf<Key>(store: Store, provider: 'paypal' | 'ebay') {
  return {
    async find(id: string): Promise<{ key: Key; fetchedAt: number } | undefined> {
      const [row] = await store.read(em =>
        em.execute<Row[]>(
          `select value, (extract(epoch from fetched_at) * 1000)::bigint::text as fetched_at_ms
           from webhook_keys where provider = ? and key_id = ?`,
          [provider, id],
        ),
      );
      return row && { key: JSON.parse(row.value) as Key, fetchedAt: Number(row.fetched_at_ms) };
    },

    async put(id: string, { key, fetchedAt }: { key: Key; fetchedAt: number }): Promise<void> {
      await store.transaction(async em => {
        await em.execute(
          `insert into webhook_keys (provider, key_id, value, fetched_at) values (?, ?, ?, ?)
           on conflict (provider, key_id) do update set value = excluded.value, fetched_at = excluded.fetched_at`,
          [provider, id, JSON.stringify(key), new Date(fetchedAt)],
        );
        await em.execute(`delete from webhook_keys where fetched_at < clock_now() - interval '${keepDays} days'`);
      });
    },
  };
}
