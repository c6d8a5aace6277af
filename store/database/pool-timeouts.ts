import type pg from 'pg';
import { wrapQueries } from './wrap-queries.ts';

/** The server ends a statement that takes longer. */
const statementTimeoutMs = 15_000;
/** A server that cannot report that (frozen, or behind a network that drops packets) is waited for a little longer. */
const answerTimeoutMs = 16_000;

/** For every connection on which a caller waits for an answer. */
export const timeouts = {
  connectionTimeoutMillis: 5_000,
  statement_timeout: statementTimeoutMs,
  query_timeout: answerTimeoutMs,
} as const;

/** For work that takes long on a large database, and for which only an operator waits. */
export const patient = {
  connectionTimeoutMillis: timeouts.connectionTimeoutMillis,
  // The role's own limit, for those who are not asked how patient they are.
  options: '-c statement_timeout=0',
} as const;

/** The error of `pg` for a query that got no answer. */
const wasSilent = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';

/**
 * Breaks a connection on which a query was not answered in time. `pg` only reports the error to the caller and goes on
 * using the connection: the rollback, and its next user, would wait as long again behind the query that hangs.
 */
export function breakSilent(pool: pg.Pool): void {
  wrapQueries(pool, (query, sever) => (...asked) => {
    const answer = query(...asked);
    if (answer instanceof Promise) answer.catch((error: unknown) => wasSilent(error) && sever());
    return answer;
  });
}
