/**
 * What becomes of a step that asked a provider and cannot read the answer. It is asked again, as after a back-off: the
 * answer may have been cut off on its way. When this has gone on for an hour, a person decides, and has the answer
 * before them.
 */

import type { Failure, Unreadable } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import type { Topic } from '../../domain/timeline.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { keepAnswer } from '../../store/orders/evidence.ts';
import { note, notedSince } from '../../store/orders/timeline.ts';
import type { Context } from '../context/context.ts';

/** A step that met none for so long was well in between: what is looked at rarely is looked at once an hour. */
const wellAfterMs = 70 * 60_000;

/**
 * Notes one more answer that cannot be read. Says whether the same step has met them for so long that a person must
 * look.
 * @param step names the stay in one state
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

/** Keeps the answer that came with a failure, if one did, where the order's page shows it. */
export async function keepAnswerOf(em: EntityManager, orderId: OrderId, step: string, failure: Failure): Promise<void> {
  const { answer, code, provider } = failure;
  if (answer === undefined) return;
  await keepAnswer(em, orderId, { step, reason: code, url: provider ?? '', answer });
}
