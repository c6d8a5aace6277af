import { Migration } from '@mikro-orm/migrations';

/** Append-only tables are not emptied either: TRUNCATE asks no trigger of single rows. */
export class Migration0046NeverEmptied extends Migration {
  override up() {
    this.addSql(`
      do $$
      declare kept text;
      begin
        for kept in
          select c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
          where c.relnamespace = current_schema()::regnamespace and t.tgname = c.relname || '_append_only'
        loop
          execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()',
            kept || '_never_emptied', kept);
        end loop;
      end $$;
    `);
  }

  override down() {
    this.addSql(`
      do $$
      declare emptied record;
      begin
        for emptied in
          select t.tgname, c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
          where c.relnamespace = current_schema()::regnamespace and t.tgname = c.relname || '_never_emptied'
        loop
          execute format('drop trigger %I on %I', emptied.tgname, emptied.relname);
        end loop;
      end $$;
    `);
  }
}
