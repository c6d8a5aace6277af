/**
 * A step cannot read a provider's answer. It asks again, as after a back-off: the answer may have been cut off on its
 * way. After an hour a person decides, and sees the answer.
 */

import type { Failure, Unreadable } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import type { Topic } from '../../domain/timeline.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { keepAnswer } from '../../store/orders/evidence.ts';
import { note, notedSince } from '../../store/orders/timeline.ts';
import type { Context } from '../context/context.ts';

/** A step without an unreadable answer for this long counts as recovered: the rarest steps run once an hour. */
const wellAfterMs = 70 * 60_000;

/**
 * Notes one more unreadable answer. True when the same step has had them for so long that a person must look.
 * @param step names one stay in one state
 */
export const unreadableTooLong = (
  { store, now, config: { programErrorHorizonMs: horizonMs } }: Context,
  orderId: OrderId,
  step: string,
  { code, message }: Unreadable,
): Promise<boolean> =>
  store.transaction(async em => {
    const topic: Topic = `unreadable/${step}`;
    const since = await notedSince(em, orderId, topic, { now: now(), pauseMs: wellAfterMs });
    await note(em, orderId, 'tried', `an answer cannot be read, and is asked for again: ${message}`, { code, topic });
    return since !== null && now().getTime() - since.getTime() >= horizonMs;
  });

/** Stores the answer that came with a failure, if there was one; the order's page shows it. */
export async function keepAnswerOf(em: EntityManager, orderId: OrderId, step: string, failure: Failure): Promise<void> {
  const { answer, code, provider } = failure;
  if (answer === undefined) return;
  await keepAnswer(em, orderId, { step, reason: code, url: provider ?? '', answer });
}
