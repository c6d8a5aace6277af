/** Covers: store/database/roles.ts, store/database/grants.ts. */
import { expect } from 'chai';
import pg from 'pg';
import { migrate } from '../../../store/database/migrate.ts';
import { createEmptyDatabase, type TestDatabase } from '../../support/database.ts';

const insufficientPrivilege = '42501';
/** Rows of these are read and added, never changed. */
const appendOnly = [
  'audit_changes',
  'fx_conversions',
  'ledger_postings',
  'ledger_transactions',
  'operator_audit',
  'order_events',
];
const readOnly = ['bullmq.migration', 'migration', 'state_moves'];

describe('the role of the application', () => {
  let database: TestDatabase;
  let application: pg.Client;
  let tables: string[];
  before(async () => {
    database = await createEmptyDatabase();
    await migrate({ ...database, databaseUrl: database.url });
    application = new pg.Client({ connectionString: database.url });
    await application.connect();
    tables = await names(
      `select c.oid::regclass::text as name from pg_class c
       where relkind = 'r' and relnamespace in ('public'::regnamespace, 'bullmq'::regnamespace) order by 1`,
    );
  });
  after(async () => {
    await application?.end();
    await database?.drop();
  });

  const names = async (sql: string): Promise<string[]> =>
    (await application.query<{ name: string }>(sql)).rows.map(({ name }) => name);

  const codeOf = async (sql: string): Promise<unknown> => {
    await application.query('begin');
    try {
      await application.query(sql);
      return 'done';
    } catch (error) {
      return (error as pg.DatabaseError).code;
    } finally {
      await application.query('rollback');
    }
  };

  /** The tables of which the statement, with a table's name for `$`, is not refused. */
  const letThrough = async (statement: string, on: readonly string[]): Promise<string[]> => {
    const through: string[] = [];
    for (const table of on)
      if ((await codeOf(statement.replaceAll('$', table))) !== insufficientPrivilege) through.push(table);
    return through;
  };

  it('has no power of its own, and is in no other role', async () => {
    const { rows } = await application.query(
      `select current_user as name, rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as powers,
         (select count(*)::int from pg_auth_members where member = r.oid) as groups,
         (select count(*)::int from pg_shdepend where refobjid = r.oid and deptype = 'o') as owned
       from pg_roles r where rolname = current_user`,
    );
    expect(rows).to.deep.equal([{ name: 'orders_app', powers: false, groups: 0, owned: 0 }]);
  });

  it('shares the schemas with nobody but their owner', async () => {
    const { rows } = await application.query(
      `select nspname as schema, has_schema_privilege('public', oid, 'usage') or has_schema_privilege('public', oid, 'create') as open
       from pg_namespace where nspname in ('public', 'bullmq') order by 1`,
    );
    expect(rows).to.deep.equal([
      { schema: 'bullmq', open: false },
      { schema: 'public', open: false },
    ]);
  });

  it('reads every table', async () => {
    expect(tables).to.include.members([...appendOnly, ...readOnly, 'orders', 'bullmq.job']);
    expect(await letThrough('select from $', tables)).to.deep.equal(tables);
  });

  for (const [what, statement] of [
    ['empties', 'truncate $ cascade'],
    ['changes the shape of', 'alter table $ add column more text'],
    ['disables the triggers of', 'alter table $ disable trigger all'],
    [
      'puts a trigger on',
      'create trigger t before insert on $ for each row execute function suppress_redundant_updates_trigger()',
    ],
    ['owns', 'alter table $ owner to current_user'],
    ['removes', 'drop table $ cascade'],
  ] as const)
    it(`${what} no table`, async () => {
      expect(await letThrough(statement, tables)).to.deep.equal([]);
    });

  it('adds and reads rows where nothing is changed, and reads where only migrations write', async () => {
    const keeping = [...appendOnly, ...readOnly];
    expect(await letThrough('delete from $', tables)).to.have.members(tables.filter(name => !keeping.includes(name)));
    const changed = async (table: string) => {
      const [column] = await names(
        `select attname as name from pg_attribute where attrelid = '${table}'::regclass and attnum = 2`,
      );
      return `update ${table} set ${column} = ${column}`;
    };
    for (const table of keeping) expect(await codeOf(await changed(table)), table).to.equal(insufficientPrivilege);
    expect(await letThrough('insert into $ default values', tables)).to.have.members(
      tables.filter(name => !readOnly.includes(name)),
    );
  });

  it('is kept from changing and emptying just what says that it is append-only, and so is the owner', async () => {
    const triggered = (suffix: string) =>
      names(
        `select c.relname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
         where t.tgname = c.relname || '${suffix}' order by 1`,
      );
    expect(await triggered('_append_only')).to.deep.equal(appendOnly);
    expect(await triggered('_never_emptied')).to.deep.equal(appendOnly);
    for (const table of appendOnly) {
      const refused = await database.asOwner(`truncate ${table} cascade`).catch((error: Error) => error.message);
      expect(refused).to.match(/is append-only/);
    }
  });

  for (const statement of [
    'create table more (id int)',
    'create table bullmq.more (id int)',
    'create view more as select 1 as one',
    'create temporary table orders (id int)',
    'create sequence more',
    `create function more() returns int language sql as 'select 1'`,
    `create or replace function clock_now() returns timestamptz language sql stable as 'select clock_timestamp()'`,
    'drop function clock_now cascade',
    'create schema more',
    'drop schema bullmq cascade',
    'create role more',
    'alter role current_user superuser',
    'create database more',
    'alter database postgres set log_statement = none',
    'alter system set fsync = off',
    'set role orders_owner',
    'set session authorization app',
    'grant orders_owner to current_user',
    'set session_replication_role = replica',
    `copy orders to program 'cat'`,
    `copy rate_limits from '/etc/passwd'`,
    `select pg_read_file('postmaster.pid')`,
    `select rolpassword from pg_authid`,
  ])
    it(`is refused: ${statement}`, async () => {
      // Outside of any transaction, in which some of them are not taken.
      const refused = await application.query(statement).catch((error: pg.DatabaseError) => error.code);
      expect(refused).to.equal(insufficientPrivilege);
    });
});
