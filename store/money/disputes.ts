import { randomUUID } from 'node:crypto';
import { Unreadable } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import { type LedgerEvent, ledgerEvent } from '../../domain/ledger-event.ts';
import { type Money, money } from '../../domain/money.ts';
import type { Channel } from '../../domain/sale-channel.ts';
import { timeOf } from '../database/clock.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Dispute } from '../entities/money.ts';

export type DisputeNews = {
  /** The channel where the dispute is held. */
  provider: Channel;
  /** PayPal's number of the dispute. A marketplace dispute has no number: its payment's reference is used. */
  reference: string;
  status: Dispute['status'];
  /** PayPal's fee for the dispute so far, less what it returned. */
  fee: Money;
};

/** The change of the fee, and the ledger event of that change. */
type FeeChange = { event: LedgerEvent; amount: Money };

/**
 * Stores what the provider reports of one dispute. A PayPal dispute of several payments is kept with the first of them,
 * which alone bears its fee. Locks the dispute, so that each change of the fee is returned once.
 */
export async function recordDispute(
  em: EntityManager,
  orderId: OrderId,
  { provider, reference, status, fee }: DisputeNews,
): Promise<FeeChange | undefined> {
  await em.execute(
    `insert into disputes (id, provider, reference, order_id, status, fee_currency) values (?, ?, ?, ?, ?, ?)
     on conflict (reference) do nothing`,
    [randomUUID(), provider, reference, orderId, status, fee.currency],
  );
  await em.execute('select id from disputes where reference = ? for no key update', [reference]);
  const dispute = await em.findOneOrFail(Dispute, { reference });
  if (dispute.orderId !== orderId) return undefined;
  // Where the old or the new fee is zero, its currency has no meaning.
  const nothing = fee.amountMinor === 0n;
  const feeCurrency = nothing ? dispute.feeCurrency : fee.currency;
  if (!nothing && dispute.feeMinor !== 0n && fee.currency !== dispute.feeCurrency)
    throw new Unreadable(
      'DISPUTE_FEE_CURRENCY',
      `dispute ${reference} cost ${dispute.feeCurrency} so far, and costs ${fee.currency} now`,
    );
  const change = fee.amountMinor - dispute.feeMinor;
  const feeChanges = dispute.feeChanges + (change === 0n ? 0 : 1);
  await em.nativeUpdate(
    Dispute,
    { id: dispute.id },
    { status, feeMinor: fee.amountMinor, feeCurrency, feeChanges, updatedAt: timeOf(em) },
  );
  if (change === 0n) return undefined;
  return { event: ledgerEvent.disputeFee(reference, feeChanges), amount: money(change, feeCurrency) };
}

/** Whether a dispute of the order's payment is open. */
export const isDisputed = async (em: EntityManager, orderId: OrderId): Promise<boolean> =>
  (await em.count(Dispute, { orderId, status: 'OPEN' })) > 0;
