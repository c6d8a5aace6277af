import type { Job } from '../queues/define-queue.ts';
import type { Producer } from '../queues/engine/producer.ts';
import { jobForEvent } from '../queues/next-job.ts';
import { openGroups } from '../runtime/group-commit.ts';
import type { EventInbox } from '../store/events/event-inbox.ts';

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
  });
  return async arrival => {
    const outcome = await store(arrival);
    const job = typeof outcome === 'string' ? undefined : jobForEvent(outcome);
    if (job) await add(job);
    return outcome;
  };
}
