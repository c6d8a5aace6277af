import type { Job } from '../queues/define-queue.ts';
import type { Producer } from '../queues/engine/producer.ts';
import { jobForEvent } from '../queues/next-job.ts';
import { Overloaded, openGroups } from '../runtime/group-commit.ts';
import type { EventInbox } from '../store/events/event-inbox.ts';
import { Problem } from './middleware/problem.ts';

/**
 * Stores an event, and then adds its job: both are done when this answers. Events that arrive together share a commit, and
 * their jobs a call to the queue. While the queue is away the sweep adds the job.
 */
export function openInbox(store: EventInbox, { addAll }: Pick<Producer, 'addAll'>): EventInbox {
  const add = openGroups<Job, void>({
    perform: async jobs => {
      await addAll(jobs);
      return jobs.map(() => undefined);
    },
    isFaultOfOne: () => false,
    itemsMax: 64,
    groupsMax: 4,
    waitingMax: 2_000,
    waitMaxMs: 2_000,
  });
  return async arrival => {
    const outcome = await store(arrival).catch(refuseOverload);
    const job = typeof outcome === 'string' ? undefined : jobForEvent(outcome);
    // A queue that hangs holds no sender up: what it does not take in time is added by the sweep.
    if (job) await add(job).catch(unlessOverloaded);
    return outcome;
  };
}

function refuseOverload(error: unknown): never {
  if (!(error instanceof Overloaded)) throw error;
  throw new Problem(503, 'DATABASE_AWAY', 'the database does not keep up: try again', { retryAfterSeconds: 5 });
}

function unlessOverloaded(error: unknown): void {
  if (!(error instanceof Overloaded)) throw error;
}
