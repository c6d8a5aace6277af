import { formatMoney } from '../../domain/money.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Hindrance } from '../effects/intent.ts';
import type { PayoutLeg } from '../entities/money.ts';
import { overpaidBy } from './leg-worth.ts';

/**
 * Why a frozen payout request must not leave any more: its sale was refunded or reversed since, and the payout would
 * exceed what is left of the beneficiary's share.
 */
export async function legHindrance(em: EntityManager, leg: PayoutLeg): Promise<Hindrance | undefined> {
  const tooMuch = await overpaidBy(em, leg);
  if (tooMuch.amountMinor === 0n) return undefined;
  return { note: `money of its sale went back since, and it would pay ${formatMoney(tooMuch)} too much` };
}
