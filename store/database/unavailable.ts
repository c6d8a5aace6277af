import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from './error-code.ts';

/**
 * Connection refused or broken, server shutting down or starting up, too many connections; and a statement or a pause
 * inside a transaction that the server ended because it took too long.
 */
const codes = /^(ECONNREFUSED|ECONNRESET|EPIPE|57P0[123]|57014|25P03|08\d{3}|53300)$/;
/** Errors of `pg` without a code: a pool or query that timed out, a connection that broke before or during a query. */
const words =
  /Query read timeout|timeout exceeded when trying to connect|Connection terminated|connection error and is not queryable/;

/** Whether a query failed because the database is away: it will be back soon, and nothing else is wrong. */
export const isDatabaseAway = (error: unknown): boolean =>
  error instanceof Error && (codes.test(String(codeOf(error))) || words.test(error.message));

const patience = { tries: 60, pauseMs: 500 };

/** Waits for a database that is restarting, so that a process can start meanwhile. */
export async function onceThere<T>(question: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await question();
    } catch (error) {
      if (!isDatabaseAway(error) || tries === patience.tries) throw error;
      await sleep(patience.pauseMs);
    }
  }
}
