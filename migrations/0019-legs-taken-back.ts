import { Migration } from '@mikro-orm/migrations';

/** A leg whose money was held and never left is not paid at all when its sale is refunded. */
export class Migration0019LegsTakenBack extends Migration {
  override up() {
    this.addSql(`insert into state_moves values ('leg', 'SENT', 'CANCELLED')`);
  }

  override down() {
    this.addSql(`delete from state_moves where machine = 'leg' and from_state = 'SENT' and to_state = 'CANCELLED'`);
  }
}
