import type { EntityManager } from '../store/database/entity-manager.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import { overpaidBy } from '../store/payouts/leg-worth.ts';
import { reduceLeg } from './cancel-payout.ts';

/** Its money is with us: it pays what is left of its share, or is cancelled. The caller owns it and has locked the order. */
export async function fitToSale(em: EntityManager, leg: PayoutLeg): Promise<void> {
  const tooMuch = await overpaidBy(em, leg);
  if (tooMuch.amountMinor > 0n) await reduceLeg(em, leg, tooMuch);
}
