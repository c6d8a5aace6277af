import type { Queue } from 'bullmq';
import type { Logger } from '../../runtime/logger.ts';
import { TimedOut, within } from '../../runtime/with-timeout.ts';
import { clocksMayDifferMs } from '../../store/database/clock.ts';
import { catalogue, isQueueName, type QueueName, queueNames } from '../catalogue.ts';
import type { Job } from '../define-queue.ts';
import type { Backend } from './backend.ts';

/** A queue that does not answer within this is treated as gone: the sweep adds the job later. */
const answerTimeoutMs = 2_000;

export type Producer = {
  /** Adds what a commit left to do. Never throws: the rows are committed, and the sweep finds what was not added. */
  addAll(jobs: readonly Job[]): Promise<void>;
  /**
   * True while the job waits or runs. False when it is finished, failed or was never there; also when a worker whose
   * clock is ahead of `now` took it: its lock, or the time of its next try, may lie days ahead. @throws when the queue
   * does not answer
   */
  isLive(job: Job, now: Date): Promise<boolean>;
  /** As the backend's. */
  setBack(now: Date): Promise<void>;
  readonly queues: ReadonlyMap<QueueName, Queue>;
  close(): Promise<void>;
};

const finished = new Set(['completed', 'failed', 'unknown']);

export function openProducer(backend: Backend, log: Pick<Logger, 'warn'>): Producer {
  const queues = new Map(queueNames.map(name => [name, backend.openQueue(catalogue[name])] as const));
  for (const [name, queue] of queues) queue.on('error', error => log.warn({ queue: name, err: error }, 'queue error'));

  const queueNamed = (name: string): Queue | undefined => (isQueueName(name) ? queues.get(name) : undefined);
  const queueOf = (job: Job): Queue => {
    const queue = queueNamed(job.queue);
    if (!queue) throw new Error(`there is no queue ${job.queue}`);
    return queue;
  };

  const inTime = <T>(queue: string, answer: Promise<T>): Promise<T> =>
    within(answerTimeoutMs, answer, `${queue} did not answer`);

  const add = async (job: Job): Promise<unknown> =>
    inTime(job.queue, queueOf(job).add(job.queue, job.payload, { jobId: job.id }));

  const addEach = async (jobs: readonly Job[]): Promise<void> => {
    const added = await Promise.allSettled(jobs.map(add));
    for (const [index, outcome] of added.entries())
      if (outcome.status === 'rejected')
        log.warn({ job: jobs[index]?.id, err: outcome.reason }, 'job not added; the sweep will add it');
  };

  /** Together in one call; where that fails, each by itself, so that the fault of one is not the loss of all. */
  const addTogether = async (queue: Queue, jobs: readonly Job[]): Promise<void> => {
    const { name } = queue;
    const entries = jobs.map(({ payload: data, id: jobId }) => ({ name, data, opts: { jobId } }));
    try {
      await inTime(name, queue.addBulk(entries));
    } catch (error) {
      log.warn({ queue: name, jobs: jobs.length, err: error }, 'jobs not added together');
      // One that does not answer would not answer each of them either: the sweep adds them.
      if (!(error instanceof TimedOut)) await addEach(jobs);
    }
  };

  return {
    queues,
    async addAll(jobs) {
      const groups = [...Map.groupBy(jobs, job => job.queue)];
      await Promise.all(
        groups.map(([name, group]) => {
          const queue = queueNamed(name);
          return queue && group.length > 1 ? addTogether(queue, group) : addEach(group);
        }),
      );
    },
    async isLive(job, now) {
      const state = await inTime(job.queue, queueOf(job).getJobState(job.id));
      if (state !== 'active' && state !== 'delayed') return !finished.has(state);
      const taken = await inTime(job.queue, queueOf(job).getJob(job.id));
      return taken !== undefined && (taken.processedOn ?? 0) <= now.getTime() + clocksMayDifferMs;
    },
    setBack: now => backend.setBack(now),
    close: async () => {
      await Promise.all([...queues.values()].map(queue => queue.close()));
    },
  };
}
