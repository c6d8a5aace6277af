import { Migration } from '@mikro-orm/migrations';

/** What a provider answered and nobody could read is evidence, and a sale that cannot be read is an order all the same. */
export class Migration0025Answers extends Migration {
  override up() {
    this.addSql(`
      -- Either a page of the website (screenshot and html), or the text of an answer.
      alter table evidence
        alter column screenshot drop not null,
        alter column html drop not null,
        add column answer text,
        add constraint evidence_is_page_or_answer check ((answer is null) = (html is not null));

      -- Of a sale that cannot be read nobody knows the price: it is 0, and nothing is bought for it.
      alter table orders
        drop constraint orders_sale_minor_check,
        add constraint orders_sale_minor_check check (sale_minor > 0
          or sale_minor = 0 and status not in ('PAID', 'WAITING', 'PURCHASING', 'PURCHASED', 'SHIPPED', 'DELIVERED'));
    `);
  }

  override down() {
    this.addSql(`
      delete from evidence where answer is not null;
      alter table evidence
        drop constraint evidence_is_page_or_answer,
        drop column answer,
        alter column screenshot set not null,
        alter column html set not null;
      alter table orders
        drop constraint orders_sale_minor_check,
        add constraint orders_sale_minor_check check (sale_minor > 0);
    `);
  }
}
