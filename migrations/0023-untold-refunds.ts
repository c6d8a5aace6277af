import { Migration } from '@mikro-orm/migrations';

/** What a marketplace says went back of a sale without telling how much: the sale is held until somebody says it. */
export class Migration0023UntoldRefunds extends Migration {
  override up() {
    this.addSql(`
      create table untold_refunds (
        payment_id uuid primary key references payments,
        order_id uuid not null references orders,
        says text not null,
        said_at timestamptz not null default now(),
        -- Somebody has said how much that was: the same again holds nothing.
        settled_at timestamptz
      );
      create index untold_refunds_of_order on untold_refunds (order_id);

      -- What is held already can be settled.
      insert into untold_refunds (payment_id, order_id, says)
        select p.id, o.id, p.raw_status from orders o join payments p on p.order_id = o.id
        where o.frozen_for = 'MARKETPLACE_REFUND' and o.channel <> 'paypal';
    `);
  }

  override down() {
    this.addSql('drop table untold_refunds');
  }
}
