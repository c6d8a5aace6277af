import Joi from 'joi';
import type { Provider } from '../domain/provider.ts';
import { rowId } from '../runtime/row-id.ts';

/** One thing to do, ready to be added: its id says for which entry into which state it was made. */
export type Job = { readonly queue: string; readonly id: string; readonly payload: Payload };

export type Payload<Key extends string = string> = Readonly<Record<Key, string>>;

/** The row that a job is for. `stateEntry`: how often it entered its state; `wake`: how often its job was made anew. */
export type Subject = { readonly id: string; readonly stateEntry: number; readonly wake: number };

/**
 * All a producer needs to know of a queue, and all the host needs to serve it. Payloads carry one id: never an amount,
 * an address or a token.
 */
export type QueueContract<Key extends string = string> = {
  readonly name: string;
  /** What the queue does, for the dashboard. */
  readonly description: string;
  /** Validated when a job is added and when it is taken. */
  readonly payload: Joi.ObjectSchema<Payload<Key>>;
  readonly key: Key;
  /** Tries before the job counts as failed; then the sweep makes a new one. */
  readonly attempts: number;
  /** First delay between tries; it doubles. */
  readonly backoffMs: number;
  /** Jobs at once in one process. */
  readonly concurrency: number;
  /** The processor's signal aborts after this long. */
  readonly deadlineMs: number;
  /**
   * Providers that every one of its jobs calls: while one of them does not answer, no job is taken. Where only some
   * jobs call it (a purchase reads its own sale channel, a payout goes by PayPal or Payoneer), those alone wait.
   */
  readonly needs: readonly Provider[];
  jobFor(subject: Subject): Job;
};

export function defineQueue<Key extends string>(options: {
  name: string;
  description: string;
  key: Key;
  attempts?: number;
  backoffMs?: number;
  concurrency?: number;
  deadlineMs?: number;
  needs?: readonly Provider[];
}): QueueContract<Key> {
  const { name, description, key, attempts = 5, backoffMs = 1_000, concurrency = 5 } = options;
  const { deadlineMs = 90_000, needs = [] } = options;
  const shape: Joi.SchemaMap = { [key]: rowId.required() };
  const payload = Joi.object<Payload<Key>>(shape).required();
  return {
    name,
    description,
    key,
    payload,
    attempts,
    backoffMs,
    concurrency,
    deadlineMs,
    needs,
    jobFor: ({ id, stateEntry, wake }) => ({
      queue: name,
      // BullMQ ignores an id that it still keeps, also as finished: a new entry or wake makes a new id.
      id: `${name}-${id}-${stateEntry}-${wake}`,
      payload: Joi.attempt({ [key]: id }, payload),
    }),
  };
}
