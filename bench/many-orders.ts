/**
 * A database with the history of a busy platform: any number of settled orders, for measuring queries over all of them.
 * They are written in bulk and without triggers; ids are derived from their numbers.
 *
 * One reseller has all orders, which is the worst case for sums per reseller. Every tenth order was bought with the
 * reseller's own money, so that a funding limit is drawn down too.
 */
import type pg from 'pg';
import { eventName } from '../store/money/event-names.ts';
import type { Progress } from './progress.ts';

/** The ids of the reseller, and of the admin who gets the commissions. */
export const reseller = named('reseller', 'x');
const admin = named('admin', 'x');
const [platformAccount, resellerAccount] = [named('account', 'platform'), named('account', 'reseller')];

/** The same as `md5(kind || number)::uuid` in SQL. */
export function named(kind: string, number: string): string {
  return `md5('${kind}' || '${number}')::uuid`;
}
const id = (kind: string): string => `md5('${kind}' || i)::uuid`;

/** Orders are one minute apart; the last one is from now. */
const at = `now() - (n - i) * interval '1 minute'`;
const paidByReseller = 'i % 10 = 0';
const share = `case when ${paidByReseller} then 2705 else 1256 end`;

const people = `
  insert into users (id, email, password_hash, role) values
    (${reseller}, 'reseller@example.com', 'none', 'reseller'), (${admin}, 'bench-admin@example.com', 'none', 'admin');
  insert into products (id, user_id, title, price_minor, price_currency, supplier_product_id, supplier_sku_id, max_buy_minor, max_buy_currency)
    values (${named('product', 'x')}, ${reseller}, 'Lamp', 2999, 'USD', '1005', '12000', 1700, 'USD');
  insert into funding_accounts (id, kind, owner_id, provider, currency, available_minor, as_of) values
    (${platformAccount}, 'reported', null, 'paypal', 'USD', 100000000, now()),
    (${resellerAccount}, 'limit', ${reseller}, 'paypal', 'USD', 1000000000000, now());`;

/** SQL for the event names under which an order is booked. */
const event = {
  paid: eventName('paid', `'CAP' || i`),
  bought: eventName('bought', `'buy-' || i`),
  booked: eventName('booked', id('sale')),
  toAdmin: eventName('leg', `${id('leg-admin')} || ':1'`),
  toReseller: eventName('leg', `${id('leg-reseller')} || ':1'`),
};

