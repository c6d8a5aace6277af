import { Migration } from '@mikro-orm/migrations';

/** A buyer may have the goods by another way than an order of ours: then nothing has to be ready to be bought. */
export class Migration0036SuppliedByHand extends Migration {
  override up() {
    this.addSql(`
      alter table orders add column supplied_by_hand_at timestamptz;
      alter table orders drop constraint orders_buying_is_ready;
      alter table orders add constraint orders_buying_is_ready check (status not in ('PURCHASING', 'PURCHASED')
        or (fx_rate is not null and (supplied_by_hand_at is not null
          or (product_id is not null and (ship_to is not null or buyer_erased_at is not null) and max_cost_minor is not null))));
    `);
  }

  override down() {
    this.addSql(`
      update orders set status = 'NEEDS_REVIEW', reason = 'SUPPLIER_NEEDS_ATTENTION'
        where supplied_by_hand_at is not null and status in ('PURCHASING', 'PURCHASED');
      alter table orders drop constraint orders_buying_is_ready;
      alter table orders add constraint orders_buying_is_ready check (status not in ('PURCHASING', 'PURCHASED')
        or (product_id is not null and (ship_to is not null or buyer_erased_at is not null)
          and max_cost_minor is not null and fx_rate is not null));
      alter table orders drop column supplied_by_hand_at;
    `);
  }
}
