import { platformCurrency } from '../../domain/fees.ts';
import { isInDoubt } from '../../store/effects/effects.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import { clearReversalFreeze } from '../../transactions/halt-purchase.ts';
import { letGo } from '../../transactions/hold-for-cancellation.ts';
import { purchaseState, whenStopped } from '../../transactions/stop-order.ts';
import { type Context, later } from '../context/context.ts';
import { readSaleNow } from '../marketplace/recheck-sale.ts';
import { type Ended, ended } from '../step/ended.ts';
import { move, parkInDoubt, tooLate, wait } from '../step/order-step.ts';
import { lateness } from '../step/purchase-deadline.ts';
import { oldestRate } from './supplier-prices.ts';

/** A cancellation that is asked for is decided by its seller, who has days: it is read again this often. */
export const askAgainMs = 15 * 60_000;

/**
 * Asks the sale channel once more, right before anything is bought. Ends the step when the order may not be bought any
 * more; nothing when it may, or when it may be bought already: what is sent again then asks for itself.
 */
export async function reasonNotToBuy(ctx: Context, order: Order, earlier: Effect | null): Promise<Ended | undefined> {
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

/** Let through, and not bought since: its time may be over, or the rate that its maximum was counted with. */
async function letThroughLongAgo(ctx: Context, order: Order): Promise<Ended | undefined> {
  const late = await lateness(ctx, order);
  if (late) return ended(tooLate(ctx, order, late));
  const { fxAsOf, saleCurrency } = order;
  if (saleCurrency === platformCurrency || !fxAsOf || fxAsOf >= oldestRate(ctx)) return undefined;
  const note = `it was let through at a rate of ${fxAsOf.toISOString()}, which is too old by now`;
  return ended(wait(ctx, order, 'FX_RATE_MISSING', { note, until: ctx.now() }));
}

/** The cancellation that held it was declined; something else may hold it all the same. */
async function declined(ctx: Context, order: Order, earlier: Effect | null): Promise<Ended | undefined> {
  await ctx.transact((em, enqueue) => letGo(em, enqueue, order));
  return order.frozenFor ? ended(stopFrozen(ctx, order, earlier)) : undefined;
}

/** Nobody knows whether goods were ordered, and a request that is sent again may order them. */
export const waitInDoubt = (ctx: Context, order: Order): Promise<string> =>
  wait(ctx, order, 'CANCELLATION_ASKED', {
    until: later(ctx, askAgainMs),
    note: 'the buyer asks to cancel, and nobody knows whether goods were ordered: nothing is sent before that is decided',
  });

/** There is nobody to send anything to. */
const stopErased = (ctx: Context, order: Order): Promise<string> =>
  move(ctx, order, { ...whenStopped.erased.nothing, note: 'its buyer was erased: refund the sale' });

/** Frozen while it was being bought. Whether goods were ordered may be open: only a person can tell then. */
export function stopFrozen(ctx: Context, order: Order, effect: Effect | null): Promise<string> {
  if (isInDoubt(effect) && effect) return parkInDoubt(ctx, order, effect, `the order is held: ${order.frozenFor}`);
  const note = `${order.frozenFor}: nothing more is bought`;
  const end = whenStopped.held[purchaseState(order, effect)];
  return move(ctx, order, { ...end, note }, { facts: clearReversalFreeze(order) });
}
