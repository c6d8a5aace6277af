import { Migration } from '@mikro-orm/migrations';

/**
 * A collected payout pays several legs in one. Members, sum and receiver are set before anything leaves; a leg belongs to
 * at most one whose effect is not disproven, and is paid by itself or by that one, never by both.
 */
export class Migration0038CollectedPayouts extends Migration {
  override up() {
    this.addSql(`
      create table collected_payouts (
        id uuid primary key,
        route text not null check (route in ('paypal', 'payoneer')),
        receiver text not null,
        amount_minor bigint not null check (amount_minor > 0),
        currency text not null,
        created_at timestamptz not null default clock_now()
      );
      -- The member in place 1 bears the provider's fee. let_go_at: nothing was paid by it, and the leg is free.
      create table collected_legs (
        collected_id uuid not null references collected_payouts,
        leg_id uuid not null references payout_legs,
        place integer not null check (place > 0),
        amount_minor bigint not null check (amount_minor > 0),
        let_go_at timestamptz,
        primary key (collected_id, leg_id),
        unique (collected_id, place)
      );
      create unique index collected_legs_once on collected_legs (leg_id) where let_go_at is null;
      create index collected_legs_of_leg on collected_legs (leg_id);
      create index payout_legs_owed on payout_legs (user_id, beneficiary, currency, not_before, id)
        where status in ('PENDING', 'SKIPPED_INSUFFICIENT_FUNDS');

      -- Which effects pay, or paid, which leg. place 0: the leg is paid by itself.
      create view leg_payouts as
        select id as effect_id, subject as leg_id, 0 as place, status, first_sent_at, created_at, generation
          from effects where purpose = 'pay'
        union all
        select e.id, m.leg_id, m.place, e.status, e.first_sent_at, e.created_at, e.generation
          from collected_legs m join effects e on e.purpose = 'pay' and e.subject = m.collected_id;

      create function let_members_go() returns trigger language plpgsql as $$
      begin
        update collected_legs set let_go_at = case when new.status = 'DISPROVEN' then clock_now() end
          where collected_id = new.subject;
        return null;
      end $$;
      create trigger effects_let_members_go after update of status on effects for each row
        when (new.purpose = 'pay' and new.status <> old.status and 'DISPROVEN' in (new.status, old.status))
        execute function let_members_go();

      -- Both ways; the caller holds the rows of the legs. One that has let its members go is not sent again.
      create function refuse_second_payout() returns trigger language plpgsql as $$
      begin
        if tg_table_name = 'effects' then
          if exists (select from collected_legs where leg_id = new.subject and let_go_at is null) then
            raise 'leg % is paid by a collected payout', new.subject
              using errcode = 'check_violation', constraint = 'leg_paid_once';
          elsif tg_op = 'INSERT' and exists (select from collected_legs where collected_id = new.subject and let_go_at is not null) then
            raise 'collected payout % has let its legs go', new.subject
              using errcode = 'check_violation', constraint = 'leg_paid_once';
          end if;
        elsif exists (select from effects where purpose = 'pay' and subject = new.leg_id and status <> 'DISPROVEN') then
          raise 'leg % is paid by itself', new.leg_id using errcode = 'check_violation', constraint = 'leg_paid_once';
        end if;
        return new;
      end $$;
      create trigger effects_leg_paid_once before insert or update of status on effects for each row
        when (new.purpose = 'pay' and new.status <> 'DISPROVEN') execute function refuse_second_payout();
      create trigger collected_legs_paid_once before insert or update of let_go_at on collected_legs for each row
        when (new.let_go_at is null) execute function refuse_second_payout();

      -- What happened after all under a collected payout is a contradiction of each leg that it paid.
      alter table contradictions add column subject uuid;
      update contradictions c set subject = e.subject from effects e where e.id = c.effect_id;
      alter table contradictions alter column subject set not null;
      alter table contradictions drop constraint contradictions_effect_id_key;
      alter table contradictions add constraint contradictions_once unique (effect_id, subject);
    `);
  }

  override down() {
    this.addSql(`
      delete from contradictions c using contradictions other where other.effect_id = c.effect_id and other.id < c.id;
      alter table contradictions drop constraint contradictions_once;
      alter table contradictions add constraint contradictions_effect_id_key unique (effect_id);
      alter table contradictions drop column subject;
      drop trigger effects_leg_paid_once on effects;
      drop trigger effects_let_members_go on effects;
      drop view leg_payouts;
      drop index payout_legs_owed;
      drop table collected_legs, collected_payouts;
      drop function refuse_second_payout, let_members_go;
    `);
  }
}
