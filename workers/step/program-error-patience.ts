import type { OrderId } from '../../domain/ids.ts';
import type { Topic } from '../../domain/timeline.ts';
import { notedAt, noteOnce } from '../../store/orders/timeline.ts';
import type { Context } from '../context/context.ts';

/**
 * Notes that a bug of ours stops a step. The step is tried again, as after a back-off: the cause may pass, or a new
 * release may fix it. Answers whether the bug has lasted so long that a person must look. `step` names one stay in one
 * state, so that bugs in an earlier stay do not count.
 */
export async function stoppedTooLong(ctx: Context, orderId: OrderId, step: string, error: unknown): Promise<boolean> {
  const topic: Topic = `program-error/${step}`;
  const since = await ctx.store.transaction(async em => {
    await noteOnce(em, orderId, topic, `a bug of ours (${bugName(error)}) stops this; it is tried again`);
    return notedAt(em, orderId, topic);
  });
  return since !== null && ctx.now().getTime() - since.getTime() >= ctx.config.programErrorHorizonMs;
}

/** The error's class and code only: the message of a failed query quotes its data. */
export function bugName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name;
}
