import type pg from 'pg';
import { ownerRole, roleIn } from './database-roles.ts';

/**
 * What is not the owner's yet: all that the administrator or the application has made where our tables and the queues
 * are, as every release did that knew one role only. What others keep in the same database stays theirs. The sequence
 * of an identity column goes with its table, and an extension's objects are the extension's.
 */
const notYetMoved = `
  with theirs as (select oid from pg_roles where rolname in (current_user, $1)),
    ours as (select oid from pg_namespace where nspname in ('public', 'bullmq')),
    kept as (select classid, objid from pg_depend where deptype in ('a', 'i', 'e'))
  select format('table %s', c.oid::regclass) as what from pg_class c
    where c.relnamespace in (table ours) and c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relowner in (table theirs)
      and ('pg_class'::regclass, c.oid) not in (table kept)
  union all select format('routine %s', p.oid::regprocedure) from pg_proc p
    where p.pronamespace in (table ours) and p.proowner in (table theirs)
      and ('pg_proc'::regclass, p.oid) not in (table kept)
  union all select format('type %s', t.oid::regtype) from pg_type t
    where t.typnamespace in (table ours) and t.typtype in ('d', 'e') and t.typowner in (table theirs)
      and ('pg_type'::regclass, t.oid) not in (table kept)
  union all select format('schema %I', n.nspname) from pg_namespace n
    where n.oid in (table ours) and n.nspowner <> $2::regrole`;

/** Gives the owner the schemas and all that is in them. Does nothing where that is done already. */
export async function giveToOwner(administrator: pg.Client, databaseUrl: string): Promise<void> {
  await administrator.query('begin');
  try {
    const { rows: databases } = await administrator.query<{ name: string }>('select current_database() as name');
    const database = administrator.escapeIdentifier(databases[0]?.name ?? '');
    // BullMQ makes a schema of its own. And what anybody could make, a temporary table, would hide the one of that name
    // from the triggers that look there.
    await administrator.query(`grant create, temporary on database ${database} to ${ownerRole}`);
    await administrator.query(`revoke temporary on database ${database} from public`);
    const { rows } = await administrator.query<{ what: string }>(notYetMoved, [roleIn(databaseUrl), ownerRole]);
    for (const { what } of rows) await administrator.query(`alter ${what} owner to ${ownerRole}`);
    await administrator.query('commit');
  } catch (error) {
    await administrator.query('rollback');
    throw error;
  }
}
