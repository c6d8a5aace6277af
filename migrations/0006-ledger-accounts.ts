import { Migration } from '@mikro-orm/migrations';

/** Collected tax, dispute fees and conversions, and whose sale each entry of the ledger is about. */
export class Migration0006LedgerAccounts extends Migration {
  override up() {
    this.addSql(`
      -- Whose sale a transaction is about; without an order it is the platform's own affair.
      alter table ledger_transactions add column user_id uuid references users, alter column order_id drop not null;
      alter table ledger_transactions disable trigger ledger_transactions_append_only;
      update ledger_transactions set user_id = orders.user_id from orders where orders.id = order_id;
      alter table ledger_transactions enable trigger ledger_transactions_append_only;
      alter table ledger_transactions add constraint ledger_transactions_of_somebody check ((order_id is null) = (user_id is null));
      create index ledger_transactions_of_order on ledger_transactions (order_id);
      create index ledger_transactions_of_user on ledger_transactions (user_id, at);
      create index ledger_transactions_at on ledger_transactions (at);

      -- Tax on top of the amount that the marketplace collected and remits itself.
      alter table payments add column collected_tax_minor bigint not null default 0 check (collected_tax_minor >= 0);

      -- A buyer's complaint, and what PayPal has taken for it so far.
      create table disputes (
        id uuid primary key,
        reference text not null unique,
        order_id uuid not null references orders,
        status text not null check (status in ('OPEN', 'SELLER', 'BUYER')),
        fee_minor bigint not null default 0,
        fee_currency char(3) not null,
        -- How often the fee changed: each change is an entry of its own.
        fee_changes integer not null default 0,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      );
      create index disputes_of_order on disputes (order_id);

      -- Foreign money that was really converted, as an admin saw it happen.
      create table fx_conversions (
        reference text primary key,
        held_at text not null check (held_at in ('paypal', 'ebay', 'mercadolibre')),
        from_minor bigint not null check (from_minor > 0),
        from_currency char(3) not null,
        to_minor bigint not null check (to_minor > 0),
        to_currency char(3) not null,
        -- What it was carried at in the books; the rest is the difference.
        carried_minor bigint not null,
        at timestamptz not null,
        recorded_by uuid not null references users,
        created_at timestamptz not null default now(),
        constraint fx_conversions_of_two check (from_currency <> to_currency)
      );
      create trigger fx_conversions_append_only before update or delete on fx_conversions execute function refuse_change();
    `);
  }

  override down() {
    this.addSql(`
      drop table fx_conversions, disputes;
      alter table payments drop column collected_tax_minor;
      drop index ledger_transactions_at, ledger_transactions_of_user, ledger_transactions_of_order;
      alter table ledger_transactions drop constraint ledger_transactions_of_somebody;
      alter table ledger_transactions drop column user_id, alter column order_id set not null;
    `);
  }
}
