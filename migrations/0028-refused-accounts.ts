import { Migration } from '@mikro-orm/migrations';

/** An account that refuses us is stopped and tried again; a sale that is not there is believed at the second reading. */
export class Migration0028RefusedAccounts extends Migration {
  override up() {
    this.addSql(`
      alter table api_credentials
        -- Since when its provider refuses us, with which code, and how often in a row.
        add column refused_since timestamptz,
        add column refused_for text,
        add column refusals integer not null default 0,
        -- When it is tried again; while it is, when that is over.
        add column trial_at timestamptz,
        add constraint api_credentials_refused check ((refused_since is null) = (refused_for is null)
          and (refused_since is null) = (refusals = 0) and (refused_since is null) = (trial_at is null));

      alter table inbound_events
        -- When the sale that it tells of was first said not to be there.
        add column absent_since timestamptz;
      create index inbound_events_failed on inbound_events (received_at) where status = 'FAILED';
    `);
  }

  override down() {
    this.addSql(`
      drop index inbound_events_failed;
      alter table inbound_events drop column absent_since;
      alter table api_credentials
        drop constraint api_credentials_refused,
        drop column refused_since,
        drop column refused_for,
        drop column refusals,
        drop column trial_at;
    `);
  }
}
