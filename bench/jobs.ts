import type { Writable } from 'node:stream';
import { openBackend } from '../queues/engine/backend.ts';
import { openProducer, type Producer } from '../queues/engine/producer.ts';
import { createLogger } from '../runtime/logger.ts';
import type { System } from '../runtime/system/supervisor.ts';

/** The queues of a system that is measured, as a program beside its workers. */
export async function openJobs({ config, databaseUrl }: System, to: Writable) {
  const log = createLogger('bench', 'warn', { write: line => void to.write(line) });
  const redis = config.redis === undefined ? {} : { redis: config.redis };
  const backend = await openBackend({ databaseUrl, ...redis, workers: 0, log });
  const producer: Producer = openProducer(backend, log);
  const close = async () => {
    await producer.close();
    await backend.close();
  };
  return { producer, close };
}
