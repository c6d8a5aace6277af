import { Migration } from '@mikro-orm/migrations';

/** What is told late of a payout, or of a call that was given up; and where a user's payouts go. */
export class Migration0032LateTruth extends Migration {
  override up() {
    this.addSql(`
      -- A payout that did not arrive, or came back, is paid after all: it is read once more.
      insert into state_moves values ('leg', 'FAILED', 'SENT'), ('leg', 'RETURNED', 'SENT'), ('leg', 'REVERSED', 'SENT'),
        ('leg', 'CANCELLED', 'SENT');

      -- A provider names a payout by its own reference, in whichever generation it was sent.
      create index effects_by_reference on effects ((result ->> 'reference')) where purpose = 'pay';

      -- What was given up as not happened, and its provider shows that it happened. Holds its order until a person has
      -- said by amount what left under it; again when its provider says something else later.
      create table contradictions (
        id uuid primary key,
        effect_id uuid not null unique references effects,
        order_id uuid not null references orders,
        evidence jsonb not null,
        found_at timestamptz not null default clock_now(),
        -- What is booked for it so far.
        booked_minor bigint not null default 0 check (booked_minor >= 0),
        settled_at timestamptz,
        settled_by uuid references users,
        constraint contradictions_settled check ((settled_at is null) = (settled_by is null))
      );
      create index contradictions_open on contradictions (order_id) where settled_at is null;

      -- Where a user wants their payouts from some day on: the newest that has rested and was not cancelled holds.
      create table receiver_changes (
        id uuid primary key,
        user_id uuid not null references users,
        provider text not null check (provider in ('paypal', 'payoneer')),
        receiver text not null,
        asked_at timestamptz not null default clock_now(),
        holds_from timestamptz not null,
        cancelled_at timestamptz
      );
      create index receiver_changes_of_user on receiver_changes (user_id, holds_from desc) where cancelled_at is null;
    `);
  }

  override down() {
    this.addSql(`
      drop table receiver_changes, contradictions;
      drop index effects_by_reference;
      delete from state_moves where machine = 'leg' and to_state = 'SENT' and from_state in ('FAILED', 'RETURNED', 'REVERSED', 'CANCELLED');
    `);
  }
}
