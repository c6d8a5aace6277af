import { Migration } from '@mikro-orm/migrations';

/** How far each provider has been read for what its notifications may have kept quiet about. */
export class Migration0008Feeds extends Migration {
  override up() {
    this.addSql(`
      create table feeds (
        id uuid primary key,
        kind text not null check (kind in ('ebay-orders', 'mercadolibre-orders', 'mercadolibre-missed', 'paypal-events')),
        -- Whose account is read: a connection's, or the platform's own PayPal application.
        credential_id uuid references api_credentials on delete cascade,
        application text,
        -- What was sold before is not ours to buy.
        started_at timestamptz not null,
        -- All that happened until then is stored.
        cursor_at timestamptz not null,
        -- The stretch of time that is being read: its end, and which page comes next (null: the first).
        reading_until timestamptz,
        page text,
        failures integer not null default 0,
        last_error text,
        fence bigint not null default 0,
        state_entry integer not null default 1,
        wake integer not null default 0,
        next_check_at timestamptz,
        created_at timestamptz not null default now(),
        constraint feeds_of_one check ((credential_id is null) = (application is not null)),
        constraint feeds_page_of_reading check (page is null or reading_until is not null),
        constraint feeds_read_forward check (reading_until >= cursor_at)
      );
      create index feeds_due on feeds (next_check_at) where next_check_at is not null;
      create unique index feeds_one_per_connection on feeds (credential_id, kind) where credential_id is not null;
      create unique index feeds_one_per_application on feeds (application, kind) where application is not null;

      insert into feeds (id, kind, credential_id, started_at, cursor_at, next_check_at)
        select gen_random_uuid(), k.kind, c.id, c.created_at, now(), now()
        from api_credentials c join (values
          ('ebay', 'ebay-orders'), ('mercadolibre', 'mercadolibre-orders'), ('mercadolibre', 'mercadolibre-missed')
        ) as k (api_name, kind) on k.api_name = c.api_name where c.status <> 'DISCONNECTED';
    `);
  }

  override down() {
    this.addSql('drop table feeds');
  }
}
