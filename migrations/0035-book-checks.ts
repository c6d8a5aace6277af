import { Migration } from '@mikro-orm/migrations';

/** The books are checked by themselves: how far a run has come, and what it found. */
export class Migration0035BookChecks extends Migration {
  override up() {
    this.addSql(`
      create table book_checks (
        id uuid primary key,
        -- One for the whole cluster.
        only_one boolean not null default true unique check (only_one),
        -- The run that is under way, or was the last.
        run integer not null default 0,
        started_at timestamptz,
        finished_at timestamptz,
        -- Where it goes on: in this stage, after what it read last (null: from its beginning). No stage: between two runs.
        stage text,
        cursor text,
        -- Questions that were put to providers.
        asked integer not null default 0,
        -- How often in a row the same place could not be read.
        failures integer not null default 0,
        last_error text,
        fence bigint not null default 0,
        state_entry integer not null default 1,
        wake integer not null default 0,
        next_check_at timestamptz,
        created_at timestamptz not null default clock_now(),
        constraint book_checks_place check (cursor is null or stage is not null)
      );

      create table book_findings (
        id uuid primary key,
        rule text not null,
        kind text not null check (kind in ('difference', 'unread', 'uncheckable')),
        -- The order, where it is about one; and what of it: a payment, a payout, a supplier order.
        subject text not null,
        about text not null,
        detail text not null,
        -- The last run that met it, and in which slice.
        run integer not null,
        stage text not null,
        cursor text,
        -- A difference may be news that we have not heard yet: it counts once a second look has met it again.
        confirmed_at timestamptz,
        first_seen_at timestamptz not null default clock_now(),
        last_seen_at timestamptz not null default clock_now(),
        gone_at timestamptz
      );
      create unique index book_findings_open on book_findings (rule, subject, about) where gone_at is null;
      create index book_findings_gone on book_findings (gone_at) where gone_at is not null;

      -- What is asked for page by page, or by what was given up.
      create index effects_given_up on effects (id) where status = 'DISPROVEN' and first_sent_at is not null;
    `);
  }

  override down() {
    this.addSql(`
      drop index effects_given_up;
      drop table book_findings;
      drop table book_checks;
    `);
  }
}
