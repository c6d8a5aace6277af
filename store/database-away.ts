/**
 * Connection refused or broken, server shutting down or starting up, too many connections; and a statement or a pause
 * inside a transaction that the server ended because it took too long.
 */
const codes = /^(ECONNREFUSED|ECONNRESET|EPIPE|57P0[123]|57014|25P03|08\d{3}|53300)$/;
/** What `pg` says without a code: of a pool or a query that waited in vain, and of a connection that broke before or during a query. */
const words =
  /Query read timeout|timeout exceeded when trying to connect|Connection terminated|connection error and is not queryable/;

/** Whether a query failed because there was no database to ask: it is there again soon, and nothing else is wrong. */
export const isDatabaseAway = (error: unknown): boolean =>
  error instanceof Error && (('code' in error && codes.test(String(error.code))) || words.test(error.message));
