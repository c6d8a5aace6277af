import { Migration } from '@mikro-orm/migrations';

/** Who uses the system, what they sell, and the outside accounts they have connected. */
export class Migration0001People extends Migration {
  override up() {
    this.addSql(`
      create table users (
        id uuid primary key,
        email text not null unique check (email = lower(email)),
        password_hash text not null,
        role text not null check (role in ('admin', 'reseller')),
        payout_receiver text,
        created_at timestamptz not null default now()
      );

      create table platform_config (
        name text primary key,
        value text not null,
        changed_at timestamptz not null default now()
      );
      insert into platform_config (name, value) values ('commissionPct', '10');

      -- An outside account of a user. What is secret in it is sealed with the key that key_id names.
      create table api_credentials (
        id uuid primary key,
        user_id uuid not null references users,
        api_name text not null check (api_name in ('aliexpress-dropshipping', 'aliexpress', 'ebay', 'mercadolibre', 'paypal')),
        environment text not null check (environment in ('sandbox', 'production')),
        account_id text not null,
        account_name text not null,
        sealed text not null,
        status text not null default 'HEALTHY' check (status in ('HEALTHY', 'RECONNECT_NEEDED')),
        -- Marketplaces: who receives the proceeds. Suppliers: who pays. Asked when the account is connected.
        money_holder text not null check (money_holder in ('platform', 'reseller')),
        -- MercadoLibre does not sign: its callback carries this unguessable segment instead.
        webhook_segment text unique,
        access_expires_at timestamptz,
        refresh_expires_at timestamptz,
        state_entry integer not null default 1,
        wake integer not null default 0,
        next_check_at timestamptz,
        created_at timestamptz not null default now(),
        constraint api_credentials_one_per_user unique (user_id, api_name, environment),
        constraint api_credentials_one_owner unique (api_name, environment, account_id)
      );
      create index api_credentials_due on api_credentials (next_check_at) where next_check_at is not null;

      create table products (
        id uuid primary key,
        user_id uuid not null references users,
        title text not null,
        price_minor bigint not null check (price_minor > 0),
        price_currency char(3) not null,
        supplier_product_id text not null,
        supplier_sku_id text not null,
        -- The most one piece may cost at the supplier, shipping included.
        max_buy_minor bigint not null check (max_buy_minor > 0),
        max_buy_currency char(3) not null,
        created_at timestamptz not null default now()
      );
      create index products_of_user on products (user_id, created_at desc);

      -- Which product a marketplace listing (and variation, '' for none) sells.
      create table listings (
        id uuid primary key,
        credential_id uuid not null references api_credentials,
        external_id text not null,
        variation_id text not null default '',
        product_id uuid not null references products,
        created_at timestamptz not null default now(),
        constraint listings_once unique (credential_id, external_id, variation_id)
      );

      -- Tries at logging in, in the shape that rate-limiter-flexible reads and writes.
      create table login_limits (
        key varchar(255) primary key,
        points integer not null default 0,
        expire bigint
      );
    `);
  }

  override down() {
    this.addSql('drop table login_limits, listings, products, api_credentials, platform_config, users');
  }
}
