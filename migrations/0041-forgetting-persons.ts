import { Migration } from '@mikro-orm/migrations';

/** Buyers of every channel can be forgotten: found by their e-mail, and when that was asked for. */
export class Migration0041ForgettingPersons extends Migration {
  override up() {
    this.addSql(`
      -- One address, however it is written.
      create function normal_email(email text) returns text language sql immutable strict parallel safe
        return lower(normalize(btrim(email), NFKC));

      -- Their buyer wants to be forgotten, and is as soon as nothing needs them any more.
      alter table orders add column erase_asked_at timestamptz;
      create index orders_of_email on orders (normal_email(ship_to ->> 'email')) where ship_to ->> 'email' is not null;
      create index orders_erase_asked on orders (updated_at, id) where erase_asked_at is not null and buyer_erased_at is null;

      -- Until now PayPal's messages did not say what they are about.
      update inbound_events e set subject = coalesce(
          substring(t.said from '"order_id"[ ]*:[ ]*"([0-9A-Z]+)"'),
          substring(t.said from '"seller_transaction_id"[ ]*:[ ]*"([0-9A-Z]+)"'),
          substring(t.said from '/v2/payments/captures/([0-9A-Z]+)'),
          substring(t.said from '/v2/checkout/orders/([0-9A-Z]+)'))
        from (select id, encode(body, 'escape') as said from inbound_events
          where source = 'paypal' and subject is null and body <> '') t
        where t.id = e.id;
    `);
  }

  override down() {
    this.addSql(`
      drop index orders_erase_asked, orders_of_email;
      alter table orders drop column erase_asked_at;
      drop function normal_email;
    `);
  }
}
