import { platformCurrency } from '../../domain/fees.ts';
import { isInDoubt } from '../../store/effects/effects.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import { clearReversalFreeze } from '../../transactions/halt-purchase.ts';
import { letGo } from '../../transactions/hold-for-cancellation.ts';
import { purchaseState, whenStopped } from '../../transactions/stop-order.ts';
import { type Context, later } from '../context/context.ts';
import { readSaleNow } from '../marketplace/recheck-sale.ts';
import { move, parkInDoubt, tooLate, wait } from '../step/order-step.ts';
import { lateness } from '../step/purchase-deadline.ts';
import { type Ended, ended } from '../step/stopped-early.ts';
import { oldestRate } from './supplier-prices.ts';

/** How often a requested cancellation is read again: its seller has days to decide. */
export const askAgainMs = 15 * 60_000;

/**
 * Asks the sale channel once more, right before anything is bought. Ends the step when the order may not be bought any
 * more. Undefined when it may, or when its purchase is in doubt: sending that again has its own check.
 */
export async function stopBeforeBuying(ctx: Context, order: Order, earlier: Effect | null): Promise<Ended | undefined> {
  const asked = order.frozenFor === 'CANCELLATION_ASKED';
  if (order.frozenFor && !asked) return ended(stopFrozen(ctx, order, earlier));
  const inDoubt = isInDoubt(earlier);
  if (inDoubt && !asked) return undefined;
  if (order.buyerErasedAt && !inDoubt) return ended(stopErased(ctx, order));
  const stale = inDoubt ? undefined : await letThroughLongAgo(ctx, order);
  if (stale) return stale;
  const sale = await readSaleNow(ctx, order);
  if (sale.state === 'open') return asked ? declined(ctx, order, earlier) : undefined;
  if (inDoubt && earlier)
    return ended(sale.state === 'undecided' ? waitInDoubt(ctx, order) : parkInDoubt(ctx, order, earlier, sale.note));
  switch (sale.state) {
    case 'cancelled':
      return ended(move(ctx, order, { ...whenStopped.cancelled.nothing, note: sale.note }));
    case 'undecided':
      return ended(wait(ctx, order, 'HOLD', { until: later(ctx, askAgainMs), note: sale.note }));
    case 'doubtful':
      return ended(move(ctx, order, { to: 'NEEDS_REVIEW', reason: sale.reason, note: sale.note }));
  }
}

/** An order that was let through long ago: its deadline may be over, or the rate behind its maximum too old. */
async function letThroughLongAgo(ctx: Context, order: Order): Promise<Ended | undefined> {
  const late = await lateness(ctx, order);
  if (late) return ended(tooLate(ctx, order, late));
  const { fxAsOf, saleCurrency } = order;
  if (saleCurrency === platformCurrency || !fxAsOf || fxAsOf >= oldestRate(ctx)) return undefined;
  const note = `it was let through with a rate of ${fxAsOf.toISOString()}, which is too old now`;
  return ended(wait(ctx, order, 'FX_RATE_MISSING', { note, until: ctx.now() }));
}

/** The seller declined the cancellation: ends its freeze. Another freeze may still stop the order. */
async function declined(ctx: Context, order: Order, earlier: Effect | null): Promise<Ended | undefined> {
  await ctx.transact((em, enqueue) => letGo(em, enqueue, order));
  return order.frozenFor ? ended(stopFrozen(ctx, order, earlier)) : undefined;
}

/** A purchase in doubt waits for the decision about a cancellation: sending it again may order the goods. */
export const waitInDoubt = (ctx: Context, order: Order): Promise<string> =>
  wait(ctx, order, 'CANCELLATION_ASKED', {
    until: later(ctx, askAgainMs),
    note: 'the buyer asks to cancel, and nobody knows whether goods were ordered: nothing is sent before that is decided',
  });

/** Without the buyer's address nothing can be sent. */
const stopErased = (ctx: Context, order: Order): Promise<string> =>
  move(ctx, order, { ...whenStopped.erased.nothing, note: 'its buyer was erased: refund the sale' });

/** The order was frozen while it was being bought. Where goods may have been ordered, a person must find out. */
export function stopFrozen(ctx: Context, order: Order, effect: Effect | null): Promise<string> {
  if (isInDoubt(effect) && effect) return parkInDoubt(ctx, order, effect, `the order is held: ${order.frozenFor}`);
  const note = `${order.frozenFor}: nothing more is bought`;
  const end = whenStopped.held[purchaseState(order, effect)];
  return move(ctx, order, { ...end, note }, { facts: clearReversalFreeze(order) });
}
