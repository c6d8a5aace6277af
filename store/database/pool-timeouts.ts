import type pg from 'pg';

/** The server ends a statement that takes longer. */
const statementTimeoutMs = 15_000;
/** A server that cannot even say so (frozen, or behind a network that swallows packets) is not waited for much longer. */
const answerTimeoutMs = 16_000;

/** For every connection on which somebody waits for an answer. */
export const timeouts = {
  connectionTimeoutMillis: 5_000,
  statement_timeout: statementTimeoutMs,
  query_timeout: answerTimeoutMs,
} as const;

/** For what takes as long as the database is large, and is waited for by nobody but its operator. */
export const patient = { connectionTimeoutMillis: timeouts.connectionTimeoutMillis } as const;

/** What `pg` says of a query that nobody answered. */
export const wasSilent = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';

/**
 * Breaks a connection on which a query was not answered in time. `pg` only tells whoever waits and goes on using it: the
 * rollback, and whoever gets the connection next, would wait as long again behind the query that hangs.
 */
export function breakSilent(pool: pg.Pool): void {
  pool.on('connect', client => {
    const connected = client as unknown as {
      connection: { stream: { destroy(): void } };
      query(...asked: unknown[]): unknown;
    };
    const query = connected.query.bind(client);
    connected.query = (...asked) => {
      const answer = query(...asked);
      if (answer instanceof Promise)
        answer.catch((error: unknown) => wasSilent(error) && connected.connection.stream.destroy());
      return answer;
    };
  });
}
