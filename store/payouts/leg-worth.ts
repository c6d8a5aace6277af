/**
 * What a leg that is not with its receiver is worth: what its sale is worth now. A refund cannot shrink a leg that is on
 * its way; when the leg comes back, and before it leaves again, the books are asked.
 */
import { legEvents } from '../../domain/ledger-event.ts';
import { type Money, max, min, money, zero } from '../../domain/money.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { type PayoutLeg, Sale } from '../entities/money.ts';
import { owedFrom } from '../money/current-account.ts';
import { isOfKind } from '../money/event-names.ts';
import { legAmount } from './legs.ts';

/**
 * How much of its amount a leg would pay too much, every leg counted as paid: what the legs of its order pay beyond
 * their beneficiary's share by the ledger, as far as the beneficiary owes it. What is owed from other sales is set off
 * where sales are booked, and not here. The caller has locked the order.
 */
export async function overpaidBy(em: EntityManager, leg: PayoutLeg): Promise<Money> {
  const nothing = zero(leg.currency);
  const { userId: seller } = await em.findOneOrFail(Sale, { id: leg.saleId });
  const owed = (await owedFrom(em, seller))[leg.beneficiary];
  return min(max(min(owed, await beyondShare(em, leg)), nothing), legAmount(leg));
}

/** What was set off when a sale was booked is paid by its legs as well, to nobody. */
async function beyondShare(em: EntityManager, { orderId, beneficiary, currency }: PayoutLeg): Promise<Money> {
  const [row] = await em.execute<{ beyond: string }[]>(
    `select (
       (select coalesce(sum(p.amount_minor), 0) from ledger_transactions t join ledger_postings p on p.transaction_id = t.id
          where t.order_id = ? and not ${isOfKind('t.event', legEvents)} and p.account = ? and p.currency = ?)
       + (select coalesce(sum(amount_minor), 0) from payout_legs
          where order_id = ? and beneficiary = ? and status <> 'CANCELLED')
       + (select coalesce(sum(set_off_minor), 0) from sales where order_id = ? and voided_at is null and ? = 'reseller')
     )::text as beyond`,
    [orderId, beneficiary, currency, orderId, beneficiary, orderId, beneficiary],
  );
  return money(BigInt(row?.beyond ?? 0), currency);
}
