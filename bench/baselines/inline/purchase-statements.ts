/** From the claim of a paid order to the booked purchase. Each statement guards what it writes by state and fence. */
import { reservedEvents } from '../../../domain/ledger-event.ts';
import type { Statement } from './database.ts';

const inSql = (words: readonly string[]): string => words.map(word => `'${word}'`).join(', ');

/** The row of the timeline that follows from one written row. @param first the number of its first parameter */
export const noted = (from: string, order: string, first: number): string =>
  `insert into order_events (order_id, kind, bound_to, note, detail)
   select ${order}, $${first}, $${first + 1}::uuid, $${first + 2}, $${first + 3}::jsonb from ${from}`;

/** Postings of the entry `entry`, as four arrays. */
export const posted = (first: number): string =>
  `insert into ledger_postings (transaction_id, account, holder_id, amount_minor, currency)
   select entry.id, x.* from entry,
     unnest($${first}::text[], $${first + 1}::uuid[], $${first + 2}::bigint[], $${first + 3}::text[]) x`;

/** What may still be spent of the account `$1`; no row while its report is too old. */
export const freeFunds = `
  select a.id, a.available_minor
    - coalesce((select sum(amount_minor) from running_balances
        where book = 'funding' and holder_id = a.id and account = 'HELD'), 0)
    - coalesce((select sum(amount_minor) from reservations
        where funding_account_id = a.id and status = 'CONSUMED' and closed_at >= a.as_of - interval '3 hours'), 0)
    + coalesce((select sum(p.amount_minor) from ledger_transactions t join ledger_postings p on p.transaction_id = t.id
        where t.at >= a.as_of - interval '3 hours' and p.account = 'cash:paypal' and p.currency = a.currency
          and p.amount_minor < 0 and split_part(t.event, ':', 1) not in (${inSql(reservedEvents)})), 0)
    - coalesce((select sum(greatest(0, p.amount_minor - (select coalesce(sum(r.amount_minor), 0) from refunds r
          where r.payment_id = p.id and r.status = 'COMPLETED')))
        from effects e join payments p on p.order_id = e.subject
        where e.purpose = 'refund' and e.status <> 'DISPROVEN'
          and (e.closed_at is null or e.closed_at >= a.as_of - interval '3 hours')
          and p.provider = 'paypal' and p.currency = a.currency and p.status not in ('PENDING', 'DECLINED')), 0) as minor
  from funding_accounts a where a.id = $1 and a.trusted_until > clock_now()`;

export type Claimed = {
  id: string;
  user_id: string;
  fence: string;
  quantity: number;
  sale_minor: string;
  sale_currency: string;
  ship_to: string;
  paid_at: Date;
  proceeds_held_by: 'platform' | 'reseller';
  supplier_paid_by: 'platform' | 'reseller';
  external_order_id: string;
  external_line_id: string;
  product_id: string;
  supplier_product_id: string;
  supplier_sku_id: string;
  max_buy_minor: string;
  credential_id: string;
  account_id: string;
  sealed: string;
  access_expires_at: Date;
  payout_provider: 'paypal' | 'payoneer' | null;
  percent: string;
  capture: string;
  left_minor: string;
};

/** Claims the order, and reads all that decides whether it may be bought. */
export const claim: Statement = {
  name: 'claim',
  text: `
    with o as (
      update orders set fence = fence + 1 where id = $1 and status = 'PAID' and frozen_for is null and buyer_erased_at is null
      returning *)
    select o.id, o.user_id, o.fence, o.quantity, o.sale_minor, o.sale_currency, o.ship_to #>> '{}' as ship_to, o.paid_at,
      o.proceeds_held_by, o.supplier_paid_by, o.external_order_id, coalesce(o.external_line_id, '') as external_line_id,
      p.id as product_id, p.supplier_product_id, p.supplier_sku_id, p.max_buy_minor,
      c.id as credential_id, c.account_id, c.sealed, c.access_expires_at, u.payout_provider,
      (select value from platform_config where name = 'commissionPct') as percent,
      m.reference as capture,
      m.amount_minor - (select coalesce(sum(case kind when 'return' then -amount_minor else amount_minor end), 0)
        from refunds r where r.payment_id = m.id and r.status in ('PENDING', 'COMPLETED')) as left_minor
    from o join products p on p.id = o.product_id join users u on u.id = o.user_id
      join api_credentials c on c.user_id = o.user_id and c.api_name = 'aliexpress-dropshipping' and c.environment = $2
        and c.status = 'HEALTHY' and c.money_holder = o.supplier_paid_by
      join payments m on m.order_id = o.id and m.provider = 'paypal' and m.status = 'COMPLETED' and m.currency = o.sale_currency
    where not exists (select from effects e where e.purpose = 'buy' and e.subject = o.id and e.status <> 'DISPROVEN')`,
};

