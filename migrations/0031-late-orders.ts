import { Migration } from '@mikro-orm/migrations';

/** An order knows by when it is to be sent, and a wait for somebody's deed has an end. */
export class Migration0031LateOrders extends Migration {
  override up() {
    this.addSql(`
      alter table orders
        -- By when its marketplace wants it sent.
        add column ship_by timestamptz,
        -- When a person last let it go on although it was late.
        add column late_accepted_at timestamptz;
      -- They had no end so far: each is looked at once, which gives it one.
      update orders set next_check_at = clock_now() where status = 'WAITING' and next_check_at is null;
    `);
  }

  override down() {
    this.addSql(`
      alter table orders
        drop column ship_by,
        drop column late_accepted_at;
    `);
  }
}
