import pg from 'pg';
import { codeOf } from './error-code.ts';
import { letConnect } from './grants.ts';

/**
 * Three roles in the database, each with only the rights that its work needs:
 *
 * - the administrator makes the other two and gives the owner what an earlier release had made with another role; `npm
 * run migrate` logs in as it, and nothing else does;
 * - the owner has every table and function, and runs the migrations. Nobody can log in as it;
 * - the application is the role that DATABASE_URL names: every process of ours. It reads and writes rows
 * (store/database/grants.ts).
 */
export const ownerRole = 'orders_owner';

const duplicateObject = '42710';
const uniqueViolation = '23505';
const invalidAuthorization = '28000';
const invalidPassword = '28P01';
const insufficientPrivilege = '42501';

/** The role that an address of a database names. */
export const roleIn = (databaseUrl: string): string => decodeURIComponent(new URL(databaseUrl).username);

/**
 * Makes the owner and the application where they are missing, and lets the application log in with the password of its
 * address. Roles belong to the whole server: others may be making them at this moment, for other databases.
 * @throws when DATABASE_URL names a role with more rights than the application should have, and when its password is
 * not the one with which the same role works in another database
 */
export async function makeRoles(administrator: pg.Client, databaseUrl: string): Promise<void> {
  const application = roleIn(databaseUrl);
  await assertHarmless(administrator, application);
  await makeRole(administrator, ownerRole, 'nologin');
  // A superuser needs no membership.
  const { rows } = await administrator.query('select from pg_roles where rolname = current_user and not rolsuper');
  if (rows.length > 0) await administrator.query(`grant ${ownerRole} to current_user`);

  const password = decodeURIComponent(new URL(databaseUrl).password);
  const login = `login password ${password ? administrator.escapeLiteral(password) : 'null'}`;
  const isNew = await makeRole(administrator, application, login);
  if (isNew || (await takesPassword(databaseUrl))) return letConnect(administrator, application);
  await assertWorksHereOnly(administrator, application);
  await administrator.query(`alter role ${administrator.escapeIdentifier(application)} ${login}`);
  await letConnect(administrator, application);
}

/** @returns false when it was there */
async function makeRole(administrator: pg.Client, name: string, options: string): Promise<boolean> {
  const { rows } = await administrator.query('select from pg_roles where rolname = $1', [name]);
  if (rows.length > 0) return false;
  try {
    await administrator.query(`create role ${administrator.escapeIdentifier(name)} ${options}`);
    return true;
  } catch (error) {
    if (codeOf(error) === duplicateObject || codeOf(error) === uniqueViolation) return false;
    throw error;
  }
}

/** Never takes rights away from a role: they may be needed for something unknown to us. */
async function assertHarmless(administrator: pg.Client, application: string): Promise<void> {
  if (!application) throw new Error('DATABASE_URL names no role: name one for the application, such as orders_app');
  const refuse = (why: string) => {
    throw new Error(
      `DATABASE_URL names ${application}, which ${why}. Name a role that only the application has, such as orders_app: ` +
        'npm run migrate makes it',
    );
  };
  if (application === ownerRole) refuse('owns the tables');
  const { rows } = await administrator.query<{ administers: boolean; powers: boolean; groups: string[] }>(
    `select rolname = current_user as administers,
       rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as powers,
       array(select roleid::regrole::text from pg_auth_members where member = r.oid) as groups
     from pg_roles r where rolname = $1`,
    [application],
  );
  const [known] = rows;
  if (known?.administers) refuse('MIGRATION_DATABASE_URL names too');
  if (known?.powers) refuse('administers the server');
  if (known && known.groups.length > 0) refuse(`is a member of ${known.groups.join(', ')}`);
}

/** A role has one password for the whole server: two installations would take it from each other in turn. */
async function assertWorksHereOnly(administrator: pg.Client, application: string): Promise<void> {
  const { rows } = await administrator.query<{ name: string }>(
    `select distinct d.datname as name from pg_shdepend s join pg_database d on d.oid = s.dbid
     where s.refclassid = 'pg_authid'::regclass and s.refobjid = $1::regrole and d.datname <> current_database()
     order by 1`,
    [administrator.escapeIdentifier(application)],
  );
  if (rows.length === 0) return;
  throw new Error(
    `DATABASE_URL names ${application} with a password that is not its own, and ${application} works in another ` +
      `database of the server too: ${rows.map(({ name }) => name).join(', ')}. Name another role, such as ` +
      `${application}_2: npm run migrate makes it. Or give the password that ${application} has`,
  );
}

/** The server checks the password before it checks whether the role may connect. */
async function takesPassword(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (codeOf(error) === invalidPassword || codeOf(error) === invalidAuthorization) return false;
    if (codeOf(error) === insufficientPrivilege) return true;
    throw error;
  } finally {
    await client.end();
  }
}
