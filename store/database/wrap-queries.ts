import type pg from 'pg';

type Query = (...asked: unknown[]) => unknown;
/** What the types of `pg` leave out of a connection. */
type Connected = { readonly connection: { readonly stream: { destroy(): void } }; query: Query };

/** On every connection of a pool, puts something around each query. `sever` breaks the connection. */
export function wrapQueries(pool: pg.Pool, wrap: (query: Query, sever: () => void) => Query): void {
  pool.on('connect', client => {
    const connected = client as unknown as Connected;
    connected.query = wrap(connected.query.bind(client), () => connected.connection.stream.destroy());
  });
}
