import { randomCode } from '../ids.ts';
import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { captureOf } from './captures.ts';
import { sendEvent } from './events.ts';
import { link } from './links.ts';
import { moneyOf } from './money.ts';
import { notFound } from './refusals.ts';
import type { Dispute } from './state.ts';

/** `GET /v1/customer/disputes/{id}`. @throws Refusal 404 */
export function getDispute(world: World, call: Call): Answer {
  const dispute = [...world.state.paypal.disputes.values()].find(({ id }) => id === call.param('id'));
  if (!dispute) throw notFound('dispute_id');
  return { status: 200, body: disputeDocument(world, dispute) };
}

/** The buyer complains, or PayPal decides: one dispute per capture. */
export function moveDispute(world: World, captureId: string, status: Dispute['status'], outcome?: string): Dispute {
  const capture = captureOf(world, captureId);
  const before = world.state.paypal.disputes.get(captureId);
  const dispute = { id: before?.id ?? `PP-D-${randomCode(8)}`, captureId, status, outcome };
  world.state.paypal.disputes.set(capture.id, dispute);
  const event = status === 'RESOLVED' ? 'RESOLVED' : before ? 'UPDATED' : 'CREATED';
  sendEvent(world, `CUSTOMER.DISPUTE.${event}`, 'dispute', disputeDocument(world, dispute));
  return dispute;
}

function disputeDocument(world: World, { id, captureId, status, outcome }: Dispute) {
  const { amountMinor, currency, customId } = captureOf(world, captureId);
  return {
    dispute_id: id,
    create_time: world.clock.iso(),
    update_time: world.clock.iso(),
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
    links: [link(world, `/v1/customer/disputes/${id}`, 'self')],
  };
}
