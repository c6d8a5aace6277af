import { Migration } from '@mikro-orm/migrations';

/** What came in, the orders it became, and what is known of the buyer's money and the supplier's goods. */
export class Migration0002Orders extends Migration {
  override up() {
    this.addSql(`
      -- Stored before it is answered; a hint, never the truth.
      create table inbound_events (
        id uuid primary key,
        source text not null check (source in ('paypal', 'ebay', 'mercadolibre', 'inline')),
        event_id text not null,
        type text not null,
        headers jsonb not null,
        body bytea not null,
        credential_id uuid references api_credentials,
        status text not null default 'RECEIVED' check (status in ('RECEIVED', 'APPLIED', 'IGNORED', 'FAILED')),
        note text,
        state_entry integer not null default 1,
        wake integer not null default 0,
        next_check_at timestamptz,
        received_at timestamptz not null default now(),
        constraint inbound_events_once unique (source, event_id)
      );
      create index inbound_events_due on inbound_events (next_check_at) where next_check_at is not null;

      create table orders (
        id uuid primary key,
        user_id uuid not null references users,
        channel text not null check (channel in ('paypal', 'ebay', 'mercadolibre')),
        credential_id uuid references api_credentials,
        external_order_id text,
        external_line_id text,
        listing_id text,
        variation_id text not null default '',
        product_id uuid references products,
        quantity integer not null check (quantity between 1 and 999),
        sale_minor bigint not null check (sale_minor > 0),
        sale_currency char(3) not null,
        marketplace_fee_minor bigint check (marketplace_fee_minor >= 0),
        ship_to jsonb,
        proceeds_held_by text not null check (proceeds_held_by in ('platform', 'reseller')),
        supplier_paid_by text not null check (supplier_paid_by in ('platform', 'reseller')),
        -- One unit of the platform's currency in the sale's; frozen when the order is let through.
        fx_rate text,
        fx_source text,
        fx_as_of timestamptz,
        -- The most the supplier may charge for this order; frozen when it is let through.
        max_cost_minor bigint check (max_cost_minor > 0),
        purchase_route text not null default 'api' check (purchase_route in ('api', 'browser')),
        status text not null,
        wait_reason text,
        wait_until timestamptz,
        reason text,
        frozen_for text,
        checkout_token_hash text,
        approve_url text,
        paid_at timestamptz,
        state_entry integer not null default 1,
        wake integer not null default 0,
        fence bigint not null default 0,
        next_check_at timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        constraint orders_status_known check (status in ('CREATED', 'PAID', 'WAITING', 'PURCHASING', 'PURCHASED',
          'SHIPPED', 'DELIVERED', 'FAILED', 'REFUNDING', 'REFUNDED', 'CANCELLED', 'NEEDS_REVIEW')),
        constraint orders_wait_has_reason check ((status = 'WAITING') = (wait_reason is not null)),
        constraint orders_end_has_reason check (status not in ('FAILED', 'NEEDS_REVIEW') or reason is not null),
        constraint orders_buying_is_ready check (status not in ('PURCHASING', 'PURCHASED')
          or (product_id is not null and ship_to is not null and max_cost_minor is not null and fx_rate is not null)),
        constraint orders_marketplace_line unique (channel, external_order_id, external_line_id)
      );
      create index orders_due on orders (next_check_at) where next_check_at is not null;
      create index orders_of_user on orders (user_id, created_at desc);
      create index orders_waiting on orders (wait_reason) where status = 'WAITING';

      -- The legal moves; a test keeps these equal to domain/.
      create table state_moves (machine text, from_state text, to_state text, primary key (machine, from_state, to_state));
      insert into state_moves values
        ('order', 'CREATED', 'PAID'), ('order', 'CREATED', 'WAITING'), ('order', 'CREATED', 'CANCELLED'), ('order', 'CREATED', 'NEEDS_REVIEW'),
        ('order', 'PAID', 'WAITING'), ('order', 'PAID', 'PURCHASING'), ('order', 'PAID', 'FAILED'), ('order', 'PAID', 'CANCELLED'), ('order', 'PAID', 'NEEDS_REVIEW'),
        ('order', 'WAITING', 'PAID'), ('order', 'WAITING', 'WAITING'), ('order', 'WAITING', 'PURCHASING'), ('order', 'WAITING', 'PURCHASED'),
        ('order', 'WAITING', 'FAILED'), ('order', 'WAITING', 'CANCELLED'), ('order', 'WAITING', 'NEEDS_REVIEW'),
        ('order', 'PURCHASING', 'WAITING'), ('order', 'PURCHASING', 'PURCHASED'), ('order', 'PURCHASING', 'FAILED'),
        ('order', 'PURCHASING', 'CANCELLED'), ('order', 'PURCHASING', 'NEEDS_REVIEW'),
        ('order', 'PURCHASED', 'SHIPPED'), ('order', 'PURCHASED', 'DELIVERED'), ('order', 'PURCHASED', 'WAITING'), ('order', 'PURCHASED', 'NEEDS_REVIEW'),
        ('order', 'SHIPPED', 'DELIVERED'), ('order', 'SHIPPED', 'NEEDS_REVIEW'),
        ('order', 'DELIVERED', 'NEEDS_REVIEW'),
        ('order', 'FAILED', 'REFUNDING'), ('order', 'FAILED', 'NEEDS_REVIEW'),
        ('order', 'REFUNDING', 'REFUNDED'), ('order', 'REFUNDING', 'NEEDS_REVIEW'),
        ('order', 'CANCELLED', 'NEEDS_REVIEW'),
        ('order', 'NEEDS_REVIEW', 'PAID'), ('order', 'NEEDS_REVIEW', 'WAITING'), ('order', 'NEEDS_REVIEW', 'PURCHASING'),
        ('order', 'NEEDS_REVIEW', 'PURCHASED'), ('order', 'NEEDS_REVIEW', 'FAILED'), ('order', 'NEEDS_REVIEW', 'CANCELLED'),
        ('payment', 'PENDING', 'COMPLETED'), ('payment', 'PENDING', 'DECLINED'), ('payment', 'PENDING', 'REVERSED'),
        ('payment', 'COMPLETED', 'PARTIALLY_REFUNDED'), ('payment', 'COMPLETED', 'REFUNDED'), ('payment', 'COMPLETED', 'REVERSED'), ('payment', 'COMPLETED', 'DISPUTED'),
        ('payment', 'PARTIALLY_REFUNDED', 'REFUNDED'), ('payment', 'PARTIALLY_REFUNDED', 'REVERSED'), ('payment', 'PARTIALLY_REFUNDED', 'DISPUTED'),
        ('payment', 'REVERSED', 'COMPLETED'),
        ('payment', 'DISPUTED', 'COMPLETED'), ('payment', 'DISPUTED', 'PARTIALLY_REFUNDED'), ('payment', 'DISPUTED', 'REFUNDED'), ('payment', 'DISPUTED', 'REVERSED'),
        ('supplier-order', 'PLACED_UNPAID', 'PAID'), ('supplier-order', 'PLACED_UNPAID', 'SHIPPED'),
        ('supplier-order', 'PLACED_UNPAID', 'DELIVERED'), ('supplier-order', 'PLACED_UNPAID', 'CANCELLED'),
        ('supplier-order', 'PAID', 'SHIPPED'), ('supplier-order', 'PAID', 'DELIVERED'), ('supplier-order', 'PAID', 'CANCELLED'),
        ('supplier-order', 'SHIPPED', 'DELIVERED'), ('supplier-order', 'SHIPPED', 'CANCELLED'),
        ('leg', 'PENDING', 'SENT'), ('leg', 'PENDING', 'SKIPPED_INSUFFICIENT_FUNDS'), ('leg', 'PENDING', 'NEEDS_REVIEW'),
        ('leg', 'SENT', 'PAID'), ('leg', 'SENT', 'UNCLAIMED'), ('leg', 'SENT', 'FAILED'), ('leg', 'SENT', 'RETURNED'),
        ('leg', 'SENT', 'REVERSED'), ('leg', 'SENT', 'SKIPPED_INSUFFICIENT_FUNDS'), ('leg', 'SENT', 'NEEDS_REVIEW'),
        ('leg', 'PAID', 'RETURNED'), ('leg', 'PAID', 'REVERSED'),
        ('leg', 'SKIPPED_INSUFFICIENT_FUNDS', 'PENDING'), ('leg', 'SKIPPED_INSUFFICIENT_FUNDS', 'SENT'), ('leg', 'SKIPPED_INSUFFICIENT_FUNDS', 'NEEDS_REVIEW'),
        ('leg', 'UNCLAIMED', 'PAID'), ('leg', 'UNCLAIMED', 'RETURNED'), ('leg', 'UNCLAIMED', 'FAILED'), ('leg', 'UNCLAIMED', 'NEEDS_REVIEW'),
        ('leg', 'FAILED', 'PENDING'), ('leg', 'FAILED', 'NEEDS_REVIEW'),
        ('leg', 'RETURNED', 'PENDING'), ('leg', 'RETURNED', 'NEEDS_REVIEW'),
        ('leg', 'REVERSED', 'PENDING'), ('leg', 'REVERSED', 'NEEDS_REVIEW'),
        ('leg', 'NEEDS_REVIEW', 'PENDING'), ('leg', 'NEEDS_REVIEW', 'PAID'), ('leg', 'NEEDS_REVIEW', 'FAILED');

      create function refuse_illegal_move() returns trigger language plpgsql as $$
      begin
        if not exists (select from state_moves where machine = tg_argv[0] and from_state = old.status and to_state = new.status) then
          raise exception '% % cannot move from % to %', tg_argv[0], old.id, old.status, new.status
            using errcode = 'check_violation', constraint = 'state_moves';
        end if;
        return new;
      end $$;
      create trigger orders_moves before update of status on orders
        for each row when (old.status is distinct from new.status) execute function refuse_illegal_move('order');

      -- The order's timeline: each transition, attempt, provider reference and reason.
      create table order_events (
        id bigint generated always as identity primary key,
        order_id uuid not null references orders,
        at timestamptz not null default clock_timestamp(),
        kind text not null,
        note text not null,
        detail jsonb
      );
      create index order_events_of_order on order_events (order_id, id);

      -- The buyer's money. reference is the capture id, or order/line at a marketplace.
      create table payments (
        id uuid primary key,
        order_id uuid not null references orders,
        provider text not null check (provider in ('paypal', 'ebay', 'mercadolibre')),
        reference text not null,
        status text not null check (status in ('PENDING', 'COMPLETED', 'DECLINED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'REVERSED', 'DISPUTED')),
        amount_minor bigint not null,
        currency char(3) not null,
        fee_minor bigint,
        raw_status text not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        constraint payments_once unique (provider, reference)
      );
      create index payments_of_order on payments (order_id);
      create trigger payments_moves before update of status on payments
        for each row when (old.status is distinct from new.status) execute function refuse_illegal_move('payment');

      create table supplier_orders (
        id uuid primary key,
        order_id uuid not null references orders,
        credential_id uuid references api_credentials,
        number text not null unique,
        status text not null check (status in ('PLACED_UNPAID', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED')),
        raw_status text not null,
        cost_minor bigint,
        cost_currency char(3),
        pay_deadline timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      );
      create index supplier_orders_of_order on supplier_orders (order_id);
      create trigger supplier_orders_moves before update of status on supplier_orders
        for each row when (old.status is distinct from new.status) execute function refuse_illegal_move('supplier-order');
    `);
  }

  override down() {
    this.addSql(
      'drop table supplier_orders, payments, order_events, orders, inbound_events, state_moves; drop function refuse_illegal_move',
    );
  }
}
