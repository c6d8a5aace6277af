import { Migration } from '@mikro-orm/migrations';

/** Our own applications' keys at the providers, as an admin has entered them. */
export class Migration0016ProviderKeys extends Migration {
  override up() {
    this.addSql(`
      create table provider_keys (
        id uuid primary key,
        provider text not null check (provider in ('paypal', 'payoneer', 'ebay', 'mercadolibre', 'aliexpress')),
        environment text not null check (environment in ('sandbox', 'production')),
        sealed text not null,
        changed_by uuid not null references users,
        changed_at timestamptz not null default now(),
        constraint provider_keys_once unique (provider, environment)
      );
    `);
  }

  override down() {
    this.addSql('drop table provider_keys');
  }
}
