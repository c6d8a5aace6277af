/**
 * What a pooler between us and Postgres, such as PgBouncer, changes. In its transaction mode two statements of one
 * connection may reach two sessions of the server, so nothing may be left in a session: no LISTEN, no lock and no setting
 * that outlives a transaction, and no named statement where the pooler does not keep track of them.
 */
import pg from 'pg';
import { CannotStart } from '../../runtime/cannot-start.ts';
import { codeOf } from './error-code.ts';
import { timeouts } from './pool-timeouts.ts';
import { onceThere } from './unavailable.ts';
import { wrapQueries } from './wrap-queries.ts';

/** The database as the processes reach it. */
export type DatabaseAddress = {
  readonly databaseUrl: string;
  /** Whether hot statements have a name, by which Postgres parses and plans them once for each connection. */
  readonly namedStatements: boolean;
};

/** Why a process does not start behind a pooler. */
export const poolerCodes = [
  'DATABASE_POOLER_REFUSES_LIMITS',
  'DATABASE_WITHOUT_LIMITS',
  'DATABASE_NAMED_STATEMENTS_FAIL',
  'DATABASE_SESSION_NEEDED',
] as const;
type Code = (typeof poolerCodes)[number];

class PoolerUnfit extends CannotStart {
  readonly code: Code;
  constructor(code: Code, text: string) {
    super(`${code}: ${text}`);
    this.code = code;
  }
}

/** The server ends a transaction in which nothing is asked for so long. */
export const idleInTransactionMs = 30_000;
const limits = { ...timeouts, idle_in_transaction_session_timeout: idleInTransactionMs };
const ignored = 'ignore_startup_parameters = options,statement_timeout,idle_in_transaction_session_timeout';

/** How many connections are tried: they should share one of the server's, unless others use it just then. */
const probes = 5;
const duplicateStatement = '42P05';
const unknownStatement = '26000';

/** A pooler tells an id of its own, and not that of the process that serves us. */
export async function isPooled(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid !== (client as unknown as { processID: number }).processID;
}

/** @throws PoolerUnfit when a pooler is in between that would break us, and what it says else when it is away */
export const assertUsable = ({ databaseUrl, namedStatements }: DatabaseAddress): Promise<void> =>
  onceThere(async () => {
    const isBehind = await connected(databaseUrl, async client => {
      if (!(await isPooled(client))) return false;
      await assertLimited(client);
      return true;
    });
    if (!isBehind || !namedStatements) return;
    for (let probe = 0; probe < probes; probe += 1) await connected(databaseUrl, assertKeepsNames);
  });

/** For whoever listens, or sets something for a session. @throws PoolerUnfit */
export const assertOwnSession = (databaseUrl: string, advice: string): Promise<void> =>
  onceThere(() =>
    connected(databaseUrl, async client => {
      if (await isPooled(client)) throw new PoolerUnfit('DATABASE_SESSION_NEEDED', advice);
    }),
  );

async function connected<T>(connectionString: string, ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, ...limits });
  client.on('error', () => undefined); // told by the query too
  try {
    await client.connect();
    return await ask(client);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('unsupported startup parameter'))) throw error;
    throw new PoolerUnfit(
      'DATABASE_POOLER_REFUSES_LIMITS',
      `DATABASE_URL leads through a pooler that says "${error.message}". Its settings need: ${ignored}`,
    );
  } finally {
    await client.end();
  }
}

/** Behind a pooler our own limits are ignored. `npm run migrate` gives the role the same. */
async function assertLimited(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select name from unnest(array['statement_timeout', 'idle_in_transaction_session_timeout']) as name
     where current_setting(name) = '0'`,
  );
  if (rows.length === 0) return;
  throw new PoolerUnfit(
    'DATABASE_WITHOUT_LIMITS',
    `DATABASE_URL leads through a pooler, and its role has no ${rows.map(({ name }) => name).join(' and no ')}: a statement ` +
      'that hangs would hang for ever. Run npm run migrate, then let the pooler connect anew (RECONNECT)',
  );
}

async function assertKeepsNames(client: pg.Client): Promise<void> {
  try {
    await client.query({ name: 'orders_probe', text: 'select 1' });
  } catch (error) {
    if (codeOf(error) !== duplicateStatement && codeOf(error) !== unknownStatement) throw error;
    throw new PoolerUnfit(
      'DATABASE_NAMED_STATEMENTS_FAIL',
      `DATABASE_URL leads through a pooler that does not keep track of named statements (${codeOf(error)}), as PgBouncer ` +
        'before 1.21 or with max_prepared_statements = 0. Set DATABASE_NAMED_STATEMENTS=off',
    );
  }
}

/** Statements have no names on any connection of this pool. */
export const leaveOutNames = (pool: pg.Pool): void =>
  wrapQueries(
    pool,
    query =>
      (first, ...more) =>
        query(withoutName(first), ...more),
  );

const withoutName = (asked: unknown): unknown =>
  typeof asked === 'object' && asked !== null && 'name' in asked && !('submit' in asked)
    ? { ...asked, name: undefined }
    : asked;
