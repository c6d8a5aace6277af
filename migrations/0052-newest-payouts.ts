import { Migration } from '@mikro-orm/migrations';

/** The list of payouts shows the newest first, a page at a time: without an index, each page sorts all of them. */
export class Migration0052NewestPayouts extends Migration {
  override up() {
    this.addSql('create index payout_legs_newest on payout_legs (created_at desc, id)');
  }

  override down() {
    this.addSql('drop index payout_legs_newest');
  }
}
