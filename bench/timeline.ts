import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Store } from '../store/database/open.ts';
import { settled } from '../store/payouts/settled-orders.ts';

/** From the time when an order (or leg) was ready for a queue to the time when it had left the queue, in ms. */
export type Latencies = { readonly [Queue in 'fulfill' | 'purchase' | 'create-sale' | 'payout']: readonly number[] };

export type Timeline = {
  latencies: Latencies;
  /** From the first job to the last leg paid. */
  seconds: number;
};

/** The time by the database's clock, which the timeline uses. */
export const databaseNow = async (store: Store): Promise<string> => {
  const [row] = await store.read(em => em.execute<{ now: string }[]>('select clock_timestamp()::text as now'));
  if (!row) throw new Error('the database does not know the time');
  return row.now;
};

export type Standing = { settled: number; stopped: number };

/** How many orders are settled, and how many have stopped and will not settle by themselves. */
export async function standing(store: Store): Promise<Standing> {
  const [row] = await store.read(em =>
    em.execute<{ settled: number; stopped: number }[]>(
      `select (select count(*)::int from orders o where ${settled}) as settled,
         (select count(*)::int from orders where status in ('FAILED', 'CANCELLED', 'NEEDS_REVIEW')) as stopped`,
    ),
  );
  return row ?? { settled: 0, stopped: 0 };
}

type Row = { queue: keyof Latencies; ms: number };

/** Computes the latencies from the orders' timelines. @param since when the first job was added */
export const readTimeline = (store: Store, since: string): Promise<Timeline> =>
  store.read(async em => {
    const rows = await em.execute<Row[]>(steps, [since]);
    const of = (queue: keyof Latencies) => rows.filter(row => row.queue === queue).map(row => row.ms);
    return {
      latencies: {
        fulfill: of('fulfill'),
        purchase: of('purchase'),
        'create-sale': of('create-sale'),
        payout: of('payout'),
      },
      seconds: await secondsSince(em, since),
    };
  });

const steps = `
  with marks as (
    select order_id,
      max(at) filter (where detail ->> 'to' = 'PURCHASING') as purchasing,
      max(at) filter (where detail ->> 'to' = 'PURCHASED') as purchased,
      max(at) filter (where detail ->> 'sale' is not null) as booked
    from order_events group by order_id),
  paid as (
    select order_id, detail ->> 'leg' as leg, max(at) as at from order_events where detail ->> 'legTo' = 'PAID' group by 1, 2),
  steps as (
    select 'fulfill' as queue, purchasing - ?::timestamptz as took from marks
    union all select 'purchase', purchased - purchasing from marks
    union all select 'create-sale', booked - purchased from marks
    union all select 'payout', paid.at - booked from paid join marks using (order_id))
  select queue, (extract(epoch from took) * 1000)::float8 as ms from steps where took is not null`;

async function secondsSince(em: EntityManager, since: string): Promise<number> {
  const [row] = await em.execute<{ seconds: number }[]>(
    `select extract(epoch from max(at) - ?::timestamptz)::float8 as seconds from order_events where detail ->> 'legTo' = 'PAID'`,
    [since],
  );
  return row?.seconds ?? 0;
}
