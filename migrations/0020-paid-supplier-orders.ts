import { Migration } from '@mikro-orm/migrations';

/** That a supplier order was paid is not forgotten when it is closed, and what was given back is told per order. */
export class Migration0020PaidSupplierOrders extends Migration {
  override up() {
    this.addSql(`
      alter table supplier_orders add column was_paid boolean not null default false, add column refunded_at timestamptz;
      update supplier_orders s set was_paid = true where s.status in ('PAID', 'SHIPPED', 'DELIVERED')
        or exists (select from ledger_transactions t
          where t.source = 'aliexpress' and t.event in ('cancelled:' || s.number, 'bought:' || s.effect_key));
    `);
  }

  override down() {
    this.addSql('alter table supplier_orders drop column was_paid, drop column refunded_at');
  }
}
