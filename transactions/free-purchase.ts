/**
 * What an order holds from the moment it is cleared for purchase: a reservation, a place within the limits, a frozen
 * price.
 */
import type { EntityManager } from '../store/database/entity-manager.ts';
import { isInDoubt, standingEffect, withdrawUnsent } from '../store/effects/effects.ts';
import type { Effect } from '../store/entities/money.ts';
import type { Order } from '../store/entities/order.ts';
import { release } from '../store/money/funding.ts';

/**
 * An order that stops holds nothing: it must be cleared again, by the facts of that time. It keeps everything while
 * goods are ordered, or may be. Returns true when nothing is held now. The caller owns the order.
 * @param known the standing purchase, where the caller has just read it
 */
export async function freePurchase(em: EntityManager, { id }: Order, known?: Effect | null): Promise<boolean> {
  const effect = known === undefined ? await standingEffect(em, 'buy', id) : known;
  if (effect?.status === 'DONE' || isInDoubt(effect)) return false;
  await withdrawUnsent(em, 'buy', id);
  await release(em, 'buy', id);
  return true;
}

/**
 * The supplier order is closed and was never paid, as the supplier or a person says: frees the reservation, whatever
 * the state of the effect. The caller owns the order.
 */
export const freeUnpaid = (em: EntityManager, { id }: Order): Promise<void> => release(em, 'buy', id);
