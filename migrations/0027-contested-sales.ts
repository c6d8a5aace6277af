import { Migration } from '@mikro-orm/migrations';

/** Money is contested at marketplaces too, and a cancellation that is asked for there is a fact of the order. */
export class Migration0027ContestedSales extends Migration {
  override up() {
    this.addSql(`
      alter table disputes
        add column provider text not null default 'paypal' check (provider in ('paypal', 'ebay', 'mercadolibre'));
      alter table disputes alter column provider drop default;

      -- Since when a cancellation is asked for and not decided.
      alter table orders add column cancel_asked_at timestamptz;
    `);
  }

  override down() {
    this.addSql(`
      delete from disputes where provider <> 'paypal';
      alter table disputes drop column provider;
      alter table orders drop column cancel_asked_at;
    `);
  }
}
