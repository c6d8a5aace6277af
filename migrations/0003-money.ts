import { Migration } from '@mikro-orm/migrations';

/** Outside effects, what is reserved for them, and the books. */
export class Migration0003Money extends Migration {
  override up() {
    this.addSql(`
      -- Intent before the call. OPEN: may or may not have happened. DONE: proven. DISPROVEN: proven not to have happened.
      create table effects (
        id uuid primary key,
        purpose text not null check (purpose in ('capture', 'buy', 'pay', 'refund', 'ship-notice')),
        subject uuid not null,
        generation integer not null default 1,
        route text not null,
        account text not null,
        environment text not null,
        idempotency_key text not null unique,
        request text not null,
        status text not null default 'OPEN' check (status in ('OPEN', 'DONE', 'DISPROVEN')),
        sends integer not null default 0,
        first_sent_at timestamptz,
        last_sent_at timestamptz,
        resend_until timestamptz,
        result jsonb,
        last_code text,
        created_at timestamptz not null default now(),
        closed_at timestamptz,
        constraint effects_generation unique (purpose, subject, generation),
        constraint effects_closed check ((status = 'OPEN') = (closed_at is null))
      );
      create unique index effects_one_not_disproven on effects (purpose, subject) where status <> 'DISPROVEN';

      -- The account that will really pay. reported: what the provider last said. limit: what an operator allows to be
      -- drawn in all, where no balance can be read.
      create table funding_accounts (
        id uuid primary key,
        kind text not null check (kind in ('reported', 'limit')),
        owner_id uuid references users,
        currency char(3) not null,
        available_minor bigint not null default 0,
        as_of timestamptz,
        created_at timestamptz not null default now()
      );
      create unique index funding_accounts_platform on funding_accounts (currency) where owner_id is null;
      create unique index funding_accounts_owner on funding_accounts (owner_id, currency) where owner_id is not null;

      create table reservations (
        id uuid primary key,
        funding_account_id uuid not null references funding_accounts,
        purpose text not null check (purpose in ('buy', 'pay')),
        subject uuid not null,
        user_id uuid not null references users,
        amount_minor bigint not null check (amount_minor >= 0),
        status text not null default 'HELD' check (status in ('HELD', 'CONSUMED', 'RELEASED')),
        created_at timestamptz not null default now(),
        closed_at timestamptz
      );
      create unique index reservations_one_held on reservations (purpose, subject) where status <> 'RELEASED';
      create index reservations_of_account on reservations (funding_account_id, status, closed_at);
      create index reservations_of_user on reservations (user_id, created_at);

      create table sales (
        id uuid primary key,
        order_id uuid not null unique references orders,
        user_id uuid not null references users,
        currency char(3) not null,
        sale_price_minor bigint not null,
        supplier_cost_minor bigint not null,
        marketplace_fee_minor bigint not null,
        payment_fee_minor bigint not null,
        gross_profit_minor bigint not null,
        net_profit_minor bigint not null,
        -- Worst profit that was accepted before buying; the difference to the real one is the variance.
        expected_profit_minor bigint not null,
        set_off_minor bigint not null default 0,
        created_at timestamptz not null default now(),
        constraint sales_add_up check (gross_profit_minor =
          sale_price_minor - supplier_cost_minor - marketplace_fee_minor - payment_fee_minor)
      );
      create index sales_of_user on sales (user_id, created_at desc);

      create table commissions (
        id uuid primary key,
        sale_id uuid not null unique references sales,
        percent text not null,
        amount_minor bigint not null check (amount_minor >= 0),
        currency char(3) not null
      );
      -- The same amount, assigned to the admin it belongs to.
      create table admin_commissions (
        id uuid primary key,
        commission_id uuid not null unique references commissions,
        admin_id uuid not null references users
      );

      create table payout_legs (
        id uuid primary key,
        sale_id uuid not null references sales,
        order_id uuid not null references orders,
        beneficiary text not null check (beneficiary in ('admin', 'reseller')),
        user_id uuid not null references users,
        amount_minor bigint not null check (amount_minor > 0),
        currency char(3) not null,
        route text not null check (route in ('paypal', 'payoneer')),
        receiver text not null,
        status text not null default 'PENDING' check (status in ('PENDING', 'SENT', 'PAID', 'SKIPPED_INSUFFICIENT_FUNDS',
          'UNCLAIMED', 'FAILED', 'RETURNED', 'REVERSED', 'NEEDS_REVIEW')),
        reason text,
        provider_batch_id text,
        provider_item_id text,
        fee_minor bigint,
        not_before timestamptz not null default now(),
        state_entry integer not null default 1,
        wake integer not null default 0,
        fence bigint not null default 0,
        next_check_at timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        constraint payout_legs_once unique (sale_id, beneficiary)
      );
      create index payout_legs_due on payout_legs (next_check_at) where next_check_at is not null;
      create trigger payout_legs_moves before update of status on payout_legs
        for each row when (old.status is distinct from new.status) execute function refuse_illegal_move('leg');

      create table ledger_transactions (
        id bigint generated always as identity primary key,
        source text not null,
        event text not null,
        order_id uuid not null references orders,
        at timestamptz not null default now(),
        constraint ledger_transactions_once unique (source, event)
      );
      create table ledger_postings (
        id bigint generated always as identity primary key,
        transaction_id bigint not null references ledger_transactions,
        account text not null,
        holder_id uuid references users,
        amount_minor bigint not null check (amount_minor <> 0),
        currency char(3) not null
      );
      create index ledger_postings_of_transaction on ledger_postings (transaction_id);
      create index ledger_postings_of_holder on ledger_postings (holder_id, account, currency);

      create function refuse_imbalance() returns trigger language plpgsql as $$
      begin
        if exists (select from ledger_postings where transaction_id = new.transaction_id group by currency having sum(amount_minor) <> 0) then
          raise exception 'ledger transaction % does not sum to zero', new.transaction_id
            using errcode = 'check_violation', constraint = 'ledger_zero_sum';
        end if;
        return null;
      end $$;
      create constraint trigger ledger_zero_sum after insert on ledger_postings
        deferrable initially deferred for each row execute function refuse_imbalance();

      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is append-only', tg_table_name using errcode = 'check_violation', constraint = 'append_only';
      end $$;
      create trigger ledger_postings_append_only before update or delete on ledger_postings execute function refuse_change();
      create trigger ledger_transactions_append_only before update or delete on ledger_transactions execute function refuse_change();
      create trigger order_events_append_only before update or delete on order_events execute function refuse_change();

      -- One unit of base is worth rate units of quote.
      create table fx_rates (
        id bigint generated always as identity primary key,
        base char(3) not null,
        quote char(3) not null,
        rate text not null,
        source text not null,
        as_of timestamptz not null
      );
      create index fx_rates_newest on fx_rates (base, quote, as_of desc);

      -- What operators did on the dashboard, tried or denied.
      create table operator_audit (
        id bigint generated always as identity primary key,
        at timestamptz not null default clock_timestamp(),
        operator text not null,
        action text not null,
        target jsonb not null,
        outcome text not null
      );
    `);
  }

  override down() {
    this.addSql(`drop table operator_audit, fx_rates, ledger_postings, ledger_transactions, payout_legs, admin_commissions, commissions,
      sales, reservations, funding_accounts, effects;
      drop trigger order_events_append_only on order_events;
      drop function refuse_imbalance, refuse_change`);
  }
}
