import { isFailure } from '../../domain/call-outcome.ts';
import type { QueueContract } from '../define-queue.ts';

const longestMs = 60_000;

/** The name of no strategy of BullMQ's own: it asks the worker. */
export const backOffType = 'as the worker says';

/** How long a job waits after its n-th failed try: doubling from the first, longer when the provider asks for it. */
export function backOffMs({ backoffMs }: Pick<QueueContract, 'backoffMs'>, tries: number, error?: unknown): number {
  const askedMs = isFailure(error) ? (error.retryAfterMs ?? 0) : 0;
  return Math.min(Math.max(backoffMs * 2 ** (tries - 1), askedMs), longestMs);
}
