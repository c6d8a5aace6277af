/**
 * Where an order goes that may no longer be bought, by how far its purchase has come:
 *
 *                nothing ordered     in doubt                    ordered
 *   cancelled    CANCELLED           CANCELLED_AFTER_PURCHASE    CANCELLED_AFTER_PURCHASE
 *   erased       BUYER_ERASED        BUYER_ERASED                goes on: the supplier has the address
 *   held         PAYMENT_REVERSED    PAYMENT_REVERSED            PAYMENT_REVERSED
 *
 * CANCELLED is the order's end; the others are reasons of NEEDS_REVIEW. The purchase job itself does not use the middle
 * column: it looks up a purchase in doubt, and parks one that it cannot prove.
 */
import type { Json } from '../domain/json.ts';
import type { ReviewReason } from '../domain/order.ts';
import { advance, type Enqueue } from '../queues/transact.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import { isInDoubt, standingEffect } from '../store/effects/effects.ts';
import type { Effect } from '../store/entities/money.ts';
import type { Order } from '../store/entities/order.ts';
import { freePurchase } from './free-purchase.ts';

export type PurchaseState = 'nothing' | 'unknown' | 'ordered';

/** What is known of its goods: ordered through us, or supplied by another way. @param buy the standing purchase */
export function purchaseState({ status, suppliedByHandAt }: Order, buy: Effect | null): PurchaseState {
  if (status === 'PURCHASED' || buy?.status === 'DONE' || suppliedByHandAt) return 'ordered';
  return isInDoubt(buy) ? 'unknown' : 'nothing';
}

/**
 * `cancelled`: the buyer or the seller cancelled the sale. `erased`: the buyer is to be erased. `held`: the payment was
 * refunded or reversed, or is disputed.
 */
type WhyStopped = 'cancelled' | 'erased' | 'held';
type End = { readonly to: 'CANCELLED' } | { readonly to: 'NEEDS_REVIEW'; readonly reason: ReviewReason };

const review = <Reason extends ReviewReason>(reason: Reason) => ({ to: 'NEEDS_REVIEW', reason }) as const;

export const whenStopped = {
  cancelled: {
    nothing: { to: 'CANCELLED' },
    unknown: review('CANCELLED_AFTER_PURCHASE'),
    ordered: review('CANCELLED_AFTER_PURCHASE'),
  },
  erased: { nothing: review('BUYER_ERASED'), unknown: review('BUYER_ERASED'), ordered: null },
  held: {
    nothing: review('PAYMENT_REVERSED'),
    unknown: review('PAYMENT_REVERSED'),
    ordered: review('PAYMENT_REVERSED'),
  },
} as const satisfies Record<WhyStopped, Record<PurchaseState, End | null>>;

export type Told = { note: string; evidence?: Json };

/**
 * Stops an order as the table above says, and frees the reservation of a purchase that was never sent. The caller owns
 * the order.
 * @param told the note in the timeline, and the details for a person
 */
export async function stopOrder(
  em: EntityManager,
  enqueue: Enqueue,
  order: Order,
  why: WhyStopped,
  told: (state: PurchaseState, buy: Effect | null) => Told | Promise<Told>,
): Promise<void> {
  const buy = await standingEffect(em, 'buy', order.id);
  const state = purchaseState(order, buy);
  const end: End | null = whenStopped[why][state];
  if (!end) return;
  await freePurchase(em, order, buy);
  await advance(em, enqueue, order, { ...end, ...(await told(state, buy)) });
}
