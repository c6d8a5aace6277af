import { Migration } from '@mikro-orm/migrations';

/** Outside accounts are connected by their owners' consent, and stay what they were when another one follows. */
export class Migration0007Connections extends Migration {
  override up() {
    this.addSql(`
      -- A consent that was asked for: single use, for one user in one browser, for ten minutes.
      create table connection_attempts (
        id uuid primary key,
        state_hash text not null unique,
        browser_hash text not null,
        user_id uuid not null references users,
        api_name text not null check (api_name in ('aliexpress-dropshipping', 'ebay', 'mercadolibre')),
        environment text not null check (environment in ('sandbox', 'production')),
        money_holder text not null check (money_holder in ('platform', 'reseller')),
        -- PKCE: what proves to the provider that who asked is who comes back.
        sealed_verifier text,
        expires_at timestamptz not null,
        used_at timestamptz
      );
      create index connection_attempts_of_browser on connection_attempts (browser_hash);
      create index connection_attempts_over on connection_attempts (expires_at);

      -- One row is one outside account of one user, for ever: what was begun with it is never judged by another.
      alter table api_credentials
        alter column sealed drop not null,
        add column scopes text not null default '',
        add column refresh_at timestamptz,
        add column last_used_at timestamptz,
        drop constraint api_credentials_status_check,
        drop constraint api_credentials_one_per_user,
        drop constraint api_credentials_one_owner,
        add constraint api_credentials_status_check check (status in ('HEALTHY', 'RECONNECT_NEEDED', 'DISCONNECTED')),
        add constraint api_credentials_erased check ((status = 'DISCONNECTED') = (sealed is null));
      update api_credentials set scopes = 'https://api.ebay.com/oauth/api_scope/sell.fulfillment' where api_name = 'ebay';
      update api_credentials set refresh_at = next_check_at;
      create unique index api_credentials_one_row on api_credentials (user_id, api_name, environment, account_id);
      create unique index api_credentials_one_per_user on api_credentials (user_id, api_name, environment)
        where status <> 'DISCONNECTED';
      create unique index api_credentials_one_owner on api_credentials (api_name, environment, account_id)
        where status <> 'DISCONNECTED';
    `);
  }

  override down() {
    this.addSql(`
      drop index api_credentials_one_owner, api_credentials_one_per_user, api_credentials_one_row;
      alter table api_credentials
        drop constraint api_credentials_erased,
        drop constraint api_credentials_status_check,
        add constraint api_credentials_status_check check (status in ('HEALTHY', 'RECONNECT_NEEDED')),
        add constraint api_credentials_one_owner unique (api_name, environment, account_id),
        add constraint api_credentials_one_per_user unique (user_id, api_name, environment),
        drop column last_used_at,
        drop column refresh_at,
        drop column scopes,
        alter column sealed set not null;
      drop table connection_attempts;
    `);
  }
}
