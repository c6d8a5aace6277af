import pg from 'pg';
import type { UserId } from '../domain/ids.ts';
import { legEvents } from '../domain/ledger-event.ts';
import { migrations } from '../migrations/index.ts';
import { startEmbeddedPostgres, throwaway } from '../runtime/system/embedded-postgres.ts';
import { temporaryFolder } from '../runtime/system/started-processes.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import { openOrm, openStore, type Store } from '../store/database/open.ts';
import { patient } from '../store/database/pool-timeouts.ts';
import { owedFrom } from '../store/money/current-account.ts';
import { earnedInAll } from '../store/money/earnings.ts';
import { isOfKind } from '../store/money/event-names.ts';
import { freeFunds } from '../store/money/funding.ts';
import { accountBalances } from '../store/money/ledger.ts';
import { findOrders } from '../store/operations/overview.ts';
import { legsOfOrder } from '../store/payouts/legs.ts';
import { fillWithOrders, named, reseller } from './many-orders.ts';
import type { Progress } from './progress.ts';
import { quantile } from './quantile.ts';

export type HistoryFigures = {
  readonly orders: number;
  readonly fillSeconds: number;
  readonly migrateSeconds: number;
  readonly questions: readonly { what: string; beforeMs: number; afterMs: number }[];
};

/** The migration that brought the running balances and the indexes: before it every sum was read from all history. */
const since = '0034-running-balances';
const before = migrations[migrations.findIndex(({ name }) => name === since) - 1]?.name ?? '';
const tries = 5;

type Question = { what: string; before: string; after(em: EntityManager): Promise<unknown> };

/** Queries that run under a lock or for a page: as they read all history before, and as they read now. */
const questionsOf = (ids: { seller: string; order: string }): readonly Question[] => [
  {
    what: 'what a seller owes, under the seller’s lock',
    before: `select account, sum(amount_minor) from (
        select t.user_id as seller_id, case p.account when 'admin' then 'admin' else 'reseller' end as account, p.currency, p.amount_minor
          from ledger_transactions t join ledger_postings p on p.transaction_id = t.id join orders o on o.id = t.order_id
          where not ${isOfKind('t.event', legEvents)} and (p.account in ('reseller', 'admin')
            or (o.proceeds_held_by = 'reseller' and p.account in ('buyer-payments', 'tax:collected', 'fees:marketplace', 'fees:payment'))
            or (o.supplier_paid_by = 'reseller' and p.account in ('supplier-purchases', 'supplier-refunds')))
        union all
        select s.user_id, l.beneficiary, l.currency, l.amount_minor
          from payout_legs l join sales s on s.id = l.sale_id where l.status <> 'CANCELLED') e
      where seller_id = '${ids.seller}' and currency = 'USD' group by account`,
    after: em => owedFrom(em, ids.seller as UserId),
  },
  {
    what: 'what is left of a limit, under the account’s lock',
    before: `select coalesce(sum(amount_minor), 0) from reservations
      where funding_account_id = (select id from funding_accounts where owner_id = '${ids.seller}')
        and (status = 'HELD' or (status = 'CONSUMED' and closed_at >= '1970-01-01'))`,
    after: em => freeFunds(em, ids.seller as UserId),
  },
  {
    what: 'the legs of an order',
    before: `select * from payout_legs where order_id = '${ids.order}'`,
    after: em => legsOfOrder(em, ids.order as Parameters<typeof legsOfOrder>[1]),
  },
  {
    what: 'the platform’s money, on the overview',
    before: `select account, currency, sum(amount_minor) from ledger_postings where holder_id is null group by 1, 2 having sum(amount_minor) <> 0`,
    after: em => accountBalances(em, true),
  },
  {
    what: 'what the platform has earned, on the overview',
    before: `select p.currency, -sum(p.amount_minor) from ledger_postings p join ledger_transactions t on t.id = p.transaction_id
      where (p.account = 'admin' and t.source = 'sale') or p.account in ('fees:payout', 'fees:dispute', 'fees:difference', 'fx:difference') group by 1`,
    after: em => earnedInAll(em),
  },
  {
    what: 'the newest orders',
    before: `select o.id, exists (select from sales s where s.order_id = o.id), exists (select from payout_legs l where l.order_id = o.id
        and l.status in ('PENDING', 'SENT', 'SKIPPED_INSUFFICIENT_FUNDS', 'UNCLAIMED'))
      from orders o join users u on u.id = o.user_id order by o.created_at desc, o.id limit 50`,
    after: em => findOrders(em, {}, { limit: 50, offset: 0 }),
  },
];

/** Fills a new database with settled orders, and times the queries before and after that migration. */
export async function measureHistory({
  orders,
  progress,
}: {
  orders: number;
  progress: Progress;
}): Promise<HistoryFigures> {
  await using opened = new AsyncDisposableStack();
  const server = await startEmbeddedPostgres(temporaryFolder('history'), throwaway);
  opened.defer(() => server.stop());
  await migrateTo(server.administratorUrl, before);
  const client = new pg.Client({ connectionString: server.administratorUrl });
  await client.connect();
  opened.defer(() => client.end());
  const fillSeconds = await secondsOf(() => fillWithOrders(client, orders, progress));

  const { rows } = await client.query<{ seller: string; order: string }>(
    `select ${reseller} as seller, ${named('order', '7')} as order`,
  );
  const questions = rows.flatMap(questionsOf);
  const beforeMs = await timesOf(questions, question => client.query(question.before));
  const migrateSeconds = await secondsOf(() => migrateTo(server.administratorUrl));
  await client.query('vacuum analyze');
  const store: Store = await openStore(server.administratorUrl, 2);
  opened.defer(() => store.close());
  const afterMs = await timesOf(questions, question => store.transaction(em => question.after(em)));
  return {
    orders,
    fillSeconds,
    migrateSeconds,
    questions: questions.map(({ what }, at) => ({ what, beforeMs: beforeMs[at] ?? 0, afterMs: afterMs[at] ?? 0 })),
  };
}

async function migrateTo(url: string, to?: string): Promise<void> {
  const orm = await openOrm(url, 2, patient);
  try {
    await orm.migrator.up(to === undefined ? undefined : { to });
  } finally {
    await orm.close(true);
  }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}

/** The median of a few tries for each query. */
async function timesOf(
  questions: readonly Question[],
  ask: (question: Question) => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  for (const question of questions) {
    const sample: number[] = [];
    for (let attempt = 0; attempt < tries; attempt += 1) sample.push(1_000 * (await secondsOf(() => ask(question))));
    times.push(quantile(sample, 0.5));
  }
  return times;
}
