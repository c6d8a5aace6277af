import { Migration } from '@mikro-orm/migrations';

/**
 * What is summed while others wait is not summed from all history. It also says until when a balance report is trusted,
 * and which of a provider's calls a pause is about.
 *
 * On a large database it locks the ledger, the legs and the reservations against writing while it runs: some ten seconds
 * per 100,000 orders.
 */
export class Migration0034RunningBalances extends Migration {
  override up() {
    this.addSql(`
      -- A balance is the sum of its rows. Each movement adds a row of its own in its own transaction, so that none waits
      -- for another's commit; the sweep folds many rows into one.
      create table running_balances (
        id bigint generated always as identity primary key,
        -- ledger: what an account holds, of a holder or of nobody. sales: the same, of the entries of sales only.
        -- current-account: what stands between the platform and a seller (holder). funding: HELD and CONSUMED of a
        -- funding account (holder).
        book text not null check (book in ('ledger', 'sales', 'current-account', 'funding')),
        holder_id uuid,
        account text not null,
        currency char(3) not null,
        amount_minor bigint not null
      );
      create index running_balances_of on running_balances (book, holder_id, account, currency) include (amount_minor);

      -- The side of a seller's current account on which an entry counts, null for none. What an order has only parked
      -- (proceeds that reached the reseller, goods they paid for) counts together with its entry on their account. Legs
      -- count for themselves, whether they are paid or not.
      create function current_account_of(event text, account text, proceeds_held_by text, supplier_paid_by text)
      returns text language sql immutable as $$
        select case
          when event like 'leg%' then null
          when account in ('reseller', 'admin') then account
          when proceeds_held_by = 'reseller' and account in ('buyer-payments', 'tax:collected', 'fees:marketplace', 'fees:payment') then 'reseller'
          when supplier_paid_by = 'reseller' and account in ('supplier-purchases', 'supplier-refunds') then 'reseller'
        end
      $$;

      -- What each balance is the sum of, movement by movement: the triggers take theirs from here, and ledger:check adds
      -- all of them up.
      create view ledger_movements as
        select p.id as posting_id, book, case when book = 'current-account' then t.user_id when book = 'ledger' then p.holder_id end as holder_id,
               case when book = 'current-account' then current_account_of(t.event, p.account, o.proceeds_held_by, o.supplier_paid_by) else p.account end as account,
               p.currency, p.amount_minor
        from ledger_postings p join ledger_transactions t on t.id = p.transaction_id left join orders o on o.id = t.order_id
          cross join (values ('ledger'), ('sales'), ('current-account')) b (book)
        where book = 'ledger' or (book = 'sales' and t.source = 'sale' and p.account = 'admin')
          or (book = 'current-account' and o.id is not null and current_account_of(t.event, p.account, o.proceeds_held_by, o.supplier_paid_by) is not null);
      create view leg_movements as
        select l.id as leg_id, 'current-account' as book, s.user_id as holder_id, l.beneficiary as account, l.currency, l.amount_minor
        from payout_legs l join sales s on s.id = l.sale_id where l.status <> 'CANCELLED';
      create view reservation_movements as
        select r.id as reservation_id, 'funding' as book, a.id as holder_id, r.status as account, a.currency, r.amount_minor
        from reservations r join funding_accounts a on a.id = r.funding_account_id where r.status <> 'RELEASED';

      create function move_balances_of_postings() returns trigger language plpgsql as $$
      begin
        insert into running_balances (book, holder_id, account, currency, amount_minor)
          select m.book, m.holder_id, m.account, m.currency, sum(m.amount_minor)
          from added join ledger_movements m on m.posting_id = added.id group by 1, 2, 3, 4 having sum(m.amount_minor) <> 0;
        return null;
      end $$;
      create trigger ledger_postings_balances after insert on ledger_postings
        referencing new table as added for each statement execute function move_balances_of_postings();

      -- Whose money it is may be decided after the first entries of an order: they move to the other side.
      create function move_balances_of_custody() returns trigger language plpgsql as $$
      begin
        insert into running_balances (book, holder_id, account, currency, amount_minor)
          select 'current-account', t.user_id, side.account, p.currency, sum(side.sign * p.amount_minor)
          from ledger_transactions t join ledger_postings p on p.transaction_id = t.id cross join lateral (values
            (-1, current_account_of(t.event, p.account, old.proceeds_held_by, old.supplier_paid_by)),
            (1, current_account_of(t.event, p.account, new.proceeds_held_by, new.supplier_paid_by))) side (sign, account)
          where t.order_id = new.id and side.account is not null
          group by 1, 2, 3, 4 having sum(side.sign * p.amount_minor) <> 0;
        return null;
      end $$;
      create trigger orders_balances after update of proceeds_held_by, supplier_paid_by on orders for each row
        when (old.proceeds_held_by <> new.proceeds_held_by or old.supplier_paid_by <> new.supplier_paid_by)
        execute function move_balances_of_custody();

      create function move_balances_of_leg() returns trigger language plpgsql as $$
      begin
        insert into running_balances (book, holder_id, account, currency, amount_minor)
          select 'current-account', s.user_id, m.account, m.currency, sum(m.minor) from (
              select old.sale_id, old.beneficiary, old.currency, -old.amount_minor where tg_op <> 'INSERT' and old.status <> 'CANCELLED'
              union all
              select new.sale_id, new.beneficiary, new.currency, new.amount_minor where tg_op <> 'DELETE' and new.status <> 'CANCELLED'
            ) m (sale_id, account, currency, minor) join sales s on s.id = m.sale_id
          group by 2, 3, 4 having sum(m.minor) <> 0;
        return null;
      end $$;
      create trigger payout_legs_balances after insert or delete or update of status, amount_minor, currency, beneficiary, sale_id on payout_legs
        for each row execute function move_balances_of_leg();

      create function move_balances_of_reservation() returns trigger language plpgsql as $$
      begin
        insert into running_balances (book, holder_id, account, currency, amount_minor)
          select 'funding', a.id, m.account, a.currency, sum(m.minor) from (
              select old.funding_account_id, old.status, -old.amount_minor where tg_op <> 'INSERT' and old.status <> 'RELEASED'
              union all
              select new.funding_account_id, new.status, new.amount_minor where tg_op <> 'DELETE' and new.status <> 'RELEASED'
            ) m (account_id, account, minor) join funding_accounts a on a.id = m.account_id
          group by 2, 3, 4 having sum(m.minor) <> 0;
        return null;
      end $$;
      create trigger reservations_balances after insert or delete or update of status, amount_minor, funding_account_id on reservations
        for each row execute function move_balances_of_reservation();

      -- The triggers above keep everybody from writing until this is committed: nothing is missed, nothing counted twice.
      insert into running_balances (book, holder_id, account, currency, amount_minor)
        select book, holder_id, account, currency, sum(amount_minor) from (
          select book, holder_id, account, currency, amount_minor from ledger_movements
          union all select book, holder_id, account, currency, amount_minor from leg_movements
          union all select book, holder_id, account, currency, amount_minor from reservation_movements
        ) m group by 1, 2, 3, 4 having sum(amount_minor) <> 0;

      alter table funding_accounts
        -- A report is trusted until then; what an operator allows, for ever (null).
        add column trusted_until timestamptz,
        -- One process reads the provider's report for all of them: until when it has to be done, and when the next may.
        add column reading_until timestamptz,
        add column next_read_at timestamptz;
      update funding_accounts set trusted_until = as_of + interval '3 hours 5 minutes' where kind = 'reported';

      -- Which of a provider's calls a trouble is about; empty for all of them.
      alter table provider_troubles add column family text not null default '',
        drop constraint provider_troubles_pkey, add primary key (provider, account, family, why);

      create index payout_legs_of_order on payout_legs (order_id);
      create index payout_legs_of_batch on payout_legs (provider_batch_id) where provider_batch_id is not null;
      create index payout_legs_open on payout_legs (user_id) where status not in ('PAID', 'CANCELLED');
      create index payout_legs_standing on payout_legs (status, currency) include (amount_minor);
      create index effects_of_subject on effects (subject);
      create index orders_newest on orders (created_at desc, id);
      create index orders_standing on orders (status, created_at desc, id);
      create index inbound_events_waiting on inbound_events (received_at) where status = 'RECEIVED';
    `);
  }

  override down() {
    this.addSql(`
      drop index inbound_events_waiting, orders_standing, orders_newest, effects_of_subject, payout_legs_standing, payout_legs_open, payout_legs_of_batch, payout_legs_of_order;
      delete from provider_troubles where family <> '';
      alter table provider_troubles drop constraint provider_troubles_pkey, drop column family,
        add primary key (provider, account, why);
      alter table funding_accounts drop column next_read_at, drop column reading_until, drop column trusted_until;
      drop trigger reservations_balances on reservations;
      drop trigger payout_legs_balances on payout_legs;
      drop trigger orders_balances on orders;
      drop trigger ledger_postings_balances on ledger_postings;
      drop function move_balances_of_reservation, move_balances_of_leg, move_balances_of_custody, move_balances_of_postings;
      drop view reservation_movements, leg_movements, ledger_movements;
      drop function current_account_of;
      drop table running_balances;
    `);
  }
}