/** Each statement reads `n`, the number of orders, from `all_orders (i, n)`. */
const history = [
  `insert into orders (id, user_id, channel, external_order_id, product_id, quantity, sale_minor, sale_currency, ship_to,
     proceeds_held_by, supplier_paid_by, fx_rate, max_cost_minor, status, paid_at, sale_booked_at, created_at, updated_at)
   select ${id('order')}, ${reseller}, 'paypal', 'PP' || i, ${named('product', 'x')}, 1, 2999, 'USD', '{"country": "DE"}',
     'platform', case when ${paidByReseller} then 'reseller' else 'platform' end, '1', 1700, 'DELIVERED', ${at}, ${at}, ${at}, ${at} from all_orders`,
  `insert into order_events (order_id, at, kind, note, detail)
   select ${id('order')}, ${at}, 'moved', 'moved', jsonb_build_object('to', state)
   from all_orders, unnest(array['PAID', 'PURCHASING', 'PURCHASED', 'SHIPPED', 'DELIVERED']) state`,
  `insert into inbound_events (id, source, event_id, type, headers, body, status, received_at)
   select ${id('event')}, 'paypal', 'WH-' || i, 'CHECKOUT.ORDER.APPROVED', '{}', '', 'APPLIED', ${at} from all_orders`,
  `insert into payments (id, order_id, provider, reference, status, amount_minor, currency, fee_minor, raw_status, created_at)
   select ${id('payment')}, ${id('order')}, 'paypal', 'CAP' || i, 'COMPLETED', 2999, 'USD', 154, 'COMPLETED', ${at} from all_orders`,
  `insert into effects (id, purpose, subject, route, account, environment, idempotency_key, request, status, sends, first_sent_at, last_sent_at, result, created_at, closed_at)
   select md5(purpose || i)::uuid, kind, md5(subject || i)::uuid, route, 'bench', 'sandbox', purpose || '-' || i, '{}', 'DONE', 1, ${at}, ${at},
     jsonb_build_object('reference', purpose || '-ref-' || i), ${at}, ${at}
   from all_orders, (values ('capture', 'capture', 'order', 'paypal'), ('buy', 'buy', 'order', 'api'), ('pay-admin', 'pay', 'leg-admin', 'paypal'),
     ('pay-reseller', 'pay', 'leg-reseller', 'paypal'), ('ship-notice', 'ship-notice', 'parcel', 'paypal')) e (purpose, kind, subject, route)`,
  `insert into supplier_orders (id, order_id, number, status, raw_status, cost_minor, cost_currency, effect_key, was_paid, created_at)
   select ${id('supplier-order')}, ${id('order')}, (8000000000000 + i)::text, 'DELIVERED', 'FINISH', 1449, 'USD', 'buy-' || i, true, ${at} from all_orders`,
  `insert into sales (id, order_id, user_id, currency, sale_price_minor, supplier_cost_minor, marketplace_fee_minor, payment_fee_minor,
     gross_profit_minor, net_profit_minor, expected_profit_minor, created_at)
   select ${id('sale')}, ${id('order')}, ${reseller}, 'USD', 2999, 1449, 0, 154, 1396, 1256, 1000, ${at} from all_orders`,
  `insert into commissions (id, sale_id, percent, amount_minor, currency)
   select ${id('commission')}, ${id('sale')}, '10', 140, 'USD' from all_orders`,
  `insert into admin_commissions (id, commission_id, admin_id)
   select ${id('admin-commission')}, ${id('commission')}, ${admin} from all_orders`,
  `insert into payout_legs (id, sale_id, order_id, beneficiary, user_id, amount_minor, currency, route, receiver, status, provider_batch_id, provider_item_id, fee_minor, created_at, updated_at)
   select md5('leg-' || l.of || i)::uuid, ${id('sale')}, ${id('order')}, l.of, case l.of when 'admin' then ${admin} else ${reseller} end,
     case l.of when 'admin' then 140 else ${share} end, 'USD', 'paypal', 'seller@example.com', 'PAID', 'pay-' || l.of || '-ref-' || i, 'ITEM-' || l.of || i, 25, ${at}, ${at}
   from all_orders, (values ('admin'), ('reseller')) l (of)`,
  `insert into reservations (id, funding_account_id, purpose, subject, user_id, amount_minor, status, created_at, closed_at)
   select md5('held-' || r.of || i)::uuid, case when r.of = 'buy' and ${paidByReseller} then ${resellerAccount} else ${platformAccount} end,
     case r.of when 'buy' then 'buy' else 'pay' end, md5(r.subject || i)::uuid, ${reseller},
     case r.of when 'buy' then 1449 when 'admin' then 165 else 25 + ${share} end, 'CONSUMED', ${at}, ${at}
   from all_orders, (values ('buy', 'order'), ('admin', 'leg-admin'), ('reseller', 'leg-reseller')) r (of, subject)`,
  `insert into ledger_transactions (source, event, order_id, user_id, at)
   select t.source, t.event, ${id('order')}, ${reseller}, ${at}
   from all_orders cross join lateral (values
     ('paypal', ${event.paid}), ('aliexpress', ${event.bought}), ('sale', ${event.booked}), ('paypal', ${event.toAdmin}), ('paypal', ${event.toReseller})
   ) t (source, event)`,
  `insert into ledger_postings (transaction_id, account, holder_id, amount_minor, currency)
   select t.id, p.account, case p.account when 'admin' then ${admin} when 'reseller' then ${reseller} end, p.minor, 'USD'
   from all_orders join ledger_transactions t on t.order_id = ${id('order')}
   join lateral (select case when ${paidByReseller} then 'reseller' else 'cash:paypal' end as payer, ${share} as share) o on true
   join lateral (values
     (${event.paid}, 'cash:paypal', 2845), (${event.paid}, 'fees:payment', 154), (${event.paid}, 'buyer-payments', -2999),
     (${event.bought}, 'supplier-purchases', 1449), (${event.bought}, o.payer, -1449),
     (${event.booked}, 'buyer-payments', 2999), (${event.booked}, 'fees:payment', -154), (${event.booked}, 'supplier-purchases', -1449), (${event.booked}, 'admin', -140), (${event.booked}, 'reseller', -1256),
     (${event.toAdmin}, 'admin', 140), (${event.toAdmin}, 'fees:payout', 25), (${event.toAdmin}, 'cash:paypal', -165),
     (${event.toReseller}, 'reseller', o.share), (${event.toReseller}, 'fees:payout', 25), (${event.toReseller}, 'cash:paypal', -25 - o.share)
   ) p (event, account, minor) on t.event = p.event`,
];

const everyTable =
  'orders, order_events, inbound_events, payments, effects, supplier_orders, sales, commissions, payout_legs, reservations, ledger_transactions, ledger_postings';

/** @param client connected as a superuser, who may switch off the triggers that guard each row */
export async function fillWithOrders(client: pg.Client, orders: number, progress: Progress): Promise<void> {
  await client.query('begin; set local session_replication_role = replica');
  await client.query(
    `create temporary table all_orders on commit drop as select i, ${orders} as n from generate_series(1, ${orders}) i`,
  );
  await client.query(people);
  for (const [at, statement] of history.entries()) {
    await client.query(statement);
    progress('tables filled', at + 1, history.length);
  }
  await client.query('commit');
  await client.query(`vacuum analyze ${everyTable}`);
}
