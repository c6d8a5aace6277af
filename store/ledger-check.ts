import type { EntityManager } from './open.ts';

/** One thing that the ledger says and the rows it was made from do not, or the other way round. */
export type Difference = { readonly rule: string; readonly subject: string; readonly detail: string };

type Rule = { readonly name: string; readonly sql: string };

/** The sum of one account's postings under one event. Both are SQL. */
const posted = (account: string, event: string) =>
  `(select coalesce(sum(p.amount_minor), 0) from ledger_postings p join ledger_transactions t on t.id = p.transaction_id
    where p.account = ${account} and t.event ${event})`;

/** Each finds rows that contradict the ledger; `subject` and `detail` name them. None may find any. */
const rules: readonly Rule[] = [
  {
    name: 'each transaction sums to zero per currency',
    sql: `select transaction_id::text as subject, sum(amount_minor) || ' ' || currency as detail
          from ledger_postings group by transaction_id, currency having sum(amount_minor) <> 0`,
  },
  {
    name: 'each payment that brought money is booked with its amount',
    sql: `select order_id::text as subject, reference || ' ' || amount_minor || ' ' || currency as detail from payments
          where status not in ('PENDING', 'DECLINED')
            and ${posted(`'buyer-payments'`, `= 'paid:' || reference`)} <> -amount_minor`,
  },
  {
    name: 'each refund is booked once, with its amount',
    sql: `select r.order_id::text as subject, r.kind || ' ' || r.reference || ' ' || r.amount_minor as detail
          from refunds r join orders o on o.id = r.order_id
          where r.status = 'COMPLETED' and o.proceeds_held_by = 'platform'
            and ${posted(`'cash:' || o.channel`, `= r.kind || ':' || r.reference`)} <> -r.amount_minor`,
  },
  {
    name: 'each purchase that stands is booked with what its supplier orders cost',
    sql: `select o.id::text as subject, e.idempotency_key as detail from orders o
          join effects e on e.purpose = 'buy' and e.subject = o.id and e.status = 'DONE'
          where o.status in ('PURCHASED', 'SHIPPED', 'DELIVERED')
            and ${posted(`'supplier-purchases'`, `= 'bought:' || e.idempotency_key`)} <>
              (select coalesce(sum(cost_minor), 0) from supplier_orders s where s.order_id = o.id and s.effect_key = e.idempotency_key)`,
  },
  {
    name: 'each sale adds up, and is booked with its commission',
    sql: `select s.order_id::text as subject, s.id::text as detail from sales s join commissions c on c.sale_id = s.id
          where s.net_profit_minor + c.amount_minor <> s.gross_profit_minor
             or ${posted(`'admin'`, `= 'booked:' || s.id`)} <> -c.amount_minor`,
  },
  {
    name: 'each order that was bought and is followed has one standing sale',
    sql: `select id::text as subject, status as detail from orders
          where sale_booked_at is not null and status in ('PURCHASED', 'SHIPPED', 'DELIVERED')
            and (select count(*) from sales where order_id = orders.id and voided_at is null) <> 1`,
  },
  {
    name: 'each leg that is paid is booked with its amount, and no other leg is',
    sql: `select l.order_id::text as subject, l.id || ' ' || l.status || ' ' || l.amount_minor as detail from payout_legs l
          where ${posted('l.beneficiary', `like 'leg%:' || l.id || ':%'`)}
            <> case when l.status = 'PAID' then l.amount_minor else 0 end`,
  },
  {
    name: 'each leg that is paid has a payout that is proven',
    sql: `select l.order_id::text as subject, l.id::text as detail from payout_legs l where l.status = 'PAID'
          and not exists (select from effects e where e.purpose = 'pay' and e.subject = l.id and e.status = 'DONE')`,
  },
  {
    name: 'nothing is held for an order or a leg that has ended',
    sql: `select r.subject::text as subject, r.purpose || ' ' || r.amount_minor as detail from reservations r
          left join orders o on o.id = r.subject left join payout_legs l on l.id = r.subject
          where r.status = 'HELD' and (o.status in ('PURCHASED', 'SHIPPED', 'DELIVERED', 'FAILED', 'REFUNDED', 'CANCELLED')
            or l.status in ('PAID', 'FAILED', 'RETURNED', 'REVERSED', 'CANCELLED'))`,
  },
];

/** The ledger against the rows it was made from. */
export async function checkLedger(em: EntityManager): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const { name: rule, sql } of rules) {
    const rows = await em.execute<{ subject: string; detail: string }[]>(`${sql} limit 1000`);
    found.push(...rows.map(({ subject, detail }) => ({ rule, subject, detail })));
  }
  return found;
}

export const checkedRules: readonly string[] = rules.map(({ name }) => name);
