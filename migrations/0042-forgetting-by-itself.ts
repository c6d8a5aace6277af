import { Migration } from '@mikro-orm/migrations';

/** Buyers are forgotten by themselves: where the one job for it has come to, and whom it has still to look at. */
export class Migration0042ForgettingByItself extends Migration {
  override up() {
    this.addSql(`
      create table forgettings (
        id uuid primary key,
        -- One for the whole cluster.
        only_one boolean not null default true unique check (only_one),
        -- The run that is under way, or was the last, and how many orders it has taken the buyer out of.
        run integer not null default 0,
        forgotten integer not null default 0,
        started_at timestamptz,
        finished_at timestamptz,
        -- Where it goes on: by this rule, after the order it looked at last. No rule: between two runs.
        rule text,
        cursor text,
        fence bigint not null default 0,
        state_entry integer not null default 1,
        wake integer not null default 0,
        next_check_at timestamptz,
        created_at timestamptz not null default clock_now(),
        constraint forgettings_place check (cursor is null or rule is not null)
      );
      create index orders_over on orders (updated_at, id) where buyer_erased_at is null
        and status in ('PURCHASED', 'SHIPPED', 'DELIVERED', 'FAILED', 'REFUNDED', 'CANCELLED');
      create index orders_given_up on orders (updated_at, id) where buyer_erased_at is null and status = 'CANCELLED';
    `);
  }

  override down() {
    this.addSql('drop index orders_given_up, orders_over; drop table forgettings');
  }
}
