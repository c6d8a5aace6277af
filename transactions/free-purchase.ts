/** What an order holds from the moment it is let through to be bought: money, a place within the limits, a price. */
import type { EntityManager } from '../store/database/entity-manager.ts';
import { isInDoubt, standingEffect, withdrawUnsent } from '../store/effects/effects.ts';
import type { Order } from '../store/entities/order.ts';
import { release } from '../store/money/funding.ts';

/**
 * An order that leaves the road holds nothing: it must be let through again, by what is true then. It keeps all of it
 * where goods are ordered, or may be. True when nothing is held now. The caller owns the order.
 */
export async function freePurchase(em: EntityManager, { id }: Order): Promise<boolean> {
  const effect = await standingEffect(em, 'buy', id);
  if (effect?.status === 'DONE' || isInDoubt(effect)) return false;
  await withdrawUnsent(em, 'buy', id);
  await release(em, 'buy', id);
  return true;
}

/**
 * What was ordered is closed, and nobody ever paid for it: by the supplier's word or a person's. Its sum is free, however
 * its effect stands. The caller owns the order.
 */
export const freeUnpaid = (em: EntityManager, { id }: Order): Promise<void> => release(em, 'buy', id);
