import { Migration } from '@mikro-orm/migrations';

/** Whether eBay tells us of a seller's orders: set up by us when the account is connected, and looked at ever after. */
export class Migration0015Subscriptions extends Migration {
  override up() {
    this.addSql(`
      create table ebay_subscriptions (
        id uuid primary key,
        credential_id uuid not null unique references api_credentials,
        -- eBay's own number, once it stands.
        subscription_id text,
        tested_at timestamptz,
        checked_at timestamptz,
        -- What stood in the way at the last look; null when nothing did.
        trouble text,
        -- How often eBay had given up on us and was asked to go on.
        revived integer not null default 0,
        state_entry integer not null default 1,
        wake integer not null default 0,
        next_check_at timestamptz,
        created_at timestamptz not null default now()
      );
      create index ebay_subscriptions_due on ebay_subscriptions (next_check_at) where next_check_at is not null;

      -- When something that runs again and again last came to its end: who stands still is noticed.
      create table heartbeats (
        name text primary key,
        at timestamptz not null
      );
    `);
  }

  override down() {
    this.addSql('drop table heartbeats, ebay_subscriptions');
  }
}
