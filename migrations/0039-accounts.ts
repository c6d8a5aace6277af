import { Migration } from '@mikro-orm/migrations';

/**
 * Accounts with an end, and an audit that the database keeps itself. A session is a row: it can be listed and ended. Who
 * changes a row in somebody's name is written down by a trigger, with what was there before and after, in the very
 * transaction of the change: no route can forget it. The name is the setting `audit.deed`, which is set for the
 * transaction; workers set none.
 */
export class Migration0039Accounts extends Migration {
  override up() {
    this.addSql(`
      alter table users add disabled_at timestamptz, add password_changed_at timestamptz;

      create table sessions (
        id uuid primary key,
        user_id uuid not null references users,
        door text not null check (door in ('api', 'dashboard')),
        -- The role it was begun with: another role is another session.
        role text not null,
        source text not null,
        agent text not null,
        begun_at timestamptz not null default clock_now(),
        seen_at timestamptz not null default clock_now(),
        expires_at timestamptz not null,
        ended_at timestamptz
      );
      create index sessions_of_place on sessions (user_id, source);
      create index sessions_open on sessions (user_id, seen_at desc) where ended_at is null;
      create index sessions_over on sessions (expires_at);
      drop table revoked_sessions;

      create table password_resets (
        token_hash text primary key,
        user_id uuid not null references users,
        made_by text not null,
        made_at timestamptz not null default clock_now(),
        expires_at timestamptz not null,
        used_at timestamptz
      );
      create index password_resets_of_user on password_resets (user_id);

      -- To whom something is to be told that they have not asked for: the address is where it goes.
      create table notices (
        id bigint generated always as identity primary key,
        user_id uuid not null references users,
        address text not null,
        kind text not null,
        facts jsonb not null,
        at timestamptz not null default clock_now(),
        sent_at timestamptz
      );
      create index notices_of_user on notices (user_id, id desc);

      alter table operator_audit add source text, add session_id uuid;
      create index operator_audit_of on operator_audit (operator, id desc);
      create index operator_audit_ends on operator_audit ((target->>'attempt')) where target->>'attempt' is not null;

      create table audit_changes (
        id bigint generated always as identity primary key,
        attempt bigint not null references operator_audit,
        table_name text not null,
        row_key text not null,
        change text not null check (change in ('INSERT', 'UPDATE', 'DELETE')),
        before jsonb not null,
        after jsonb not null
      );
      create index audit_changes_of on audit_changes (attempt, id);
      create trigger audit_changes_append_only before update or delete on audit_changes execute function refuse_change();

      -- Its arguments: the column that names the row, and the columns whose values nobody is shown.
      create function record_change() returns trigger language plpgsql as $$
      declare
        deed jsonb := current_setting('audit.deed')::jsonb;
        attempt_id bigint := nullif(current_setting('audit.attempt', true), '')::bigint;
        was jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
        is_now jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) end;
        before_change jsonb := '{}';
        after_change jsonb := '{}';
        name text;
      begin
        if attempt_id is null then
          insert into operator_audit (operator, action, target, outcome, source, session_id)
            values (deed->>'operator', deed->>'action', deed->'target', 'done', deed->>'source', (deed->>'sessionId')::uuid)
            returning id into attempt_id;
          perform set_config('audit.attempt', attempt_id::text, true);
        end if;
        for name in select jsonb_object_keys(was || is_now) loop
          -- What only says when to look again is no change that anybody made.
          continue when coalesce(was->name, 'null') = coalesce(is_now->name, 'null')
            or name in ('wake', 'fence', 'state_entry', 'next_check_at', 'updated_at', 'changed_at', 'seen_at');
          if name = any (tg_argv[1:]) then
            before_change := before_change || jsonb_build_object(name, case when was ? name then '…' end);
            after_change := after_change || jsonb_build_object(name, case when is_now ? name then '… (changed)' end);
          else
            before_change := before_change || jsonb_build_object(name, was->name);
            after_change := after_change || jsonb_build_object(name, is_now->name);
          end if;
        end loop;
        if after_change <> '{}' then
          insert into audit_changes (attempt, table_name, row_key, change, before, after)
            values (attempt_id, tg_table_name, case tg_op when 'DELETE' then was else is_now end->>tg_argv[0], tg_op,
                    before_change, after_change);
        end if;
        return null;
      end $$;
    `);
    for (const [table, key, ...unseen] of audited)
      this.addSql(`create trigger ${table}_audited after insert or update or delete on ${table} for each row
        when (coalesce(current_setting('audit.deed', true), '') <> '')
        execute function record_change(${[key, ...unseen].map(name => `'${name}'`).join(', ')})`);
  }

  override down() {
    for (const [table] of audited) this.addSql(`drop trigger ${table}_audited on ${table}`);
    this.addSql(`
      drop function record_change;
      drop table audit_changes, notices, password_resets, sessions;
      drop index operator_audit_of, operator_audit_ends;
      alter table operator_audit drop source, drop session_id;
      create table revoked_sessions (id uuid primary key, expires_at timestamptz not null);
      create index revoked_sessions_over on revoked_sessions (expires_at);
      alter table users drop disabled_at, drop password_changed_at`);
  }
}

/** Each table that a person can change: the column that names its row, then the columns whose values are not shown. */
const audited: readonly (readonly [table: string, key: string, ...unseen: string[]])[] = [
  ['api_credentials', 'id', 'sealed', 'webhook_segment'],
  ['book_checks', 'id'],
  ['contradictions', 'id', 'evidence'],
  ['funding_accounts', 'id'],
  ['fx_conversions', 'reference'],
  ['fx_rates', 'id'],
  ['inbound_events', 'id', 'headers', 'body'],
  ['listings', 'id'],
  ['orders', 'id', 'ship_to', 'checkout_token_hash', 'approve_url', 'buyer_account', 'email_hash', 'name_hash'],
  ['password_resets', 'user_id', 'token_hash'],
  ['payout_legs', 'id'],
  ['platform_config', 'name'],
  ['products', 'id'],
  ['provider_keys', 'provider', 'sealed'],
  ['receiver_changes', 'user_id'],
  ['sessions', 'id'],
  ['shop_accounts', 'id', 'sealed'],
  ['users', 'id', 'password_hash'],
];
