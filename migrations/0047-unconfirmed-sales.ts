import { Migration } from '@mikro-orm/migrations';

/** Counted at each sale that a seller sends inline: so many wait for a person at most. */
export class Migration0047UnconfirmedSales extends Migration {
  override up() {
    this.addSql(`
      create index orders_unconfirmed on orders (user_id)
        where status = 'NEEDS_REVIEW' and reason = 'UNCONFIRMED_SALE'
    `);
  }

  override down() {
    this.addSql('drop index orders_unconfirmed');
  }
}
