import type pg from 'pg';

/**
 * Takes a connection that broke while it was in use out of its pool. Kysely gives one back after the commit or the
 * rollback, and on a broken connection both fail: the pool would count it as in use for ever, and after a few restarts
 * of the database it would have no connection left to give.
 */
export function dropBroken(pool: pg.Pool): void {
  const inUse = new Set<pg.PoolClient>();
  pool.on('acquire', client => inUse.add(client));
  pool.on('release', (_error, client) => inUse.delete(client as pg.PoolClient));
  pool.on('connect', client =>
    client.on('error', error => {
      if (!inUse.has(client)) return; // the pool has seen it itself
      client.release(error);
      // Its user releases it once more, which must do nothing.
      client.release = () => undefined;
    }),
  );
}
