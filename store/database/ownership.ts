import type pg from 'pg';
import { codeOf } from './error-code.ts';
import { ownerRole, roleIn } from './roles.ts';

/**
 * Objects that do not belong to the owner yet. Schemas come first: the owner must be able to create something in a
 * schema before it is given anything there. An earlier release made all of them with one role: the administrator, the
 * application, or a role that the addresses no longer name, which owns the table of migrations. Other people's objects
 * in the same database stay theirs. The sequence of an identity column goes with its table, and an extension's objects
 * are the extension's.
 */
const notYetMoved = `
  with ours as (select oid from pg_namespace where nspname in ('public', 'bullmq')),
    theirs as (
      select oid from pg_roles where rolname in (current_user, $1)
      union select relowner from pg_class
        where relname = 'migration' and relnamespace in (table ours) and relowner <> $2::regrole),
    kept as (select classid, objid from pg_depend where deptype in ('a', 'i', 'e'))
  select format('schema %I', n.nspname) as what,
      -- Whoever owns the database owns what belongs to that role.
      (case n.nspowner when 'pg_database_owner'::regrole then d.datdba else n.nspowner end)::regrole::text as of, 1 as turn
    from pg_namespace n join pg_database d on d.datname = current_database()
    where n.oid in (table ours) and n.nspowner <> $2::regrole
  union all select format('table %s', c.oid::regclass), c.relowner::regrole::text, 2 from pg_class c
    where c.relnamespace in (table ours) and c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relowner in (table theirs)
      and ('pg_class'::regclass, c.oid) not in (table kept)
  union all select format('routine %s', p.oid::regprocedure), p.proowner::regrole::text, 2 from pg_proc p
    where p.pronamespace in (table ours) and p.proowner in (table theirs)
      and ('pg_proc'::regclass, p.oid) not in (table kept)
  union all select format('type %s', t.oid::regtype), t.typowner::regrole::text, 2 from pg_type t
    where t.typnamespace in (table ours) and t.typtype in ('d', 'e') and t.typowner in (table theirs)
      and ('pg_type'::regclass, t.oid) not in (table kept)
  order by turn`;

type NotYetMoved = { readonly what: string; readonly of: string };

const insufficientPrivilege = '42501';

/**
 * Gives the owner the schemas and all their objects. Does nothing where that is done already.
 * @throws when the administrator may not give an object away; the message says who owns it and what to do
 */
export async function giveToOwner(administrator: pg.Client, databaseUrl: string): Promise<void> {
  await administrator.query('begin');
  try {
    const { rows: databases } = await administrator.query<{ name: string; me: string }>(
      'select quote_ident(current_database()) as name, quote_ident(current_user) as me',
    );
    const { name: database = '', me = '' } = databases[0] ?? {};
    // BullMQ makes a schema of its own. A temporary table, which anybody could make, would hide the real table of its
    // name from the triggers that read it.
    await administrator.query(`grant create, temporary on database ${database} to ${ownerRole}`);
    await administrator.query(`revoke temporary on database ${database} from public`);
    const { rows } = await administrator.query<NotYetMoved>(notYetMoved, [roleIn(databaseUrl), ownerRole]);
    for (const one of rows) await giveAway(administrator, me, one);
    await administrator.query('commit');
  } catch (error) {
    await administrator.query('rollback');
    throw error;
  }
}

async function giveAway(administrator: pg.Client, me: string, { what, of }: NotYetMoved): Promise<void> {
  try {
    await administrator.query(`alter ${what} owner to ${ownerRole}`);
  } catch (cause) {
    if (codeOf(cause) !== insufficientPrivilege) throw cause;
    throw new Error(
      `${what} belongs to ${of}, and ${me}, whom MIGRATION_DATABASE_URL names, may not give it away: let a superuser run ` +
        `"grant ${of} to ${me}", or name a superuser in MIGRATION_DATABASE_URL, and migrate again`,
      { cause },
    );
  }
}
