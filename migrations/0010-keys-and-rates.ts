import { Migration } from '@mikro-orm/migrations';

/** Which encryption keys there have been, and exchange rates that are fetched by themselves. */
export class Migration0010KeysAndRates extends Migration {
  override up() {
    this.addSql(`
      -- A known text sealed with each key: whoever starts with another key under the same name is told so.
      create table encryption_keys (
        id text primary key,
        canary text not null,
        first_seen_at timestamptz not null default now()
      );

      -- Held: stored, but too far from the last one to be used before an admin has confirmed it.
      alter table fx_rates
        add column held boolean not null default false,
        add column confirmed_by uuid references users,
        add column confirmed_at timestamptz,
        add column stored_at timestamptz not null default now();

      -- Where daily rates come from: when the source was last asked, and when it is asked again.
      create table rate_feeds (
        id uuid primary key,
        base char(3) not null unique,
        last_success_at timestamptz,
        last_error text,
        state_entry integer not null default 1,
        wake integer not null default 0,
        next_check_at timestamptz,
        created_at timestamptz not null default now()
      );
    `);
  }

  override down() {
    this.addSql(`
      drop table rate_feeds, encryption_keys;
      alter table fx_rates drop column stored_at, drop column confirmed_at, drop column confirmed_by, drop column held;
    `);
  }
}
