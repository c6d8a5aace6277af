import { Migration } from '@mikro-orm/migrations';

/** Operators look at what is held all the time, and few orders are. */
export class Migration0037HeldOrders extends Migration {
  override up() {
    this.addSql('create index orders_held on orders (frozen_for, updated_at) where frozen_for is not null');
  }

  override down() {
    this.addSql('drop index orders_held');
  }
}
