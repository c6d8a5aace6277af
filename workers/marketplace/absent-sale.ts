/**
 * A marketplace says that a sale does not exist, or belongs to another account. New sales do not appear everywhere at
 * once, and answers may be wrong: so this is believed only when a second reading ten minutes later says the same.
 */

import { type Failure, NotNow, NotThere, Terminal } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import type { Topic } from '../../domain/timeline.ts';
import { note, notedAt } from '../../store/orders/timeline.ts';
import type { Context } from '../context/context.ts';

export const secondReadingMs = 10 * 60_000;

/** Whether the failed read says that the sale does not exist for this account. */
export const saysAbsent = (error: unknown): error is Terminal | NotThere =>
  error instanceof Terminal || error instanceof NotThere;

/** Whether the first "no" is old enough to believe the present one. */
export const isBelieved = ({ now }: Context, since: Date): boolean =>
  now().getTime() - since.getTime() >= secondReadingMs;

/**
 * Right before a purchase the order's sale cannot be found. Returns when that is to be believed.
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
