/**
 * What an unpaid leg is worth by its sale now. A refund cannot shrink a leg that is on its way, so the books are asked
 * when the leg comes back, and before it leaves again.
 */

import type { UserId } from '../../domain/ids.ts';
import { legEvents } from '../../domain/ledger-event.ts';
import { type Money, max, min, money, zero } from '../../domain/money.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { PayoutLeg } from '../entities/money.ts';
import { currentAccounts, lockSellerOf } from '../money/current-account.ts';
import { isOfKind } from '../money/event-names.ts';
import { legAmount } from './legs.ts';

/**
 * By how much a leg would overpay, counting every leg as paid: the excess of the order's legs over the beneficiary's
 * share in the ledger, limited to what the beneficiary owes. Debts from other sales are set off when a sale is booked,
 * not here. The caller has locked the order.
 */
export async function overpaidBy(em: EntityManager, leg: PayoutLeg): Promise<Money> {
  const nothing = zero(leg.currency);
  const { owed, beyond } = await standing(em, leg, await lockSellerOf(em, leg));
  return min(max(min(owed, beyond), nothing), legAmount(leg));
}

/**
 * What the beneficiary owes of all sales, and the excess over their share of this one. An amount set off when the sale was
 * booked counts as paid, although no leg pays it.
 */
async function standing(
  em: EntityManager,
  { orderId, beneficiary, currency }: PayoutLeg,
  seller: UserId,
): Promise<{ owed: Money; beyond: Money }> {
  const [row] = await em.execute<{ owed: string; beyond: string }[]>(
    `select (select coalesce(sum(amount_minor), 0) from ${currentAccounts} and holder_id = ? and account = ? and currency = ?)::text as owed, (
       (select coalesce(sum(p.amount_minor), 0) from ledger_transactions t join ledger_postings p on p.transaction_id = t.id
          where t.order_id = ? and not ${isOfKind('t.event', legEvents)} and p.account = ? and p.currency = ?)
       + (select coalesce(sum(amount_minor), 0) from payout_legs
          where order_id = ? and beneficiary = ? and status <> 'CANCELLED')
       + (select coalesce(sum(set_off_minor), 0) from sales where order_id = ? and voided_at is null and ? = 'reseller')
     )::text as beyond`,
    [seller, beneficiary, currency, orderId, beneficiary, currency, orderId, beneficiary, orderId, beneficiary],
  );
  return { owed: money(BigInt(row?.owed ?? 0), currency), beyond: money(BigInt(row?.beyond ?? 0), currency) };
}
