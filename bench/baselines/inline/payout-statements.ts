/** From the booked sale to the paid shares. */
import { legEvents } from '../../../domain/ledger-event.ts';
import type { Statement } from './database.ts';
import { freeFunds, noted, posted } from './purchase-statements.ts';

export const lockSale: Statement = {
  name: 'lock-sale',
  text: `
    with owner as (
      select id, user_id from orders
      where id = $1 and fence = $2 and status = 'PURCHASED' and sale_booked_at is null for no key update)
    select u.id from users u join owner on owner.user_id = u.id for no key update of u`,
};

export type SaleFacts = {
  /** Per account, in minor units. */
  parked: Record<string, string>;
  owed: Record<string, string> | null;
  percent: string;
  admin_id: string;
  email: string;
  payout_provider: 'paypal' | 'payoneer' | null;
  payout_receiver: string | null;
  ready: boolean;
};

/** What was really captured, charged and paid; what is owed from earlier sales; and who receives. */
export const readSale: Statement = {
  name: 'read-sale',
  text: `
    select
      (select jsonb_object_agg(account, total) from (
        select p.account, sum(p.amount_minor)::text as total from ledger_transactions t
          join ledger_postings p on p.transaction_id = t.id
        where t.order_id = $1 and p.currency = 'USD' group by p.account) s) as parked,
      (select jsonb_object_agg(account, owed) from (
        select account, sum(amount_minor)::text as owed from running_balances
        where book = 'current-account' and holder_id = u.id and currency = 'USD' group by account) b) as owed,
      (select value from platform_config where name = 'commissionPct') as percent,
      (select id from users where role = 'admin' order by created_at, id limit 1) as admin_id,
      u.email, u.payout_provider, u.payout_receiver,
      exists (select from supplier_orders where order_id = $1 and effect_key = $3 and refunded_at is null)
        and not exists (select from sales where order_id = $1 and voided_at is null)
        and not exists (select from payments where order_id = $1 and fee_estimated) as ready
    from users u where u.id = $2`,
};

export const bookSale: Statement = {
  name: 'book-sale',
  text: `
    with booked as (
      update orders set sale_booked_at = clock_now(), next_check_at = clock_now() + $3 * interval '1 ms', updated_at = clock_now()
      where id = $1 and fence = $2 and status = 'PURCHASED' returning id, user_id),
      sale as (
        insert into sales (id, order_id, user_id, currency, sale_price_minor, supplier_cost_minor, marketplace_fee_minor,
          payment_fee_minor, gross_profit_minor, net_profit_minor, expected_profit_minor, set_off_minor)
        select $4, id, user_id, 'USD', $5, $6, $7, $8, $9, $10, $11, $12 from booked returning id, order_id, user_id),
      commission as (
        insert into commissions (id, sale_id, percent, amount_minor, currency)
        select gen_random_uuid(), id, $13, $14, 'USD' from sale returning id),
      share as (
        insert into admin_commissions (id, commission_id, admin_id) select gen_random_uuid(), id, $15 from commission),
      entry as (
        insert into ledger_transactions (source, event, order_id, user_id, at)
        select 'sale', $16, order_id, user_id, clock_now() from sale returning id),
      entries as (${posted(17)}),
      line as (${noted('booked', 'id', 21)}),
      legs as (
        insert into payout_legs (id, sale_id, order_id, beneficiary, user_id, amount_minor, currency, route, receiver, fence,
          not_before, next_check_at)
        select x.id, sale.id, sale.order_id, x.beneficiary, x.user_id, x.amount, 'USD', 'paypal', x.receiver, 1,
          clock_now(), clock_now() + interval '2 s'
        from sale, unnest($25::uuid[], $26::text[], $27::uuid[], $28::bigint[], $29::text[])
          x (id, beneficiary, user_id, amount, receiver) returning id)
    select id from legs`,
};

/** Order, leg, seller and account, in this order everywhere. */
export const lockLeg: Statement = {
  name: 'lock-leg',
  text: `
    with ordered as (select id from orders where id = $1 and frozen_for is null for no key update),
      leg as (
        select l.id from payout_legs l join ordered on ordered.id = l.order_id
        where l.id = $2 and l.fence = 1 and l.status = 'PENDING' for no key update of l),
      seller as (select u.id from users u, leg where u.id = $3 for no key update of u)
    select a.id from funding_accounts a, seller
    where a.owner_id is null and a.provider = 'paypal' and a.currency = 'USD' for no key update of a`,
};

