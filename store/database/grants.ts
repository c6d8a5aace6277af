import type pg from 'pg';
import { codeOf } from './error-code.ts';
import { timeouts } from './pool-timeouts.ts';
import { idleInTransactionMs } from './pooler.ts';

/** Written by migrations alone. */
const readOnly = ['public.migration', 'public.state_moves', 'bullmq.migration'];

/** What a timeline says is sealed, sealed anew, or loses the buyer who was erased: a trigger lets through nothing else. */
const rewritten = 'update (note, told, bound_to, detail) on public.order_events';

/** The append-only tables, which have a trigger of that name. */
const appendOnly = `
  select c.oid::regclass::text as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where t.tgname = c.relname || '_append_only' and c.relnamespace = 'public'::regnamespace`;

/**
 * Grants the application its rights from scratch after every migration: it reads and writes rows, and in append-only
 * tables reads and adds them. It cannot create, change, empty or drop tables or functions.
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
 * Lets the application connect to the database: a server may have revoked that right from everybody.
 * @param administrator who owns the database, or is a superuser
 */
export async function letConnect(administrator: pg.Client, application: string): Promise<void> {
  const { rows } = await administrator.query<{ name: string }>('select current_database() as name');
  const database = administrator.escapeIdentifier(rows[0]?.name ?? '');
  await administrator.query(`grant connect on database ${database} to ${administrator.escapeIdentifier(application)}`);
}

const insufficientPrivilege = '42501';

/**
 * The limits of a statement and of a silent transaction, as each connection of ours asks for them: behind a pooler that
 * ignores what a connection asks for, the role has them. An administrator who may not say so leaves the role as it is, and
 * the start of a process behind a pooler tells it.
 */
export async function limitStatements(administrator: pg.Client, application: string): Promise<void> {
  const { rows } = await administrator.query<{ name: string }>('select quote_ident(current_database()) as name');
  const role = `role ${administrator.escapeIdentifier(application)} in database ${rows[0]?.name ?? ''}`;
  try {
    await administrator.query(`
      alter ${role} set statement_timeout = ${timeouts.statement_timeout};
      alter ${role} set idle_in_transaction_session_timeout = ${idleInTransactionMs}`);
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege) throw error;
  }
}
