import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../runtime/logger.ts';
import type { Backend } from './backend.ts';
import { openProducer, type Producer } from './producer.ts';
import { isRedisAway } from './wait-for-redis.ts';

/** How often Redis is tried. A queue that is opened before its connection is up never works, so none is. */
const retryMs = 1_000;

type LateProducer = Pick<Producer, 'addAll' | 'close'> & {
  /** Why this Redis gets no jobs; undefined when it gets them, or was not reached yet. */
  refusal(): string | undefined;
};

/**
 * A producer for a process that must not wait for Redis. Until Redis is there no job is added: the rows are committed,
 * and the sweep finds them. The policy is checked at the first connection: a Redis that evicts keys gets no jobs, and
 * `refusal` says why.
 * @throws when Redis is there and would evict jobs
 */
export async function openLateProducer(
  open: () => Promise<Backend>,
  log: Pick<Logger, 'warn' | 'error'>,
): Promise<LateProducer> {
  const closing = new AbortController();
  let backend: Backend | undefined;
  let producer: Producer | undefined;
  let refusal: string | undefined;

  const connect = async () => {
    backend = await open();
    producer = openProducer(backend, log);
    refusal = undefined;
  };
  const note = (error: unknown) => {
    const isRefused = !isRedisAway(error);
    if (!isRefused) return log.warn({ err: error }, 'Redis is away: what is to be done is stored, and added later');
    refusal = error instanceof Error ? error.message : String(error);
    log.error({ err: error }, 'this Redis gets no jobs');
  };
  const connectLater = async () => {
    while (!producer && !closing.signal.aborted) {
      await sleep(retryMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (!closing.signal.aborted) await connect().catch(note);
    }
  };

  let connecting: Promise<void> | undefined;
  await connect().catch((error: unknown) => {
    if (!isRedisAway(error)) throw error;
    note(error);
    connecting = connectLater();
  });
  return {
    refusal: () => refusal,
    async addAll(jobs) {
      if (producer) return producer.addAll(jobs);
      for (const { id } of jobs) log.warn({ job: id }, 'job not added; the sweep will add it');
    },
    async close() {
      closing.abort();
      await connecting;
      await producer?.close();
      await backend?.close();
    },
  };
}
