import { enqueueWoken } from '../queues/enqueue-woken.ts';
import { jobForEvent, jobForOrder } from '../queues/next-job.ts';
import { reconcileQueue } from '../queues/reconcile.ts';
import type { Enqueue } from '../queues/transact.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Credential } from '../store/entities/people.ts';
import { findFeedsOf, wakeFeed } from '../store/events/feeds.ts';
import { waitingEvents, wakeEvent } from '../store/events/inbound-events.ts';
import { waitingFor, wakeOrder } from '../store/orders/orders.ts';
import { resumeOrders } from './resume-orders.ts';

/** The account can be used again: wakes what waited for it. Returns how many orders; the sweep wakes the rest. */
export async function resumeAccount(em: EntityManager, enqueue: Enqueue, credential: Credential): Promise<number> {
  await wakeFeeds(em, enqueue, credential);
  await wakeEvents(em, enqueue, credential, 200);
  return resumeOrders(em, enqueue, 'RECONNECT_NEEDED', credential.userId);
}

/** Tries the account again: wakes its feeds, one event and one order, enough to learn whether it is still refused. */
export async function tryAccount(em: EntityManager, enqueue: Enqueue, credential: Credential): Promise<void> {
  await wakeFeeds(em, enqueue, credential);
  await wakeEvents(em, enqueue, credential, 1);
  const [oldest] = await waitingFor(em, 'RECONNECT_NEEDED', { userId: credential.userId });
  if (oldest) await enqueueWoken(enqueue, wakeOrder(em, oldest.id), jobForOrder);
}

async function wakeFeeds(em: EntityManager, enqueue: Enqueue, { id }: Credential): Promise<void> {
  for (const feed of await findFeedsOf(em, id)) {
    await enqueueWoken(enqueue, wakeFeed(em, feed.id), reconcileQueue.jobFor);
  }
}

async function wakeEvents(em: EntityManager, enqueue: Enqueue, credential: Credential, limit: number): Promise<void> {
  for (const event of await waitingEvents(em, credential, limit)) {
    await enqueueWoken(enqueue, wakeEvent(em, event.id), jobForEvent);
  }
}
