import { ErrorCode, type Job, type Queue } from 'bullmq';
import { type Response, Router } from 'express';
import { isQueueName } from '../../queues/catalogue.ts';
import type { AuditedAction } from '../../store/accounts/audit.ts';
import type { Deps } from '../deps.ts';
import { audited } from '../middleware/audit.ts';
import { Refusal } from '../middleware/refusal.ts';
import { operatorOf } from '../middleware/session.ts';

/** At most this many jobs per press of the button; the answer says how many are left. */
const retryAllMax = 1_000;
const pageSize = 100;

/**
 * What operators may do to jobs: run them again, run them sooner, or pause a queue. All of it is harmless, because a
 * processor reads the state of its row from the database and continues from there. The board's other actions (add,
 * edit, remove, empty, limits) are denied.
 */
export function boardActions(deps: Pick<Deps, 'producer' | 'store' | 'log'>): Router {
  const queues = () => [...deps.producer.queues.values()];

  const queueOf = (name: string): Queue => {
    const queue = isQueueName(name) ? deps.producer.queues.get(name) : undefined;
    if (!queue) throw new Refusal(404, `There is no queue ${name}.`);
    return queue;
  };

  const jobOf = async (queue: string, id: string): Promise<Job> => {
    const job = await queueOf(queue).getJob(id);
    if (!job) throw new Refusal(404, 'This job is no longer kept.');
    return job;
  };

  const act = <Result>(
    response: Response,
    [action, target]: readonly [string, AuditedAction['target']],
    work: () => Promise<Result>,
    tell?: (result: Result) => string,
  ): Promise<Result> => audited(deps, { operator: operatorOf(response).email, action, target }, work, tell);

  return Router()
    .put('/api/queues/pause', async (_request, response) => {
      await act(response, ['pause all queues', {}], () => Promise.all(queues().map(queue => queue.pause())));
      response.json({});
    })
    .put('/api/queues/resume', async (_request, response) => {
      await act(response, ['resume all queues', {}], () => Promise.all(queues().map(queue => queue.resume())));
      response.json({});
    })
    .put('/api/queues/:queue/pause', async ({ params: { queue } }, response) => {
      await act(response, ['pause queue', { queue }], async () => queueOf(queue).pause());
      response.json({});
    })
    .put('/api/queues/:queue/resume', async ({ params: { queue } }, response) => {
      await act(response, ['resume queue', { queue }], async () => queueOf(queue).resume());
      response.json({});
    })
    .put('/api/queues/:queue/promote', async ({ params: { queue } }, response) => {
      await act(response, ['promote all delayed jobs', { queue }], async () => queueOf(queue).promoteJobs());
      response.json({});
    })
    .put('/api/queues/:queue/retry/failed', async ({ params: { queue } }, response) => {
      const counts = await act(
        response,
        ['retry all failed jobs', { queue }],
        async () => retryAllFailed(queueOf(queue)),
        ({ retried, skipped }) => `${retried} jobs run again, ${skipped} left`,
      );
      response.json(counts);
    })
    .put('/api/queues/:queue/:job/promote', async ({ params: { queue, job } }, response) => {
      await act(response, ['promote job', { queue, job }], async () => promote(await jobOf(queue, job)));
      response.status(204).end();
    })
    .put('/api/queues/:queue/:job/retry', async ({ params: { queue, job } }, response) => {
      await act(
        response,
        ['retry job', { queue, job }],
        async () => retry(await jobOf(queue, job)),
        state => `${state} job runs again`,
      );
      response.status(204).end();
    });
}

/** A worker may have changed the job's state before the operator pressed the button. */
function notInState(error: unknown): never {
  const isOther = error instanceof Error && 'code' in error && error.code === ErrorCode.JobNotInState;
  throw isOther ? new Refusal(409, 'The job is in another state now. Look again.') : error;
}

const promote = (job: Job): Promise<void> => job.promote().catch(notInState);

/** Restores all attempts; the board's own retry would give the job only one. */
async function retry(job: Job): Promise<'failed' | 'completed'> {
  const state = await job.getState();
  if (state !== 'failed' && state !== 'completed') throw new Refusal(409, `A job that is ${state} needs no retry.`);
  await job.retry(state, { resetAttemptsMade: true }).catch(notInState);
  return state;
}

/** The jobs that had failed when this began, newest first; one that fails again meanwhile is not retried again. */
async function retryAllFailed(queue: Queue): Promise<{ retried: number; skipped: number }> {
  const failed = await queue.getFailedCount();
  const jobs = new Map<string, Job>();
  for (let start = 0; start < Math.min(failed, retryAllMax); start += pageSize)
    for (const job of await queue.getFailed(start, start + pageSize - 1)) jobs.set(job.id!, job);
  let retried = 0;
  for (const job of jobs.values()) {
    if ((await job.getState()) !== 'failed') continue;
    await job.retry('failed', { resetAttemptsMade: true });
    retried += 1;
  }
  return { retried, skipped: Math.max(0, failed - retried) };
}
