import { Migration } from '@mikro-orm/migrations';

/** Which provider to leave in peace, told from process to process; and the calls that all of them have made together. */
export class Migration0012ProviderTroubles extends Migration {
  override up() {
    this.addSql(`
      create table provider_troubles (
        provider text not null check (provider in ('paypal', 'aliexpress', 'ebay', 'mercadolibre', 'payoneer', 'fx')),
        account text not null,
        why text not null check (why in ('OUTAGE', 'RATE_LIMITED')),
        attempt integer not null check (attempt > 0),
        since timestamptz not null,
        until timestamptz not null,
        primary key (provider, account, why)
      );

      -- In the shape that rate-limiter-flexible reads and writes. What a crash of the server loses is a window's count.
      create unlogged table provider_calls (
        key varchar(255) primary key,
        points integer not null default 0,
        expire bigint
      );
    `);
  }

  override down() {
    this.addSql(`
      drop table provider_calls;
      drop table provider_troubles;
    `);
  }
}
