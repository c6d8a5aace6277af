import { Migration } from '@mikro-orm/migrations';

/**
 * What the timeline says is sealed at rest; what SQL asks of it stays open in `detail`. As with the buyers, lines that
 * are here already stay readable as they are, and the workers seal them.
 */
export class Migration0050SealedTimeline extends Migration {
  override up() {
    this.addSql(`
      -- The name that a line's words are sealed under, and what people and providers said beside its sentence.
      alter table order_events add column bound_to uuid, add column told text;
      create index order_events_unsealed on order_events (id) where bound_to is null;

      -- The same text with another key: who has none that is in use can write no other.
      create function sealed_anew(before text, after text) returns boolean language sql stable as $$
        select before is not distinct from after or (left(before, 3) = 'v1.' and left(after, 3) = 'v1.'
          and split_part(before, '.', 2) <> split_part(after, '.', 2)
          and exists (select from encryption_keys where id = split_part(after, '.', 2) and retired_at is null))
      $$;

      -- Append-only but for three things: the words of an erased buyer's timeline lose what names them; a line that was
      -- stored plain is sealed, once; and what is sealed is sealed anew with another key.
      create or replace function refuse_timeline_change() returns trigger language plpgsql as $$
      begin
        if tg_op = 'UPDATE' and (new.id, new.order_id, new.at, new.kind) = (old.id, old.order_id, old.at, old.kind) then
          if old.bound_to is null and left(new.note, 3) = 'v1.' and new.bound_to is not null
            and (new.told is null or left(new.told, 3) = 'v1.') and coalesce(old.detail, '{}') @> new.detail
          then
            return new;
          elsif new.bound_to is not distinct from old.bound_to and new.detail is not distinct from old.detail
            and sealed_anew(old.note, new.note) and sealed_anew(old.told, new.told)
          then
            return new;
          elsif (old.bound_to is null or new.bound_to = old.bound_to)
            and exists (select from orders where id = old.order_id and buyer_erased_at is not null)
          then
            return new;
          end if;
        end if;
        raise exception 'order_events is append-only' using errcode = 'check_violation', constraint = 'append_only';
      end $$;
    `);
  }

  /** An earlier release reads no sealed text: the way back is a backup. */
  override down() {
    this.addSql(`
      do $$ begin
        if exists (select from order_events where bound_to is not null) then
          raise 'the timeline is sealed, and an earlier release cannot read it: restore a backup instead';
        end if;
      end $$;
      create or replace function refuse_timeline_change() returns trigger language plpgsql as $$
      begin
        if tg_op = 'UPDATE' and (new.id, new.order_id, new.at, new.kind) = (old.id, old.order_id, old.at, old.kind)
            and exists (select from orders where id = old.order_id and buyer_erased_at is not null) then
          return new;
        end if;
        raise exception 'order_events is append-only' using errcode = 'check_violation', constraint = 'append_only';
      end $$;
      drop function sealed_anew;
      drop index order_events_unsealed;
      alter table order_events drop column told, drop column bound_to;
    `);
  }
}
