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
import type {
  BookCheckId,
  CredentialId,
  EventId,
  FeedId,
  ForgettingId,
  LegId,
  OrderId,
  RateFeedId,
  SubscriptionId,
} from '../domain/ids.ts';
import { wakeBookCheck } from '../store/books/book-check.ts';
import { wakeCredential } from '../store/connections/credentials.ts';
import { wakeSubscription } from '../store/connections/ebay-subscriptions.ts';
import type { EntityManager, Store } from '../store/database/open.ts';
import { closeWindowsAhead } from '../store/effects/effect-window.ts';
import { BookCheck } from '../store/entities/book-check.ts';
import { Feed } from '../store/entities/feed.ts';
import { Forgetting } from '../store/entities/forgetting.ts';
import { PayoutLeg, RateFeed } from '../store/entities/money.ts';
import {
  InboundEvent,
  Order,
  type UnopenedEvent,
  type UnopenedOrder,
  unopenedEvent,
  unopenedOrder,
} from '../store/entities/order.ts';
import { Credential, type Credential as CredentialRow } from '../store/entities/people.ts';
import { EbaySubscription } from '../store/entities/subscription.ts';
import { wakeFeed } from '../store/events/feeds.ts';
import { wakeEvent } from '../store/events/inbound-events.ts';
import { wakeForgetting } from '../store/forgetting/schedule.ts';
import { wakeRateFeed } from '../store/money/rate-feeds.ts';
import { foldBalances } from '../store/money/running-balances.ts';
import { beat } from '../store/operations/vital-signs.ts';
import { wakeOrder } from '../store/orders/orders.ts';
import { wakeLeg } from '../store/payouts/legs.ts';
import { checkBooksQueue } from './check-books.ts';
import type { Job, Subject } from './contract.ts';
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

/** One sweep at a time, whichever process runs it. */
const sweepLock = 7_203_115;

type Due = Subject & { readonly nextCheckAt?: Date | null | undefined };

type Kind<Row extends Due> = {
  table: string;
  due(em: EntityManager, now: Date): Promise<Row[]>;
  jobFor(row: Row): Job | undefined;
  wake(em: EntityManager, id: string): Promise<Row | null>;
};

const dueBy = (now: Date) => ({
  where: { nextCheckAt: { $lte: now } },
  page: { orderBy: { nextCheckAt: 'asc' as const }, limit: pageSize },
});

const orders: Kind<UnopenedOrder> = {
  table: 'orders',
  due: (em, now) => em.find(Order, dueBy(now).where, { ...unopenedOrder, ...dueBy(now).page }),
  // An order that no job moves on is due because an event about its money woke it.
  jobFor: order => jobForOrder(order) ?? jobForMoney(order),
  wake: (em, id) => wakeOrder(em, id as OrderId),
};

const legs: Kind<PayoutLeg> = {
  table: 'payout_legs',
  due: (em, now) => em.find(PayoutLeg, dueBy(now).where, dueBy(now).page),
  jobFor: jobForLeg,
  wake: (em, id) => wakeLeg(em, id as LegId),
};

const events: Kind<UnopenedEvent> = {
  table: 'inbound_events',
  due: (em, now) => em.find(InboundEvent, dueBy(now).where, { ...unopenedEvent, ...dueBy(now).page }),
  jobFor: jobForEvent,
  wake: (em, id) => wakeEvent(em, id as EventId),
};

const credentials: Kind<CredentialRow> = {
  table: 'api_credentials',
  due: (em, now) => em.find(Credential, dueBy(now).where, dueBy(now).page),
  jobFor: credential =>
    credential.status === 'HEALTHY' || credential.refusedSince ? tokenRefreshQueue.jobFor(credential) : undefined,
  wake: (em, id) => wakeCredential(em, id as CredentialId),
};

