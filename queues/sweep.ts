/**
 * The sweep: finds rows whose time to be looked at has come and makes sure that the job which moves them on exists.
 * Losing the queue entirely loses nothing; this one mechanism also brings back polls (an unpaid supplier order, a
 * payout under way), waits that are over, tokens that end soon and feeds to be read again.
 *
 * A row says when through `next_check_at`; null means that nobody but a person or an outside event can move it. A job
 * whose id still waits or runs is left alone. One that is finished, failed or gone blocks its id, so `wake` is raised
 * and the job is made anew. Sealed columns, which name buyers, are not opened: a row that cannot be opened keeps no
 * other row from recovering.
 */
import type { EntityName } from '@mikro-orm/core';
import { wakeCredential } from '../store/connections/credentials.ts';
import { type DueRow, dueRows, postpone, type Unopened, wake } from '../store/database/due-row.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Store } from '../store/database/open.ts';
import { closeWindowsAhead } from '../store/effects/effect-window.ts';
import { BookCheck } from '../store/entities/book-check.ts';
import { Feed } from '../store/entities/feed.ts';
import { Forgetting } from '../store/entities/forgetting.ts';
import { PayoutLeg, RateFeed } from '../store/entities/money.ts';
import { InboundEvent, Order, unopenedEvent, unopenedOrder } from '../store/entities/order.ts';
import { Credential } from '../store/entities/people.ts';
import { EbaySubscription } from '../store/entities/subscription.ts';
import { wakeEvent } from '../store/events/inbound-events.ts';
import { foldBalances } from '../store/money/running-balances.ts';
import { claimSweep } from '../store/operations/claim-sweep.ts';
import { beat } from '../store/operations/vital-signs.ts';
import { checkBooksQueue } from './check-books.ts';
import type { Job } from './define-queue.ts';
import type { Producer } from './engine/producer.ts';
import { fetchRatesQueue } from './fetch-rates.ts';
import { forgetBuyersQueue } from './forget-buyers.ts';
import { jobForEvent, jobForLeg, jobForMoney, jobForOrder } from './next-job.ts';
import { reconcileQueue } from './reconcile.ts';
import { tokenRefreshQueue } from './token-refresh.ts';
import { watchSubscriptionQueue } from './watch-subscription.ts';

const pageSize = 200;
/** How many rows of one kind are handled at once: each takes a few short queries. */
const atOnce = 5;

export type SweepOptions = { store: Store; producer: Producer; stallAfterMs: number; now?: () => Date };

/** Rows of one table, and the job that moves each of them on. */
type Kind<Row extends DueRow, Closed extends keyof Row> = {
  entity: EntityName<Row>;
  /** Left closed. */
  exclude?: readonly Closed[];
  jobFor(row: Unopened<Row, Closed>): Job | undefined;
  /** Where not every row may be woken. */
  wake?(em: EntityManager, id: Row['id']): Promise<Unopened<Row, Closed> | null>;
};

/** What looks after the rows of one kind that are due, and gives the number of jobs that it made. */
type LookAfter = (options: SweepOptions) => Promise<number>;

/** Side by side: a flood of one kind (a thousand webhooks that wait for their turn) keeps no other from recovering. */
const kinds: readonly LookAfter[] = [
  looksAfter({
    entity: InboundEvent,
    ...unopenedEvent,
    jobFor: jobForEvent,
    wake: wakeEvent,
  }),
  // An order that rests was woken by news of its money.
  looksAfter({ entity: Order, ...unopenedOrder, jobFor: order => jobForOrder(order) ?? jobForMoney(order) }),
  looksAfter({ entity: PayoutLeg, jobFor: jobForLeg }),
  looksAfter({
    entity: Credential,
    jobFor: account =>
      account.status === 'HEALTHY' || account.refusedSince ? tokenRefreshQueue.jobFor(account) : undefined,
    wake: wakeCredential,
  }),
  looksAfter({ entity: RateFeed, jobFor: fetchRatesQueue.jobFor }),
  looksAfter({ entity: Feed, jobFor: reconcileQueue.jobFor }),
  looksAfter({ entity: EbaySubscription, jobFor: watchSubscriptionQueue.jobFor }),
  looksAfter({ entity: BookCheck, jobFor: checkBooksQueue.jobFor }),
  looksAfter({ entity: Forgetting, jobFor: forgetBuyersQueue.jobFor }),
];

function looksAfter<Row extends DueRow, Closed extends keyof Row = never>(kind: Kind<Row, Closed>): LookAfter {
  const { entity, exclude, jobFor } = kind;
  const wakeRow = kind.wake ?? ((em, id) => wake(em, entity, id, exclude ? { exclude } : {}));
  return async ({ store, producer, stallAfterMs, now = store.clock.now }) => {
    const later = () => new Date(now().getTime() + stallAfterMs);
    const askAgain = (row: DueRow, at: Date | null) => store.write(em => postpone(em, entity, row, at));
    const lookAfter = async (row: Unopened<Row, Closed>): Promise<number> => {
      const job = jobFor(row);
      if (!job) await askAgain(row, null);
      else if (await producer.isLive(job, now())) await askAgain(row, later());
      else {
        const woken = await store.transaction(em => wakeRow(em, row.id));
        const again = woken && jobFor(woken);
        if (!again) return 0;
        await askAgain(woken, later());
        await producer.addAll([again]);
        return 1;
      }
      return 0;
    };
    const due = await store.read(em => dueRows(em, entity, { now: now(), limit: pageSize, exclude }));
    let made = 0;
    const lookAfterAll = async () => {
      for (let row = due.shift(); row; row = due.shift()) {
        const jobs = await lookAfter(row);
        made += jobs;
      }
    };
    await allOf(Array.from({ length: atOnce }, lookAfterAll));
    return made;
  };
}

/** All results. @throws the first failure, once none of them is still working */
async function allOf<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(works);
  return results.map(result => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** One pass over everything that is due; the number of jobs it made. 0 when another process is sweeping. */
export async function sweep(options: SweepOptions): Promise<number> {
  return options.store.transaction(async em => {
    if (!(await claimSweep(em))) return 0;
    await options.producer.setBack((options.now ?? options.store.clock.now)());
    const made = await allOf(kinds.map(lookAfter => lookAfter(options)));
    await closeWindowsAhead(em);
    await foldBalances(em);
    await beat(em);
    return made.reduce((sum, jobs) => sum + jobs, 0);
  });
}
