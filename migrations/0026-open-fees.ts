import { Migration } from '@mikro-orm/migrations';

/** A payment whose provider has not said what it kept has an estimated fee, and one that it holds says why. */
export class Migration0026OpenFees extends Migration {
  override up() {
    this.addSql(`
      alter table payments
        -- fee_minor is the fee table's estimate, until the provider says what it really kept.
        add column fee_estimated boolean not null default false,
        -- The provider's own word for why it holds or declined the payment: ECHECK, PENDING_REVIEW, …
        add column status_reason text;
    `);
  }

  override down() {
    this.addSql('alter table payments drop column fee_estimated, drop column status_reason');
  }
}
