/**
 * A sale is bought within so many days of its payment, and by the day on which its marketplace wants it sent. Later, only
 * a person lets it go on: whoever decides about it gives it as many days again, whatever its marketplace wants.
 */
import { dayMs } from '../../domain/durations.ts';
import type { WaitReason } from '../../domain/order.ts';
import { standingEffect } from '../../store/effects/effects.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Context } from '../context/context.ts';

/** What is too late, and what stands of its purchase. */
export type Late = { readonly note: string; readonly effect: Effect | null };

/** Goods that are ordered are followed in these, until the supplier closes what nobody pays: they end with that. */
const endsAtSupplier: ReadonlySet<WaitReason> = new Set([
  'SUPPLIER_UNPAID',
  'SUPPLIER_REFUND_UNPROVEN',
  'CANCELLATION_ASKED',
]);

/** Until when it may wait; nothing where the sale is booked, and its parcels alone are followed. */
export function deadlineOf({ config }: Context, order: Order): Date | null {
  const { saleBookedAt, lateAcceptedAt, paidAt, createdAt, shipBy } = order;
  if (saleBookedAt) return null;
  const ends = (from: Date): Date => new Date(from.getTime() + config.buyWithinDays * dayMs);
  if (lateAcceptedAt) return ends(lateAcceptedAt);
  const patience = ends(paidAt ?? createdAt);
  return shipBy && shipBy < patience ? shipBy : patience;
}

/** Why it is too late, in words for a person. */
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

/** @param wanted what it is about to wait for */
export async function lateness(ctx: Context, order: Order, wanted?: WaitReason): Promise<Late | undefined> {
  const note = lateNote(ctx, order);
  if (note === undefined) return undefined;
  const effect = await ctx.store.read(em => standingEffect(em, 'buy', order.id));
  if (effect?.status === 'DONE' && wanted && endsAtSupplier.has(wanted)) return undefined;
  return { note, effect };
}