/** The platform's balance, as PayPal reports it. */
export const keepBalance: Statement = {
  name: 'keep-balance',
  text: `
    insert into funding_accounts (id, kind, provider, currency, available_minor, as_of, trusted_until)
    values (gen_random_uuid(), 'reported', 'paypal', 'USD', $1, least($2, clock_now()),
      least($2, clock_now()) + interval '3 hours' + $3 * interval '1 ms')
    on conflict (provider, currency) where owner_id is null do update
      set available_minor = excluded.available_minor, as_of = excluded.as_of, trusted_until = excluded.trusted_until,
        reading_until = null, next_read_at = clock_now() + $3 * interval '1 ms'`,
};

export const noteUse: Statement = {
  name: 'note-use',
  text: 'update api_credentials set last_used_at = clock_now() where id = $1',
};

/** In a statement of its own: what the next one sums up must have been read after the locks were given. */
export const lockFunds: Statement = {
  name: 'lock-funds',
  text: `
    with seller as (select id from users where id = $1 for no key update)
    select a.id from funding_accounts a, seller
    where a.owner_id is null and a.provider = 'paypal' and a.currency = 'USD' for no key update of a`,
};

/** Reserves the money and lets the order through, if the day's limits and the funds allow it. */
export const letThrough: Statement = {
  name: 'let-through',
  text: `
    with free as (${freeFunds}),
      today as (select count(*) as orders, coalesce(sum(amount_minor), 0) as spend from reservations
        where purpose = 'buy' and user_id = $4 and status <> 'RELEASED' and created_at >= date_trunc('day', clock_now(), 'UTC')),
      reserved as (
        insert into reservations (id, funding_account_id, purpose, subject, user_id, amount_minor)
        select gen_random_uuid(), free.id, 'buy', $2, $4, $5::bigint from free, today
        where free.minor >= $5::bigint and today.orders < $6::bigint and today.spend + $5::bigint <= $7::bigint returning id),
      moved as (
        update orders set status = 'PURCHASING', product_id = $8, fx_rate = '1', fx_source = 'identity', fx_as_of = clock_now(),
          max_cost_minor = $5::bigint, state_entry = state_entry + 1, wake = 0, next_check_at = clock_now() + interval '2 s',
          updated_at = clock_now()
        where id = $2 and fence = $3 and status = 'PAID' and frozen_for is null and exists (select from reserved) returning id),
      line as (${noted('moved', 'id', 9)})
    select id from moved`,
};

/** The request, committed as "is being sent" before its first byte leaves. */
export const intendPurchase: Statement = {
  name: 'intend-purchase',
  text: `
    with owner as (
      select id, created_at from orders
      where id = $1 and fence = $2 and status = 'PURCHASING' and frozen_for is null for no key update)
    insert into effects (id, purpose, subject, route, account, environment, idempotency_key, request, status, sends,
      first_sent_at, last_sent_at, resend_until)
    select $3, 'buy', o.id, 'aliexpress-api', $4, $5, $6, $7, 'OPEN', 1, t.now, t.now, t.now + interval '20 hours'
    from owner o, (select clock_now() as now) t
    where not exists (select from restores r where r.ended_at is null or o.created_at <= r.opened_at)
    returning id`,
};

/** The supplier's answer. */
export const keepPlacement: Statement = {
  name: 'keep-placement',
  text: `
    with done as (
      update effects set status = 'DONE', result = $2::jsonb, closed_at = clock_now()
      where id = $1 and status = 'OPEN' returning id, subject, idempotency_key),
      placed as (
        insert into supplier_orders (id, order_id, credential_id, number, effect_key, status, raw_status, was_paid)
        select gen_random_uuid(), subject, $3, $4, idempotency_key, 'PLACED_UNPAID', 'PLACE_ORDER_SUCCESS', $5 from done
        on conflict (number) do nothing),
      line as (${noted('done', 'subject', 6)})
    select id from done`,
};

/** The supplier says that it was paid: its cost is spent and booked, and the order bought. */
export const bookPurchase: Statement = {
  name: 'book-purchase',
  text: `
    with moved as (
      update orders set status = 'PURCHASED', state_entry = state_entry + 1, wake = 0,
        next_check_at = clock_now() + interval '2 s', updated_at = clock_now()
      where id = $1 and fence = $2 and status = 'PURCHASING' and frozen_for is null returning id, user_id),
      news as (
        update supplier_orders set status = 'PAID', raw_status = $4, was_paid = true, cost_minor = $5, cost_currency = 'USD',
          updated_at = clock_now()
        where number = $3 and order_id = (select id from moved)),
      spent as (
        update reservations set status = 'CONSUMED', amount_minor = $5, closed_at = clock_now()
        where purpose = 'buy' and subject = (select id from moved) and status = 'HELD'),
      entry as (
        insert into ledger_transactions (source, event, order_id, user_id, at)
        select 'aliexpress', $6, id, user_id, clock_now() from moved returning id),
      booked as (${posted(7)}),
      line as (${noted('moved', 'id', 11)})
    select id from moved`,
};
