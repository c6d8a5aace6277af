import type pg from 'pg';

/** Written by migrations alone. */
const readOnly = ['public.migration', 'public.state_moves', 'bullmq.migration'];

/** The words about a buyer who was erased are written anew: a trigger lets through nothing else. */
const rewritten = 'update (note, detail) on public.order_events';

/** Those with a trigger that says so. */
const appendOnly = `
  select c.oid::regclass::text as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where t.tgname = c.relname || '_append_only' and c.relnamespace = 'public'::regnamespace`;

/**
 * What the application may, from nothing, after every migration: rows are read and written, and those of append-only
 * tables read and added. Neither tables nor functions are made, changed, emptied or taken away.
 * @param owner connected as the owner of the tables
 */
export async function grantToApplication(owner: pg.Client, application: string): Promise<void> {
  const to = owner.escapeIdentifier(application);
  await owner.query('begin');
  try {
    const { rows } = await owner.query<{ name: string }>(appendOnly);
    const added = rows.map(({ name }) => name).join(', ');
    await owner.query(`
      revoke all on schema public, bullmq from public;
      revoke all on all tables in schema public, bullmq from public, ${to};
      grant usage on schema public, bullmq to ${to};
      grant usage on all sequences in schema public, bullmq to ${to};
      grant select, insert, update, delete on all tables in schema public, bullmq to ${to};
      revoke insert, update, delete on ${readOnly.join(', ')} from ${to};
      revoke update, delete on ${added} from ${to};
      grant ${rewritten} to ${to};`);
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback');
    throw error;
  }
}

/**
 * That the application may enter the database at all is said too: a server may have taken that away from everybody.
 * @param administrator who owns the database, or is a superuser
 */
export async function letConnect(administrator: pg.Client, application: string): Promise<void> {
  const { rows } = await administrator.query<{ name: string }>('select current_database() as name');
  const database = administrator.escapeIdentifier(rows[0]?.name ?? '');
  await administrator.query(`grant connect on database ${database} to ${administrator.escapeIdentifier(application)}`);
}
