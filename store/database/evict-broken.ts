import type pg from 'pg';

/**
 * Takes a connection that broke while it was in use out of its pool. Kysely gives one back after the commit or the
 * rollback, and on a broken connection both fail: the pool would count it as in use for ever, and once all of them have
 * gone that way (a few restarts of the database) nobody gets one any more.
 */
export function dropBroken(pool: pg.Pool): void {
  const inUse = new Set<pg.PoolClient>();
  pool.on('acquire', client => inUse.add(client));
  pool.on('release', (_error, client) => inUse.delete(client as pg.PoolClient));
  pool.on('connect', client =>
    client.on('error', error => {
      if (!inUse.has(client)) return; // the pool has seen it itself
      client.release(error);
      // Whoever still holds it gives it back once more: there is nothing left to give.
      client.release = () => undefined;
    }),
  );
}
