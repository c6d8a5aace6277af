/**
 * The only file that knows BullMQ's Worker. One job is one visible line of steps:
 *
 *   decode → deadline → perform → classify → act → log
 *
 * and how it ends is one of five:
 *
 *   done       the processor answered; its sentence is the job's return value
 *   held       NotNow: nothing was tried, and the job waits for its provider; or the process ended during the job, and
 *              the next process continues it. No attempt is used up
 *   back off   Retryable, or the database was away: thrown, BullMQ tries again later, and the sweep after that
 *   refused    a Terminal that no processor turned into a state of the order, or an invalid payload: not tried again
 *   bug        anything else: tried again like a back-off, logged as an error
 */
import { type Job as BullJob, DelayedError, UnrecoverableError } from 'bullmq';
import { isFailure, NotNow } from '../../domain/call-outcome.ts';
import { catalogue, type QueueName } from '../../queues/catalogue.ts';
import type { Payload, QueueContract } from '../../queues/define-queue.ts';
import { backOffMs } from '../../queues/engine/back-off.ts';
import type { Backend } from '../../queues/engine/backend.ts';
import type { Context, Surroundings } from '../context/context.ts';
import { endParts, ProcessEnds } from '../context/shutdown-signals.ts';
import { processors as ours } from '../processors.ts';
import { meaningOf } from '../step/error-meaning.ts';
import { followProviders, type Served } from './provider-backpressure.ts';

/** Another worker takes over a killed worker's job after four to six seconds; BullMQ's defaults take sixty. */
export const takeOver = { lockMs: 5_000, stalledCheckMs: 2_000 } as const;
/** The effect rows, not BullMQ, decide what may run again: a job that stalls often is still run. */
const stallsMax = 1_000;

/** A queue's contract and the processor that runs its jobs. */
type Service = {
  readonly contract: QueueContract;
  readonly processor: (payload: never, context: Context) => Promise<string>;
};
/** Tests serve contracts and processors of their own. */
type Services = {
  readonly contracts?: Readonly<Record<QueueName, QueueContract>>;
  readonly processors?: Readonly<Record<QueueName, Service['processor']>>;
};

type Outcome = 'done' | 'held' | 'back off' | 'refused' | 'bug';

/** `ending` is aborted when the process ends: a job that a deploy interrupts has not failed. */
function classify(error: unknown, ending: AbortSignal): Exclude<Outcome, 'done'> {
  if (error instanceof UnrecoverableError) return 'refused';
  const { kind } = meaningOf(error);
  switch (kind) {
    case 'not-now':
      return 'held';
    case 'refused':
      return 'refused';
    case 'unreadable':
    case 'reconnect':
    case 'not-permitted':
    case 'retry':
    case 'uncertain':
    case 'unproven':
    case 'database-away':
      return ending.aborted ? 'held' : 'back off';
    // Processors handle a lost claim themselves: one that reaches this place is a bug.
    case 'lost':
    case 'bug':
      return ending.aborted ? 'held' : 'bug';
  }
}

function decode(contract: QueueContract, job: BullJob): Payload {
  const { value, error } = contract.payload.validate(job.data, { convert: false });
  if (error) throw new UnrecoverableError(`the payload does not fit ${contract.name}: ${error.message}`);
  return value;
}

async function perform({ contract, processor }: Service, job: BullJob, surroundings: Surroundings, stop: AbortSignal) {
  const payload = decode(contract, job);
  const signal = AbortSignal.any([stop, AbortSignal.timeout(contract.deadlineMs)]);
  return processor(payload as never, { ...surroundings, signal });
}

/** A job from BullMQ: `token` is the token of its lock, and `lost` aborts when another worker may have the lock. */
type Taken = { readonly job: BullJob; readonly token: string | undefined; readonly lost: AbortSignal | undefined };

/** Runs one job from taking it to its one wide log line. */
async function run(
  service: Service,
  { job, token, lost }: Taken,
  surroundings: Surroundings,
  ending: AbortSignal,
): Promise<string> {
  const startedAt = performance.now();
  const line = { queue: service.contract.name, jobId: job.id, ...job.data, attempt: job.attemptsMade + 1 };
  const durationMs = () => Math.round(performance.now() - startedAt);
  try {
    const answer = await perform(service, job, surroundings, lost ? AbortSignal.any([ending, lost]) : ending);
    surroundings.log.info({ ...line, outcome: 'done', answer, durationMs: durationMs() }, 'job');
    return answer;
  } catch (error) {
    const outcome = classify(error, ending);
    const code = isFailure(error) ? error.code : undefined;
    const ended = { ...line, outcome, code, durationMs: durationMs() };
    if (outcome === 'held') {
      const retryAfterMs = error instanceof NotNow ? error.retryAfterMs : backOffMs(service.contract, 1, error);
      surroundings.log.info({ ...ended, retryAfterMs, err: error }, 'job');
      await job.moveToDelayed(Date.now() + retryAfterMs, token);
      throw new DelayedError(String(error));
    }
    surroundings.log[outcome === 'bug' ? 'error' : 'warn']({ ...ended, err: error }, 'job');
    if (outcome === 'refused') throw new UnrecoverableError(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

export type Host = { close(): Promise<void> };

/** Starts one worker per queue. `close` takes no more jobs, and waits for the running ones. */
export function startHost(
  backend: Backend,
  names: readonly QueueName[],
  surroundings: Surroundings,
  { contracts = catalogue, processors = ours }: Services = {},
): Host {
  const stopping = new AbortController();
  const served = names.map((name): Served => {
    const contract = contracts[name];
    const service = { contract, processor: processors[name] };
    const worker = backend.openWorker(
      contract,
      (job: BullJob, token, lost) => run(service, { job, token, lost }, surroundings, stopping.signal),
      {
        concurrency: contract.concurrency,
        lockDuration: takeOver.lockMs,
        stalledInterval: takeOver.stalledCheckMs,
        maxStalledCount: stallsMax,
      },
    );
    worker.on('error', error => surroundings.log.warn({ queue: name, err: error }, 'worker error'));
    worker.on('lockRenewalFailed', jobs => {
      surroundings.log.warn({ queue: name, jobs }, 'lock lost: another worker may have the job');
      for (const job of jobs) worker.cancelJob(job, 'lock lost');
    });
    return { contract, worker };
  });
  const unfollow = surroundings.gate && followProviders(surroundings.gate, served, surroundings.log);
  return {
    close: async () => {
      unfollow?.();
      const patienceMs = surroundings.config.shutdownDeadlineMs * endParts.patience;
      const patience = setTimeout(() => stopping.abort(new ProcessEnds()), patienceMs);
      await Promise.all(served.map(({ worker }) => worker.close()));
      clearTimeout(patience);
      stopping.abort();
    },
  };
}
