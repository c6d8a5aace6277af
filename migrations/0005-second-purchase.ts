import { Migration } from '@mikro-orm/migrations';

/** A supplier may cancel what it was paid for: the sale is voided, and the order may be bought once more. */
export class Migration0005SecondPurchase extends Migration {
  override up() {
    this.addSql(`
      -- The effect that placed it: a second purchase of the same order has supplier orders of its own.
      alter table supplier_orders add column effect_key text;

      alter table orders add column sale_booked_at timestamptz;
      update orders set sale_booked_at = sales.created_at from sales where sales.order_id = orders.id;

      -- A voided sale's postings are booked back; what was paid out of it is owed by who got it.
      alter table sales add column voided_at timestamptz;
      alter table sales drop constraint sales_order_id_key;
      create unique index sales_one_standing on sales (order_id) where voided_at is null;
      create index sales_of_order on sales (order_id);

      -- What a marketplace sells for nothing, or by the thousand, is an order all the same: it is judged like the others.
      alter table orders drop constraint orders_quantity_check, drop constraint orders_sale_minor_check;
      alter table orders add constraint orders_quantity_check check (quantity between 1 and 1000000);
      alter table orders add constraint orders_sale_minor_check check (sale_minor >= 0);

      insert into state_moves values ('order', 'SHIPPED', 'WAITING');
    `);
  }

  override down() {
    this.addSql(`
      delete from state_moves where machine = 'order' and from_state = 'SHIPPED' and to_state = 'WAITING';
      alter table orders drop constraint orders_quantity_check, drop constraint orders_sale_minor_check;
      alter table orders add constraint orders_quantity_check check (quantity between 1 and 999);
      alter table orders add constraint orders_sale_minor_check check (sale_minor > 0);
      drop index sales_of_order;
      drop index sales_one_standing;
      alter table sales add constraint sales_order_id_key unique (order_id);
      alter table sales drop column voided_at;
      alter table orders drop column sale_booked_at;
      alter table supplier_orders drop column effect_key;
    `);
  }
}
