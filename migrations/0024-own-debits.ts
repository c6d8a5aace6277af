import { Migration } from '@mikro-orm/migrations';

/** The refunds that are under way are found without reading every effect there ever was. */
export class Migration0024OwnDebits extends Migration {
  override up() {
    this.addSql(
      `create index effects_refunds on effects (closed_at) where purpose = 'refund' and status <> 'DISPROVEN'`,
    );
  }

  override down() {
    this.addSql('drop index effects_refunds');
  }
}
