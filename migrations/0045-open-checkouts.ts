import { Migration } from '@mikro-orm/migrations';

/**
 * Where the orders were begun that wait for their buyer at our own checkout: a keyed hash of an address, which goes as
 * soon as the order waits no more.
 */
export class Migration0045OpenCheckouts extends Migration {
  override up() {
    this.addSql(`
      create table open_checkouts (
        order_id uuid primary key references orders on delete cascade,
        source_hash text not null
      );
      create index open_checkouts_of_source on open_checkouts (source_hash);

      create function forget_checkout_source() returns trigger language plpgsql as $$
      begin
        delete from open_checkouts where order_id = new.id;
        return null;
      end $$;
      create trigger orders_forget_checkout_source after update of status on orders for each row
        when (old.status = 'CREATED' and new.status <> 'CREATED') execute function forget_checkout_source();
    `);
  }

  override down() {
    this.addSql(`
      drop trigger orders_forget_checkout_source on orders;
      drop function forget_checkout_source;
      drop table open_checkouts;
    `);
  }
}
