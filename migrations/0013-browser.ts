import { Migration } from '@mikro-orm/migrations';

/** Buying on the supplier's website: whose log-in, who may, and what was seen when it went wrong. */
export class Migration0013Browser extends Migration {
  override up() {
    this.addSql(`
      -- A browser log-in; its credential (api_name 'aliexpress') says whose it is.
      create table shop_accounts (
        id uuid primary key references api_credentials on delete cascade,
        -- Password and session cookies.
        sealed text not null,
        -- Something on the website that only a person can put right: nobody buys with the account until it is released.
        paused_for text,
        paused_at timestamptz,
        -- One purchase at a time: who has the account now, and until when at most.
        leased_by uuid,
        leased_until timestamptz
      );

      -- The last page of a purchase that met something.
      create table evidence (
        id uuid primary key,
        order_id uuid not null references orders,
        step text not null,
        reason text not null,
        url text not null,
        screenshot bytea not null,
        html text not null,
        taken_at timestamptz not null default now()
      );
      create index evidence_of_order on evidence (order_id, taken_at);
      create index evidence_by_age on evidence (taken_at);

      -- Switched off for a reseller, nothing is bought in a browser for them.
      alter table users add column browser_buying boolean not null default true;
      -- An admin lets them buy with the platform's own account, which then pays.
      alter table users add column platform_buyer boolean not null default false;
      insert into platform_config (name, value) values ('browserBuying', 'on');
    `);
  }

  override down() {
    this.addSql(`
      delete from platform_config where name = 'browserBuying';
      alter table users drop column browser_buying, drop column platform_buyer;
      drop table evidence, shop_accounts;
    `);
  }
}
