import { Migration } from '@mikro-orm/migrations';

/** What is forgotten each hour is found without reading every event there ever was. */
export class Migration0018Forgetting extends Migration {
  override up() {
    this.addSql(`
      create index inbound_events_ignored on inbound_events (received_at) where status = 'IGNORED';
      create index inbound_events_worded on inbound_events (received_at)
        where status <> 'RECEIVED' and (body <> '' or headers <> '{}');
    `);
  }

  override down() {
    this.addSql('drop index inbound_events_ignored; drop index inbound_events_worded');
  }
}
