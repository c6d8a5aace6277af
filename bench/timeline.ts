import type pg from 'pg';
import { settled } from '../store/payouts/settled-orders.ts';

/** From the time when an order (or leg) was ready for a queue to the time when it had left the queue, in ms. */
export type Latencies = { readonly [Queue in 'fulfill' | 'purchase' | 'create-sale' | 'payout']: number[] };

/** `seconds`: from the first job to the last leg paid. */
export type Timeline = { readonly latencies: Latencies; readonly seconds: number };

/** The orders of one turn, and when it began, by the database's clock. */
export type Turn = { readonly orders: readonly string[]; readonly since: string };

/** The time by the database's clock, which the timeline uses. */
export const databaseNow = (client: pg.Client): Promise<string> =>
  one<{ now: string }>(client, 'select clock_timestamp()::text as now', []).then(({ now }) => now);

export type Standing = { settled: number; stopped: number };

/** How many of the orders are settled, and how many have stopped and will not settle by themselves. */
export const standing = (client: pg.Client, orders: readonly string[]): Promise<Standing> =>
  one<Standing>(
    client,
    `select (count(*) filter (where ${settled}))::int as settled,
       (count(*) filter (where status in ('FAILED', 'CANCELLED', 'NEEDS_REVIEW')))::int as stopped
     from orders o where id = any($1::uuid[])`,
    [orders],
  );

/** Computes the latencies from the orders' timelines. */
export async function readTimeline(client: pg.Client, { orders, since }: Turn): Promise<Timeline> {
  type Row = { queue: keyof Latencies; ms: number };
  const { rows } = await client.query<Row>(steps, [orders, since]);
  const of = (queue: keyof Latencies) => rows.filter(row => row.queue === queue).map(row => row.ms);
  const latencies = {
    fulfill: of('fulfill'),
    purchase: of('purchase'),
    'create-sale': of('create-sale'),
    payout: of('payout'),
  };
  const { seconds } = await one<{ seconds: number | null }>(
    client,
    `select extract(epoch from max(at) - $2::timestamptz)::float8 as seconds from order_events
     where order_id = any($1::uuid[]) and detail ->> 'legTo' = 'PAID'`,
    [orders, since],
  );
  return { latencies, seconds: seconds ?? 0 };
}

const steps = `
  with lines as (select * from order_events where order_id = any($1::uuid[])),
  marks as (
    select order_id,
      max(at) filter (where detail ->> 'to' = 'PURCHASING') as purchasing,
      max(at) filter (where detail ->> 'to' = 'PURCHASED') as purchased,
      max(at) filter (where detail ->> 'sale' is not null) as booked
    from lines group by order_id),
  paid as (
    select order_id, detail ->> 'leg' as leg, max(at) as at from lines where detail ->> 'legTo' = 'PAID' group by 1, 2),
  steps as (
    select 'fulfill' as queue, purchasing - $2::timestamptz as took from marks
    union all select 'purchase', purchased - purchasing from marks
    union all select 'create-sale', booked - purchased from marks
    union all select 'payout', paid.at - booked from paid join marks using (order_id))
  select queue, (extract(epoch from took) * 1000)::float8 as ms from steps where took is not null`;

async function one<Row extends pg.QueryResultRow>(client: pg.Client, text: string, values: unknown[]): Promise<Row> {
  const [row] = (await client.query<Row>(text, values)).rows;
  if (!row) throw new Error('the database gave no row');
  return row;
}
