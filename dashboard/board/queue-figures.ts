import type { Queue } from 'bullmq';
import type { QueueName } from '../../queues/catalogue.ts';
import type { Producer } from '../../queues/engine/producer.ts';
import { within } from '../../runtime/with-timeout.ts';

/** A queue that does not answer within this is shown as unreachable; the rest of the page does not wait for it. */
const answerTimeoutMs = 2_000;

export type QueueFigures = {
  readonly name: QueueName;
  /** Undefined when the queue did not answer. */
  readonly figures:
    | { waiting: number; active: number; delayed: number; failed: number; paused: boolean; oldestWaiting: Date | null }
    | undefined;
};

async function read(queue: Queue): Promise<QueueFigures['figures']> {
  const [counts, paused] = await Promise.all([
    queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed'),
    queue.isPaused(),
  ]);
  const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
  const oldestWaiting = waiting > 0 ? await oldestOf(queue, waiting) : null;
  return { waiting: waiting + prioritized, active, delayed, failed, paused, oldestWaiting };
}

/**
 * BullMQ counts positions from the oldest job on Redis, and from the newest on Postgres: take the older of both ends.
 */
async function oldestOf(queue: Queue, waiting: number): Promise<Date | null> {
  const ends = await Promise.all([0, waiting - 1].map(position => queue.getWaiting(position, position)));
  const times = ends.flat().map(({ timestamp }) => timestamp);
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}

/** A queue that cannot be reached counts as no answer, and the page shows that. */
const inTime = <T>(answer: Promise<T>): Promise<T | undefined> =>
  within(answerTimeoutMs, answer).catch(() => undefined);

/** The figures of every queue, in the order in which an order passes them. */
export const queueFigures = ({ queues }: Pick<Producer, 'queues'>): Promise<QueueFigures[]> =>
  Promise.all([...queues].map(async ([name, queue]) => ({ name, figures: await inTime(read(queue)) })));
