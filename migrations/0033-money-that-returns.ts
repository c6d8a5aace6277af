import { Migration } from '@mikro-orm/migrations';

/** Money that had gone back to a buyer comes again, fees keep their currency, and accounts their keys. */
export class Migration0033MoneyThatReturns extends Migration {
  override up() {
    this.addSql(`
      -- A reversal that was won, a refund that failed in the end: a return of (a part of) what another row took.
      alter table refunds drop constraint refunds_kind_check;
      alter table refunds add constraint refunds_kind_check check (kind in ('refund', 'reversal', 'return'));
      alter table refunds add column of_refund_id uuid references refunds;
      alter table refunds add constraint refunds_returns_of check ((kind = 'return') = (of_refund_id is not null));
      create index refunds_of_payment on refunds (payment_id);
      create index refunds_returned on refunds (of_refund_id) where of_refund_id is not null;
      insert into state_moves values ('payment', 'PARTIALLY_REFUNDED', 'COMPLETED'), ('payment', 'REFUNDED', 'COMPLETED'),
        ('payment', 'REFUNDED', 'PARTIALLY_REFUNDED'), ('payment', 'REFUNDED', 'REVERSED'),
        ('payment', 'REFUNDED', 'DISPUTED'), ('payment', 'REVERSED', 'PARTIALLY_REFUNDED'),
        ('payment', 'REVERSED', 'REFUNDED'), ('payment', 'REVERSED', 'DISPUTED'), ('order', 'REFUNDED', 'NEEDS_REVIEW');

      -- A share that was paid or cancelled, and is owed again, is paid as a further part of it.
      alter table payout_legs add column part integer not null default 1 check (part >= 1);
      alter table payout_legs drop constraint payout_legs_once;
      alter table payout_legs add constraint payout_legs_once unique (sale_id, beneficiary, part);

      -- A fee as it was told, where that is another currency than the payment's, and what it was converted at.
      alter table payments
        add column fee_told_minor bigint,
        add column fee_told_currency char(3),
        add column fee_rate text,
        add column fee_rate_source text,
        add column fee_rate_as_of timestamptz,
        add constraint payments_fee_told check ((fee_told_minor is null) = (fee_told_currency is null)
          and (fee_told_minor is null) = (fee_rate is null) and (fee_rate is null) = (fee_rate_source is null)
          and (fee_rate is null) = (fee_rate_as_of is null));

      -- The PayPal account that has an order of our own checkout, by its client id.
      alter table orders add column paypal_account text;
      update orders o set paypal_account = e.account from effects e
        where e.purpose = 'capture' and e.subject = o.id and e.generation =
          (select max(generation) from effects l where l.purpose = 'capture' and l.subject = o.id);

      -- Keys of an account that others have taken the place of: kept for reading what was done with it.
      alter table provider_keys drop constraint provider_keys_once;
      alter table provider_keys add column retired_at timestamptz;
      create unique index provider_keys_once on provider_keys (provider, environment) where retired_at is null;
    `);
  }

  override down() {
    this.addSql(`
      delete from provider_keys where retired_at is not null;
      drop index provider_keys_once;
      alter table provider_keys drop column retired_at;
      alter table provider_keys add constraint provider_keys_once unique (provider, environment);
      alter table orders drop column paypal_account;
      alter table payments drop column fee_told_minor, drop column fee_told_currency, drop column fee_rate,
        drop column fee_rate_source, drop column fee_rate_as_of;
      alter table payout_legs drop constraint payout_legs_once;
      alter table payout_legs drop column part;
      alter table payout_legs add constraint payout_legs_once unique (sale_id, beneficiary);
      delete from state_moves where machine = 'order' and from_state = 'REFUNDED';
      delete from state_moves where machine = 'payment' and (from_state = 'REFUNDED'
        or (from_state = 'PARTIALLY_REFUNDED' and to_state = 'COMPLETED') or (from_state = 'REVERSED' and to_state <> 'COMPLETED'));
      delete from refunds where kind = 'return';
      drop index refunds_returned;
      drop index refunds_of_payment;
      alter table refunds drop column of_refund_id;
      alter table refunds drop constraint refunds_kind_check;
      alter table refunds add constraint refunds_kind_check check (kind in ('refund', 'reversal'));
    `);
  }
}
