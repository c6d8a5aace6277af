import type { EntityManager } from '../store/database/entity-manager.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import { overpaidBy } from '../store/payouts/leg-worth.ts';
import { reduceLeg } from './cancel-payout.ts';

/**
 * The leg's money is with us: lowers the leg to what remains of its share, or cancels it. The caller owns the leg and
 * has locked the order.
 */
export async function fitToSale(em: EntityManager, leg: PayoutLeg): Promise<void> {
  const tooMuch = await overpaidBy(em, leg);
  if (tooMuch.amountMinor > 0n) await reduceLeg(em, leg, tooMuch);
}
