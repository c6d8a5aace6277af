import { Migration } from '@mikro-orm/migrations';

/**
 * What names a buyer is sealed at rest. A migration has no key: rows that are here already stay readable as they are,
 * and the workers seal them, which these indexes find until there are none.
 */
export class Migration0043SealedBuyers extends Migration {
  override up() {
    this.addSql(`
      -- Keyed hashes of the address that is sealed: orders are searched by them.
      alter table orders add column email_hash text, add column name_hash text;
      create index orders_by_email_hash on orders (email_hash) where email_hash is not null;
      create index orders_by_name_hash on orders (name_hash) where name_hash is not null;
      alter table orders drop constraint orders_erased_stay_erased;
      alter table orders add constraint orders_erased_stay_erased check (buyer_erased_at is null
        or (buyer_account is null and ship_to is null and email_hash is null and name_hash is null));

      -- The keys of ours that a message names: after a restore they are searched for, and its text is sealed.
      alter table inbound_events add column keys_told text;

      create index orders_unsealed on orders (id) where jsonb_typeof(ship_to) = 'object';
      create index effects_unsealed on effects (id) where left(request, 3) <> 'v1.' and request <> '{"erased":true}';
      create index inbound_events_unsealed on inbound_events (id) where body <> '' and substring(body for 3) <> 'v1.';
      create index evidence_unsealed on evidence (id)
        where left(html, 3) <> 'v1.' or left(answer, 3) <> 'v1.' or substring(screenshot for 3) <> 'v1.';

      -- Nothing needs this key any more: it may be missing from ENCRYPTION_KEY.
      alter table encryption_keys add column retired_at timestamptz;
    `);
  }

  /** An earlier release reads no sealed text, and would write plain ones beside them: the way back is a backup. */
  override down() {
    this.addSql(`
      do $$ begin
        if exists (select from orders where jsonb_typeof(ship_to) = 'string')
          or exists (select from effects where left(request, 3) = 'v1.')
          or exists (select from inbound_events where substring(body for 3) = 'v1.')
          or exists (select from evidence where left(html, 3) = 'v1.')
          or exists (select from evidence where left(answer, 3) = 'v1.')
          or exists (select from evidence where substring(screenshot for 3) = 'v1.')
        then
          raise 'rows that name buyers are sealed, and an earlier release cannot read them: restore a backup instead';
        end if;
      end $$;
      alter table encryption_keys drop column retired_at;
      alter table inbound_events drop column keys_told;
      drop index evidence_unsealed, inbound_events_unsealed, effects_unsealed, orders_unsealed, orders_by_name_hash,
        orders_by_email_hash;
      alter table orders drop constraint orders_erased_stay_erased;
      alter table orders add constraint orders_erased_stay_erased
        check (buyer_erased_at is null or (buyer_account is null and ship_to is null));
      alter table orders drop column email_hash, drop column name_hash;
    `);
  }
}