const rateFeeds: Kind<RateFeed> = {
  table: 'rate_feeds',
  due: (em, now) => em.find(RateFeed, dueBy(now).where, dueBy(now).page),
  jobFor: feed => fetchRatesQueue.jobFor(feed),
  wake: (em, id) => wakeRateFeed(em, id as RateFeedId),
};

const feeds: Kind<Feed> = {
  table: 'feeds',
  due: (em, now) => em.find(Feed, dueBy(now).where, dueBy(now).page),
  jobFor: feed => reconcileQueue.jobFor(feed),
  wake: (em, id) => wakeFeed(em, id as FeedId),
};

const subscriptions: Kind<EbaySubscription> = {
  table: 'ebay_subscriptions',
  due: (em, now) => em.find(EbaySubscription, dueBy(now).where, dueBy(now).page),
  jobFor: subscription => watchSubscriptionQueue.jobFor(subscription),
  wake: (em, id) => wakeSubscription(em, id as SubscriptionId),
};

const bookChecks: Kind<BookCheck> = {
  table: 'book_checks',
  due: (em, now) => em.find(BookCheck, dueBy(now).where, dueBy(now).page),
  jobFor: check => checkBooksQueue.jobFor(check),
  wake: (em, id) => wakeBookCheck(em, id as BookCheckId),
};

export type SweepOptions = { store: Store; producer: Producer; stallAfterMs: number; now?: () => Date };

const forgettings: Kind<Forgetting> = {
  table: 'forgettings',
  due: (em, now) => em.find(Forgetting, dueBy(now).where, dueBy(now).page),
  jobFor: forgetting => forgetBuyersQueue.jobFor(forgetting),
  wake: (em, id) => wakeForgetting(em, id as ForgettingId),
};

async function sweepKind<Row extends Due>(
  kind: Kind<Row>,
  { store, producer, stallAfterMs, now = store.clock.now }: SweepOptions,
): Promise<number> {
  const later = () => new Date(now().getTime() + stallAfterMs);
  // Guarded by the time that was read: it does not overwrite the time that a processor has just set.
  const postpone = ({ id, nextCheckAt }: Row, at: Date | null) =>
    store.read(em =>
      em.execute(`update ${kind.table} set next_check_at = ? where id = ? and next_check_at = ?`, [
        at,
        id,
        nextCheckAt,
      ]),
    );
  const lookAfter = async (row: Row): Promise<number> => {
    const job = kind.jobFor(row);
    if (!job) await postpone(row, null);
    else if (await producer.isLive(job, now())) await postpone(row, later());
    else {
      const woken = await store.transaction(em => kind.wake(em, row.id));
      const again = woken && kind.jobFor(woken);
      if (!again) return 0;
      await postpone(woken, later());
      await producer.addAll([again]);
      return 1;
    }
    return 0;
  };
  const due = await store.read(em => kind.due(em, now()));
  let made = 0;
  const lookAfterAll = async () => {
    for (let row = due.shift(); row; row = due.shift()) {
      const jobs = await lookAfter(row);
      made += jobs;
    }
  };
  await allOf(Array.from({ length: atOnce }, lookAfterAll));
  return made;
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
    const [lock] = await em.execute<{ mine: boolean }[]>('select pg_try_advisory_xact_lock(?) as mine', [sweepLock]);
    if (!lock?.mine) return 0;
    await options.producer.setBack((options.now ?? options.store.clock.now)());
    // Side by side: a flood of one kind (a thousand webhooks that wait for their turn) keeps no other from recovering.
    const made = await allOf([
      sweepKind(events, options),
      sweepKind(orders, options),
      sweepKind(legs, options),
      sweepKind(credentials, options),
      sweepKind(rateFeeds, options),
      sweepKind(feeds, options),
      sweepKind(subscriptions, options),
      sweepKind(bookChecks, options),
      sweepKind(forgettings, options),
    ]);
    await closeWindowsAhead(em);
    await foldBalances(em);
    await beat(em);
    return made.reduce((sum, jobs) => sum + jobs, 0);
  });
}
