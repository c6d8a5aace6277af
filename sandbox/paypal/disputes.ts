import { randomCode } from '../ids.ts';
import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { book } from './balances.ts';
import { captureOf } from './captures.ts';
import { sendEvent } from './events.ts';
import { link } from './links.ts';
import { moneyOf } from './money.ts';
import { invalidRequest, notFound } from './refusals.ts';
import type { Capture, Dispute, DisputeFee } from './state.ts';

/** `GET /v1/customer/disputes/{id}`. @throws Refusal 404 */
export function getDispute(world: World, call: Call): Answer {
  const dispute = [...world.state.paypal.disputes.values()].find(({ id }) => id === call.param('id'));
  if (!dispute) throw notFound('dispute_id');
  return { status: 200, body: disputeDocument(world, dispute) };
}

/** `GET /v1/customer/disputes`: the newest first, in short; pages of 50 at most. */
export function listDisputes(world: World, call: Call): Answer {
  const { query } = call;
  const perPage = Number(query.get('page_size') ?? 10);
  if (!Number.isInteger(perPage) || perPage < 1 || perPage > 50)
    throw invalidRequest('INVALID_PARAMETER_VALUE', 'page_size');
  const after = timeOf(query.get('update_time_after'), 0);
  const before = timeOf(query.get('update_time_before'), Number.POSITIVE_INFINITY);
  const found = [...world.state.paypal.disputes.values()]
    .filter(({ updatedAt }) => Date.parse(updatedAt) >= after && Date.parse(updatedAt) <= before)
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  const first = Number(query.get('next_page_token') ?? 0);
  const items = found.slice(first, first + perPage).map(dispute => summaryOf(disputeDocument(world, dispute)));
  const links = [link(world, `${call.path}?${query}`, 'self')];
  if (found.length > first + perPage) {
    const next = new URLSearchParams(query);
    next.set('next_page_token', `${first + perPage}`);
    links.push(link(world, `${call.path}?${next}`, 'next'));
  }
  return { status: 200, body: { ...(items.length > 0 ? { items } : {}), links } };
}

function timeOf(text: string | null, fallback: number): number {
  if (text === null) return fallback;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw invalidRequest('INVALID_PARAMETER_VALUE', 'update_time');
  return at;
}

/** A list names neither the payments nor what was taken. */
function summaryOf(dispute: ReturnType<typeof disputeDocument>) {
  const { disputed_transactions: _, dispute_outcome: __, money_movements: ___, ...summary } = dispute;
  return summary;
}

export type DisputeMove = {
  readonly captureId: string;
  readonly status: Dispute['status'];
  readonly outcome?: string;
  /** What PayPal takes for it now; negative gives it back. */
  readonly feeMinor?: bigint;
};

/** What PayPal takes from a seller who has lost a dispute, unless told otherwise. */
const lostDisputeFee = 1_500n;

/** The buyer complains, or PayPal decides: one dispute per capture. */
export function moveDispute(world: World, { captureId, status, outcome, feeMinor }: DisputeMove): Dispute {
  const capture = captureOf(world, captureId);
  const before = world.state.paypal.disputes.get(captureId);
  const updatedAt = world.clock.iso();
  const createdAt = before?.createdAt ?? updatedAt;
  const id = before?.id ?? `PP-D-${randomCode(8)}`;
  const fee = feeMinor ?? (outcome === 'RESOLVED_BUYER_FAVOUR' ? lostDisputeFee : 0n);
  const earlier = before?.fees ?? [];
  const fees = fee === 0n ? earlier : [...earlier, { amountMinor: fee, at: updatedAt }];
  if (fee !== 0n) charge(world, capture, `${id}-${fees.length}`, fee);
  const dispute = { id, captureId, status, outcome, createdAt, updatedAt, fees };
  world.state.paypal.disputes.set(capture.id, dispute);
  const event = status === 'RESOLVED' ? 'RESOLVED' : before ? 'UPDATED' : 'CREATED';
  sendEvent(world, `CUSTOMER.DISPUTE.${event}`, 'dispute', disputeDocument(world, dispute));
  return dispute;
}

function charge(world: World, { id, orderId, customId, currency }: Capture, reference: string, minor: bigint): void {
  book(world, currency, -minor);
  world.books.record({
    kind: 'dispute-fee',
    provider: 'paypal',
    key: id,
    reference,
    amountMinor: minor,
    currency,
    detail: { orderId, customId },
  });
}

const movementOf = ({ amountMinor, at }: DisputeFee, currency: string) => ({
  affected_party: 'SELLER',
  amount: moneyOf(amountMinor < 0n ? -amountMinor : amountMinor, currency),
  initiated_time: at,
  type: amountMinor < 0n ? 'CREDIT' : 'DEBIT',
  reason: 'DISPUTE_FEE',
});

function disputeDocument(world: World, dispute: Dispute) {
  const { id, captureId, status, outcome, createdAt, updatedAt, fees } = dispute;
  const { amountMinor, currency, customId } = captureOf(world, captureId);
  return {
    dispute_id: id,
    create_time: createdAt,
    update_time: updatedAt,
    disputed_transactions: [
      {
        seller_transaction_id: captureId,
        gross_amount: moneyOf(amountMinor, currency),
        ...(customId === undefined ? {} : { custom: customId }),
      },
    ],
    reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED',
    status,
    dispute_amount: moneyOf(amountMinor, currency),
    dispute_life_cycle_stage: 'INQUIRY',
    ...(outcome === undefined ? {} : { dispute_outcome: { outcome_code: outcome } }),
    ...(fees.length === 0 ? {} : { money_movements: fees.map(fee => movementOf(fee, currency)) }),
    links: [link(world, `/v1/customer/disputes/${id}`, 'self')],
  };
}
