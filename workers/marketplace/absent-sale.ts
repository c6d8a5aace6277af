/**
 * A sale that its marketplace does not show to its own account: it says that there is none, or that it is somebody
 * else's. New sales are not there at once everywhere, and answers go wrong: it is believed when a second reading ten
 * minutes later says it too.
 */

import { type Failure, NotNow, NotThere, Terminal } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import type { Topic } from '../../domain/timeline.ts';
import { note, notedAt } from '../../store/orders/timeline.ts';
import type { Context } from '../context/context.ts';

export const secondReadingMs = 10 * 60_000;

/** A "no" to the question for a sale. */
export const saysAbsent = (error: unknown): error is Terminal | NotThere =>
  error instanceof Terminal || error instanceof NotThere;

/** Whether it was said so long ago for the first time that it is believed now. */
export const isBelieved = ({ now }: Context, since: Date): boolean =>
  now().getTime() - since.getTime() >= secondReadingMs;

/**
 * An order's sale is not there, right before it is bought for. Gives nothing where that is to be believed.
 * @throws NotNow until the second reading
 */
export async function absentForNow(ctx: Context, orderId: OrderId, step: string, failure: Failure): Promise<void> {
  const topic: Topic = `absent/${step}`;
  const since = await ctx.store.transaction(async em => {
    const before = await notedAt(em, orderId, topic);
    if (!before)
      await note(em, orderId, 'tried', `the sale cannot be read back, and is read again: ${failure.message}`, {
        code: failure.code,
        topic,
      });
    return before ?? ctx.now();
  });
  if (isBelieved(ctx, since)) return;
  throw new NotNow('SALE_NOT_THERE', failure.message, { retryAfterMs: secondReadingMs, cause: failure });
}
