import { Migration } from '@mikro-orm/migrations';

/** Money that goes back: to the buyer, from the supplier, and out of legs that have not left. */
export class Migration0004Refunds extends Migration {
  override up() {
    this.addSql(`
      -- Whether a failed order that was paid is refunded by itself, or its reseller is asked first.
      alter table users add column refund_policy text not null default 'ask' check (refund_policy in ('ask', 'automatic'));
      -- Who pays this user out; unset: the platform's own choice.
      alter table users add column payout_provider text check (payout_provider in ('paypal', 'payoneer'));

      -- The platform may pay out from more than one account.
      alter table funding_accounts add column provider text not null default 'paypal' check (provider in ('paypal', 'payoneer'));
      drop index funding_accounts_platform;
      create unique index funding_accounts_platform on funding_accounts (provider, currency) where owner_id is null;

      -- What went back of a payment, one row per refund or reversal at the provider.
      create table refunds (
        id uuid primary key,
        payment_id uuid not null references payments,
        order_id uuid not null references orders,
        reference text not null unique,
        kind text not null check (kind in ('refund', 'reversal')),
        status text not null check (status in ('PENDING', 'COMPLETED', 'FAILED')),
        amount_minor bigint not null check (amount_minor > 0),
        currency char(3) not null,
        created_at timestamptz not null default now()
      );
      create index refunds_of_order on refunds (order_id);

      -- A leg whose sale was refunded before it left is not paid at all.
      alter table payout_legs drop constraint payout_legs_status_check;
      alter table payout_legs add constraint payout_legs_status_check check (status in ('PENDING', 'SENT', 'PAID',
        'SKIPPED_INSUFFICIENT_FUNDS', 'UNCLAIMED', 'FAILED', 'RETURNED', 'REVERSED', 'CANCELLED', 'NEEDS_REVIEW'));
      insert into state_moves values ('leg', 'PENDING', 'CANCELLED'), ('leg', 'SKIPPED_INSUFFICIENT_FUNDS', 'CANCELLED'),
        ('leg', 'FAILED', 'CANCELLED'), ('leg', 'RETURNED', 'CANCELLED'), ('leg', 'REVERSED', 'CANCELLED'),
        ('leg', 'NEEDS_REVIEW', 'CANCELLED'), ('leg', 'UNCLAIMED', 'REVERSED');

      create trigger operator_audit_append_only before update or delete on operator_audit execute function refuse_change();
    `);
  }

  override down() {
    this.addSql(`
      drop trigger operator_audit_append_only on operator_audit;
      delete from state_moves where machine = 'leg' and (to_state = 'CANCELLED' or (from_state = 'UNCLAIMED' and to_state = 'REVERSED'));
      alter table payout_legs drop constraint payout_legs_status_check;
      alter table payout_legs add constraint payout_legs_status_check check (status in ('PENDING', 'SENT', 'PAID',
        'SKIPPED_INSUFFICIENT_FUNDS', 'UNCLAIMED', 'FAILED', 'RETURNED', 'REVERSED', 'NEEDS_REVIEW'));
      delete from funding_accounts where provider <> 'paypal';
      drop index funding_accounts_platform;
      create unique index funding_accounts_platform on funding_accounts (currency) where owner_id is null;
      alter table funding_accounts drop column provider;
      drop table refunds;
      alter table users drop column payout_provider, drop column refund_policy;
    `);
  }
}
