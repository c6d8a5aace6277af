import { type Money, negate, sum } from '../../domain/money.ts';
import type { CallOptions } from '../gate/checked-call.ts';
import { readAs } from '../wire/fields.ts';
import type { Exchanges } from './exchange.ts';
import { nextQuery, type Range } from './paging.ts';
import * as schema from './schema.ts';

/** A buyer's complaint. While it is open the money may be taken back. */
export type Dispute = {
  id: string;
  open: boolean;
  /** For a resolved dispute: who has the money now. */
  outcome?: 'seller' | 'buyer';
  /** `customId` comes from the payment's order at PayPal: ours is the id of our order. */
  payments: { captureId: string; customId?: string }[];
  /** PayPal's fees for the dispute so far, less those given back; absent where PayPal lists none. */
  fee?: Money;
};

/** Outcomes that leave the money with the seller; after any other the buyer may have it. */
const sellerKeeps: ReadonlySet<string> = new Set(['RESOLVED_SELLER_FAVOUR', 'CANCELED_BY_BUYER', 'DENIED', 'NONE']);

/** Movements that are fees; the others are the disputed money itself, which a refund or a reversal reports. */
const feeReasons: ReadonlySet<string> = new Set(['DISPUTE_FEE', 'CHARGEBACK_FEE', 'DISPUTE_SETTLEMENT_FEE']);

export function toDispute(wire: schema.WireDispute): Dispute {
  const { dispute_id: id, status, disputed_transactions, dispute_outcome, money_movements = [] } = wire;
  const payments = disputed_transactions.flatMap(({ seller_transaction_id: captureId, custom: customId }) =>
    captureId ? [{ captureId, ...(customId ? { customId } : {}) }] : [],
  );
  if (payments.length === 0) throw new TypeError('a dispute is about a payment');
  const fee = feeOf(money_movements);
  const facts = { id, payments, ...(fee ? { fee } : {}) };
  if (status !== 'RESOLVED') return { ...facts, open: true };
  const outcome = sellerKeeps.has(dispute_outcome?.outcome_code ?? '') ? 'seller' : 'buyer';
  return { ...facts, open: false, outcome };
}

function feeOf(movements: readonly schema.WireMovement[]): Money | undefined {
  const fees = movements.flatMap(({ affected_party: party, amount, type, reason = '' }) =>
    party === 'SELLER' && amount && feeReasons.has(reason) ? [type === 'CREDIT' ? negate(amount) : amount] : [],
  );
  return fees[0] && sum(fees, fees[0].currency);
}

const dispute = readAs(schema.dispute, toDispute);

const path = '/v1/customer/disputes';

/** Disputes v1, the reading side. */
export function disputeCalls({ reading, get }: Exchanges) {
  async function getDispute(disputeId: string, options: CallOptions = {}): Promise<Dispute> {
    return get(reading(options), `${path}/${encodeURIComponent(disputeId)}`, dispute);
  }

  /** One page of the disputes that changed in that time, which is in the last 180 days; `pageSize` ≤ 50. */
  async function listDisputes(
    { from, to, pageSize, next }: Range,
    options: CallOptions = {},
  ): Promise<{ disputeIds: string[]; next?: string }> {
    const range = { update_time_after: from.toISOString(), update_time_before: to.toISOString() };
    const query = next ?? new URLSearchParams({ ...range, page_size: `${pageSize}` }).toString();
    const page = await get(reading(options), `${path}?${query}`, schema.disputes);
    return { disputeIds: page.items.map(item => item.dispute_id), ...nextQuery(page.links) };
  }

  return { getDispute, listDisputes };
}
