import { Migration } from '@mikro-orm/migrations';

/** One clock, the database's, and one way to ask for it: whoever replaces the function moves the time of all. */
export class Migration0029OneClock extends Migration {
  override up() {
    // Stable, so that an index serves what is compared with it. The queue's tables are in a schema of their own.
    this.addSql(`
      create function clock_now() returns timestamptz language sql stable as 'select clock_timestamp()';
      create index effects_open on effects (last_sent_at) where status = 'OPEN';

      do $$
      declare stamped record;
      begin
        for stamped in
          select table_name, column_name from information_schema.columns
          where table_schema = current_schema() and column_default in ('now()', 'clock_timestamp()')
        loop
          execute format('alter table %I alter column %I set default clock_now()', stamped.table_name, stamped.column_name);
        end loop;
      end $$;
    `);
  }

  override down() {
    this.addSql(`
      do $$
      declare stamped record;
      begin
        for stamped in
          select table_name, column_name from information_schema.columns
          where table_schema = current_schema() and column_default = 'clock_now()'
        loop
          execute format('alter table %I alter column %I set default %s', stamped.table_name, stamped.column_name,
            case when stamped.column_name = 'at' and stamped.table_name in ('order_events', 'operator_audit')
              then 'clock_timestamp()' else 'now()' end);
        end loop;
      end $$;
      drop index effects_open;
      drop function clock_now;
    `);
  }
}
