import { Migration } from '@mikro-orm/migrations';

/** The parcels of what was bought, and whether the sale channel knows of each. */
export class Migration0011Parcels extends Migration {
  override up() {
    this.addSql(`
      create table parcels (
        id uuid primary key,
        order_id uuid not null references orders,
        supplier_order_id uuid not null references supplier_orders,
        tracking_number text not null,
        -- As the supplier names it.
        carrier text not null,
        quantity integer not null check (quantity > 0),
        shipped_at timestamptz not null,
        last_event text,
        last_event_at timestamptz,
        first_seen_at timestamptz not null default now(),
        -- The supplier names it no more: its number has changed.
        gone_at timestamptz,
        told_at timestamptz,
        -- Why the sale channel cannot be told.
        refused_for text,
        constraint parcels_once unique (supplier_order_id, tracking_number),
        constraint parcels_told_or_refused check (told_at is null or refused_for is null)
      );
      create index parcels_of_order on parcels (order_id);
    `);
  }

  override down() {
    this.addSql('drop table parcels');
  }
}