/** Reserves the share and its fee, and commits the request as "is being sent", unless the share is worth less by now. */
export const sendLeg: Statement = {
  name: 'send-leg',
  text: `
    with free as (${freeFunds}),
      leg as (
        select l.*, o.user_id as seller, o.created_at as ordered_at from payout_legs l join orders o on o.id = l.order_id
        where l.id = $2 and l.not_before <= clock_now()
          and not exists (select from receiver_changes c where c.user_id = l.user_id and c.cancelled_at is null
            and c.holds_from between l.created_at and clock_now())),
      worth as (
        select least(
          (select coalesce(sum(b.amount_minor), 0) from running_balances b
            where b.book = 'current-account' and b.holder_id = leg.seller and b.account = leg.beneficiary and b.currency = leg.currency),
          (select coalesce(sum(p.amount_minor), 0) from ledger_transactions t join ledger_postings p on p.transaction_id = t.id
            where t.order_id = leg.order_id and p.account = leg.beneficiary and p.currency = leg.currency
              and split_part(t.event, ':', 1) not in (${legEvents.map(kind => `'${kind}'`).join(', ')}))
          + (select coalesce(sum(amount_minor), 0) from payout_legs
            where order_id = leg.order_id and beneficiary = leg.beneficiary and status <> 'CANCELLED')
          + (select coalesce(sum(set_off_minor), 0) from sales
            where order_id = leg.order_id and voided_at is null and leg.beneficiary = 'reseller')) as too_much from leg),
      reserved as (
        insert into reservations (id, funding_account_id, purpose, subject, user_id, amount_minor)
        select gen_random_uuid(), free.id, 'pay', leg.id, leg.user_id, leg.amount_minor + $3::bigint from free, leg, worth
        where free.minor >= leg.amount_minor + $3::bigint and worth.too_much <= 0 returning id),
      sent as (
        update payout_legs set status = 'SENT', state_entry = state_entry + 1, wake = 0,
          next_check_at = clock_now() + interval '2 s', updated_at = clock_now()
        where id = $2 and fence = 1 and status = 'PENDING' and exists (select from reserved) returning id, order_id),
      line as (${noted('sent', 'order_id', 9)})
    insert into effects (id, purpose, subject, route, account, environment, idempotency_key, request, status, sends,
      first_sent_at, last_sent_at, resend_until)
    select $4, 'pay', sent.id, 'paypal', $5, $6, $7, $8, 'OPEN', 1, t.now, t.now, t.now + interval '29 days'
    from sent, leg, (select clock_now() as now) t
    where not exists (select from restores r where r.ended_at is null or leg.ordered_at <= r.opened_at)
    returning id`,
};

/** PayPal has taken the payout: its money is spent. */
export const keepAcceptance: Statement = {
  name: 'keep-acceptance',
  text: `
    with done as (
      update effects set status = 'DONE', result = $2::jsonb, closed_at = clock_now()
      where id = $1 and status = 'OPEN' returning id, subject),
      spent as (
        update reservations set status = 'CONSUMED', closed_at = clock_now()
        where purpose = 'pay' and subject = (select subject from done) and status = 'HELD'),
      named as (
        update payout_legs set provider_batch_id = $3 where id = (select subject from done) returning order_id),
      line as (${noted('named', 'order_id', 4)})
    select id from done`,
};

/** The share has arrived: booked once, whatever tells of it. */
export const payLeg: Statement = {
  name: 'pay-leg',
  text: `
    with paid as (
      update payout_legs set status = 'PAID', state_entry = state_entry + 1, wake = 0, next_check_at = null, fee_minor = $2,
        provider_item_id = $3, reason = null, updated_at = clock_now()
      where id = $1 and fence = 1 and status = 'SENT' returning id, order_id),
      kept as (
        update reservations set amount_minor = amount_minor - $4::bigint
        where purpose = 'pay' and subject = (select id from paid) and status = 'CONSUMED'),
      entry as (
        insert into ledger_transactions (source, event, order_id, user_id, at)
        select 'paypal', $5::text, o.id, o.user_id, clock_now() from paid join orders o on o.id = paid.order_id
        where not exists (select from ledger_transactions t where t.order_id = o.id and t.source = 'paypal'
          and (t.event = $5::text or starts_with(t.event, $5::text || '#')))
        returning id),
      booked as (${posted(6)}),
      line as (${noted('paid', 'order_id', 10)})
    select id from entry`,
};

/** What each of the two payouts sends; the two run side by side. */
export const ofPayout = [lockLeg, sendLeg, keepAcceptance, payLeg].map(({ name }) => name);
