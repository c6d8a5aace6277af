import { setTimeout as sleep } from 'node:timers/promises';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { codeOf } from './error-code.ts';
import { grantToApplication, limitStatements } from './grants.ts';
import { openOrm } from './open.ts';
import { giveToOwner } from './ownership.ts';
import { patient } from './pool-timeouts.ts';
import { isPooled } from './pooler.ts';
import { makeRoles, ownerRole, roleIn } from './roles.ts';

type MigrationAddresses = {
  /** The same database with the processes' role, which is made where it is missing. */
  readonly databaseUrl: string;
  /** With a role that may make roles, and owns the database or is a superuser. */
  readonly administratorUrl: string;
};

/** Two processes migrating at once would break each other: the second waits here and finds the work done. */
const migrationLock = 7_203_114;

const throughPooler =
  'MIGRATION_DATABASE_URL leads through a pooler: a migration needs a session of its own. Name Postgres itself there, and ' +
  'in DATABASE_DIRECT_URL';

/** A database that is started at the same time needs a moment. */
const startingMs = 15_000;
const isStarting = (error: unknown): boolean => codeOf(error) === 'ECONNREFUSED' || codeOf(error) === '57P03';

/**
 * Makes the roles, brings the application's tables and BullMQ's own schema up to date as their owner, and grants the
 * application its rights. On a large database a migration may take minutes, in which it locks what it changes: its
 * statements have no time-out. Safe to run at any time, any number at once. Waits for a database that does not accept
 * connections yet. @throws when that takes too long, and when the addresses name two databases
 */
export async function migrate({ databaseUrl, administratorUrl }: MigrationAddresses): Promise<void> {
  assertOneDatabase(databaseUrl, administratorUrl);
  const client = await connect(administratorUrl, Date.now() + startingMs);
  try {
    if (await isPooled(client)) throw new Error(throughPooler);
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await makeRoles(client, databaseUrl);
    await giveToOwner(client, databaseUrl);
    await client.query(`set role ${ownerRole}`);
    const orm = await openOrm(administratorUrl, 2, { ...patient, options: `-c role=${ownerRole}` });
    try {
      await orm.migrator.up();
    } finally {
      await orm.close(true);
    }
    await runMigrations(client);
    await grantToApplication(client, roleIn(databaseUrl));
    await client.query('reset role');
    await limitStatements(client, roleIn(databaseUrl));
  } finally {
    await client.end();
  }
}

/** The errors do not show the addresses, which contain passwords. */
function assertOneDatabase(...urls: readonly string[]): void {
  const named = new Set(urls.map(url => URL.parse(url)?.pathname));
  if (named.has(undefined)) throw new Error('DATABASE_URL or MIGRATION_DATABASE_URL cannot be read as an address');
  if (named.size > 1) throw new Error('DATABASE_URL and MIGRATION_DATABASE_URL name two databases: they must name one');
}

async function connect(connectionString: string, late: number): Promise<pg.Client> {
  for (;;) {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end();
      if (!isStarting(error) || Date.now() > late) throw error;
    }
    await sleep(25);
  }
}

if (import.meta.main) {
  const { readAdministratorUrl, readProcessConfig } = await import('../../runtime/config.ts');
  const { directDatabaseUrl: databaseUrl } = readProcessConfig();
  await migrate({ databaseUrl, administratorUrl: readAdministratorUrl() });
}
