import type pg from 'pg';

/** Rows that the orders have, by table, divided by the number of orders. */
const rowsPerOrder = `
  with o as (select unnest($1::uuid[]) as id),
  legs as (select id from payout_legs where order_id in (select id from o)),
  sold as (select id from sales where order_id in (select id from o)),
  subjects as (select id from o union all select id from legs),
  counted (name, rows) as (
    select 'order_events/' || kind, count(*) from order_events where order_id in (select id from o) group by kind
    union all select 'effects/' || purpose || '/' || status, count(*) from effects where subject in (select id from subjects) group by 1
    union all select 'reservations/' || status, count(*) from reservations where subject in (select id from subjects) group by 1
    union all select 'supplier_orders/' || status, count(*) from supplier_orders where order_id in (select id from o) group by 1
    union all select 'ledger_transactions/' || source, count(*) from ledger_transactions where order_id in (select id from o) group by 1
    union all select 'ledger_postings/' || account || '/' || (sum(amount_minor) / (select count(*) from o)), count(*) from ledger_postings
      where transaction_id in (select id from ledger_transactions where order_id in (select id from o)) group by account
    union all select 'sales/' || gross_profit_minor || '/' || expected_profit_minor, count(*) from sales where id in (select id from sold)
      group by gross_profit_minor, expected_profit_minor
    union all select 'commissions/' || amount_minor, count(*) from commissions where sale_id in (select id from sold) group by amount_minor
    union all select 'admin_commissions', count(*) from admin_commissions
      where commission_id in (select id from commissions where sale_id in (select id from sold))
    union all select 'payout_legs/' || beneficiary || '/' || status || '/' || amount_minor || '/' || fee_minor, count(*) from payout_legs
      where id in (select id from legs) group by beneficiary, status, amount_minor, fee_minor
    union all select 'orders/' || status || '/' || state_entry, count(*) from orders where id in (select id from o) group by status, state_entry)
  select name, rows::float8 / (select count(*) from o) as rows from counted order by name`;

type RowsPerOrder = Readonly<Record<string, number>>;

export async function readRows(client: pg.Client, orders: readonly string[]): Promise<RowsPerOrder> {
  const { rows } = await client.query<{ name: string; rows: number }>(rowsPerOrder, [orders]);
  return Object.fromEntries(rows.map(row => [row.name, row.rows]));
}

/** The rows in which the two sides differ, in words; empty when both have stored the same of each order. */
export const differences = (ours: RowsPerOrder, theirs: RowsPerOrder): string[] =>
  [...new Set([...Object.keys(ours), ...Object.keys(theirs)])]
    .filter(name => ours[name] !== theirs[name])
    .map(name => `${name}: ${ours[name] ?? 0} of ours, ${theirs[name] ?? 0} inline`);
