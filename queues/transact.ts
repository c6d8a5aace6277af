import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Store } from '../store/database/open.ts';
import type { Order } from '../store/entities/order.ts';
import { type Move, moveOrder } from '../store/orders/orders.ts';
import type { Job } from './define-queue.ts';
import type { Producer } from './engine/producer.ts';
import { jobForOrder } from './next-job.ts';

export type Enqueue = (job: Job | undefined) => void;
export type Transact = <T>(work: (em: EntityManager, enqueue: Enqueue) => Promise<T>) => Promise<T>;

/**
 * The database is the truth, the queue is a to-do list: what happened commits first, the jobs that follow from it are
 * added after the commit. When adding fails (Redis is away), nothing is undone; the sweep finds the rows.
 */
export const createTransact =
  (store: Store, producer: Pick<Producer, 'addAll'>): Transact =>
  async work => {
    let jobs: Job[] = [];
    const result = await store.transaction(em => {
      jobs = [];
      return work(em, job => {
        if (job) jobs.push(job);
      });
    });
    await producer.addAll(jobs);
    return result;
  };

/** Moves an order that the caller owns and enqueues the job that its new state names. */
export async function advance(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  move: Move,
  also: Partial<Order> = {},
): Promise<void> {
  await moveOrder(em, order, move, also);
  // A waiting order is taken up again by the sweep when its time comes, or by the action that it waits for.
  if (move.to !== 'WAITING') enqueue(jobForOrder(order));
}
