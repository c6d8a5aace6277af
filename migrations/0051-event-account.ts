import { Migration } from '@mikro-orm/migrations';

/** Which of the platform's own accounts was told: what an event is about is read back there. Null for sellers' accounts. */
export class Migration0051EventAccount extends Migration {
  override up() {
    this.addSql('alter table inbound_events add column account text');
  }

  override down() {
    this.addSql('alter table inbound_events drop column account');
  }
}
