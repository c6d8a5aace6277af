import { Migration } from '@mikro-orm/migrations';

/** What guards the edges: sessions that end, limits, the providers' signing keys, and persons who asked to be forgotten. */
export class Migration0009Edges extends Migration {
  override up() {
    this.addSql(`
      -- It counts more than tries at logging in now.
      alter table login_limits rename to rate_limits;
      alter index login_limits_pkey rename to rate_limits_pkey;

      -- Sessions that were logged out before their time.
      create table revoked_sessions (id uuid primary key, expires_at timestamptz not null);
      create index revoked_sessions_over on revoked_sessions (expires_at);

      -- Keys and certificates that providers really gave out. Public; kept so that a flood of made-up key ids, or a
      -- provider that is away, delays nobody's genuine notification.
      create table webhook_keys (
        provider text not null check (provider in ('paypal', 'ebay')),
        key_id text not null,
        value text not null,
        fetched_at timestamptz not null,
        primary key (provider, key_id)
      );

      alter table inbound_events drop constraint inbound_events_source_check;
      alter table inbound_events add constraint inbound_events_source_check
        check (source in ('paypal', 'ebay', 'mercadolibre', 'inline', 'aliexpress', 'payoneer'));
      -- The order or payout that an event is about, by its provider's name for it.
      alter table inbound_events add column subject text;
      update inbound_events set subject = substring(encode(body, 'escape') from '"orderId"[ ]*:[ ]*"([0-9A-Za-z-]+)"')
        where source in ('ebay', 'inline');
      create index inbound_events_of_subject on inbound_events (source, subject) where subject is not null;

      -- The buyer's name at the marketplace, and when its marketplace told us to forget them.
      alter table orders add column buyer_account text, add column buyer_erased_at timestamptz;
      create index orders_of_buyer on orders (channel, buyer_account) where buyer_account is not null;
      alter table orders add constraint orders_erased_stay_erased
        check (buyer_erased_at is null or (buyer_account is null and ship_to is null));
      alter table orders drop constraint orders_buying_is_ready;
      alter table orders add constraint orders_buying_is_ready check (status not in ('PURCHASING', 'PURCHASED')
        or (product_id is not null and (ship_to is not null or buyer_erased_at is not null)
          and max_cost_minor is not null and fx_rate is not null));

      -- Append-only but for one thing: the words of an erased buyer's timeline lose what names them.
      create function refuse_timeline_change() returns trigger language plpgsql as $$
      begin
        if tg_op = 'UPDATE' and (new.id, new.order_id, new.at, new.kind) = (old.id, old.order_id, old.at, old.kind)
            and exists (select from orders where id = old.order_id and buyer_erased_at is not null) then
          return new;
        end if;
        raise exception 'order_events is append-only' using errcode = 'check_violation', constraint = 'append_only';
      end $$;
      drop trigger order_events_append_only on order_events;
      create trigger order_events_append_only before update or delete on order_events
        for each row execute function refuse_timeline_change();

      -- A purchase whose outcome is open can only be settled with its frozen request, which names the buyer: it is
      -- erased in the statement that closes the effect, whoever closes it.
      create function erase_closed_request() returns trigger language plpgsql as $$
      begin
        if exists (select from orders where id = new.subject and buyer_erased_at is not null) then
          new.request := '{"erased":true}';
        end if;
        return new;
      end $$;
      create trigger effects_forget before update on effects
        for each row when (new.purpose = 'buy' and new.status <> 'OPEN') execute function erase_closed_request();
    `);
  }

  override down() {
    this.addSql(`
      drop trigger effects_forget on effects;
      drop function erase_closed_request;
      drop trigger order_events_append_only on order_events;
      drop function refuse_timeline_change;
      create trigger order_events_append_only before update or delete on order_events
        for each row execute function refuse_change();
      alter table orders drop constraint orders_buying_is_ready;
      alter table orders drop constraint orders_erased_stay_erased;
      update orders set status = 'NEEDS_REVIEW', reason = 'EFFECT_UNPROVEN'
        where status in ('PURCHASING', 'PURCHASED') and ship_to is null;
      alter table orders add constraint orders_buying_is_ready check (status not in ('PURCHASING', 'PURCHASED')
        or (product_id is not null and ship_to is not null and max_cost_minor is not null and fx_rate is not null));
      drop index orders_of_buyer;
      alter table orders drop column buyer_account, drop column buyer_erased_at;
      drop index inbound_events_of_subject;
      alter table inbound_events drop column subject;
      delete from inbound_events where source in ('aliexpress', 'payoneer');
      alter table inbound_events drop constraint inbound_events_source_check;
      alter table inbound_events add constraint inbound_events_source_check
        check (source in ('paypal', 'ebay', 'mercadolibre', 'inline'));
      drop table webhook_keys, revoked_sessions;
      alter index rate_limits_pkey rename to login_limits_pkey;
      alter table rate_limits rename to login_limits;
    `);
  }
}
