import { Migration } from '@mikro-orm/migrations';

/** When the database was restored from a backup, and how much it has forgotten. */
export class Migration0030Restores extends Migration {
  override up() {
    this.addSql(`
      create table restores (
        id bigint generated always as identity primary key,
        -- The backup's moment: what was done from then on is not known here.
        lost_from timestamptz not null,
        opened_at timestamptz not null default clock_now(),
        -- Until then no effect leaves.
        ended_at timestamptz,
        ended_by text,
        constraint restores_ended check ((ended_at is null) = (ended_by is null)),
        constraint restores_lost_before check (lost_from <= opened_at)
      );
      create unique index restores_one_open on restores ((true)) where ended_at is null;
    `);
  }

  override down() {
    this.addSql('drop table restores');
  }
}
