/**
 * A sale must be bought within `BUY_WITHIN_DAYS` of its payment, and by its marketplace's shipping date. After that
 * only a person lets the order continue: the decision gives it as many days again, whatever the shipping date is.
 */
import { dayMs } from '../../domain/durations.ts';
import type { WaitReason } from '../../domain/order.ts';
import { standingEffect } from '../../store/effects/effects.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Context } from '../context/context.ts';

/** Why the order is too late, and the effect of its purchase, if there is one. */
export type Late = { readonly note: string; readonly effect: Effect | null };

/** Waits of goods that are ordered: the supplier ends them, by closing an order that nobody pays. */
const endsAtSupplier: ReadonlySet<WaitReason> = new Set([
  'SUPPLIER_UNPAID',
  'SUPPLIER_REFUND_UNPROVEN',
  'CANCELLATION_ASKED',
]);

/** Until when the order may wait; null once its sale is booked and only its parcels are followed. */
export function deadlineOf({ config }: Context, order: Order): Date | null {
  const { saleBookedAt, lateAcceptedAt, paidAt, createdAt, shipBy } = order;
  if (saleBookedAt) return null;
  const ends = (from: Date): Date => new Date(from.getTime() + config.buyWithinDays * dayMs);
  if (lateAcceptedAt) return ends(lateAcceptedAt);
  const patience = ends(paidAt ?? createdAt);
  return shipBy && shipBy < patience ? shipBy : patience;
}

/** Why the order is too late, in words for a person; undefined while it is in time. */
export function lateNote(ctx: Context, order: Order): string | undefined {
  const deadline = deadlineOf(ctx, order);
  if (!deadline || ctx.now() <= deadline) return undefined;
  const { shipBy, lateAcceptedAt, waitReason } = order;
  const what =
    !lateAcceptedAt && shipBy && shipBy <= deadline
      ? `its marketplace wants it sent by ${shipBy.toISOString()}`
      : `it was not bought within ${ctx.config.buyWithinDays} days`;
  return waitReason ? `${what}, and it waits (${waitReason})` : what;
}

/** @param wanted the reason that the order is about to wait for */
export async function lateness(ctx: Context, order: Order, wanted?: WaitReason): Promise<Late | undefined> {
  const note = lateNote(ctx, order);
  if (note === undefined) return undefined;
  const effect = await ctx.store.read(em => standingEffect(em, 'buy', order.id));
  if (effect?.status === 'DONE' && wanted && endsAtSupplier.has(wanted)) return undefined;
  return { note, effect };
}
