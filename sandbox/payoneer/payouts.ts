import { toDecimal, toMinor } from '../decimal.ts';
import { randomDigits } from '../ids.ts';
import { bare } from '../json.ts';
import type { Answer, Call } from '../operation.ts';
import { isShape, listAt, type Shape } from '../shape.ts';
import type { World } from '../world.ts';
import { payoutNotFound, refusal } from './refusals.ts';
import type { PayoneerPayout } from './state.ts';

/** `POST …/masspayouts`: "Payments Created" means accepted. The same reference twice is two payouts. */
export function createPayouts(world: World, call: Call): Answer {
  const body = bodyOf(call);
  // Both spellings are in the field.
  const sent = listAt(body, 'Payments' in body ? 'Payments' : 'payments');
  if (sent.length < 1 || sent.length > 500) throw refusal(400, 'Bad Request', 'Payments: 1 to 500 items');
  const payments = sent.map(readPayment);
  for (const payment of payments) accept(world, payment);
  return { status: 201, body: { result: 'Payments Created' } };
}

function bodyOf(call: Call): Shape {
  try {
    const body: unknown = JSON.parse(call.text);
    if (call.contentType === 'application/json' && isShape(body)) return body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw refusal(400, 'Bad Request', 'The request body is not valid JSON');
}

type Payment = Pick<PayoneerPayout, 'clientReferenceId' | 'payeeId' | 'amountMinor' | 'currency' | 'description'>;

function readPayment(item: unknown): Payment {
  const payment: Shape = isShape(item) ? item : {};
  const required = (key: string): string => {
    const value = payment[key];
    if (typeof value !== 'string' || value === '') throw refusal(400, 'Bad Request', `${key} is required`);
    return value;
  };
  const [clientReferenceId, payeeId, currency] = [
    required('client_reference_id'),
    required('payee_id'),
    required('currency'),
  ];
  const { amount } = payment;
  const amountMinor = typeof amount === 'number' ? toMinor(String(amount), currency) : undefined;
  if (amountMinor === undefined || amountMinor <= 0n)
    throw refusal(400, 'Bad Request', 'amount must be a positive number');
  return { clientReferenceId, payeeId, amountMinor, currency, description: required('description') };
}

function accept(world: World, payment: Payment): void {
  const { state, clock, settings, books } = world;
  const available = state.payoneer.balances.get(payment.currency) ?? 0n;
  const covered = payment.amountMinor <= available;
  if (covered) state.payoneer.balances.set(payment.currency, available - payment.amountMinor);
  const payout: PayoneerPayout = {
    ...payment,
    payoutId: randomDigits(10),
    createdMs: clock.now(),
    visibleMs: clock.now() + settings.payoutSettleMs / 2,
    settlesMs: clock.now() + settings.payoutSettleMs,
    outcome: covered ? (state.payoneer.outcomes.get(payment.payeeId)?.shift() ?? 'Transferred') : 'Failed',
    status: 'Pending',
    reason: covered ? undefined : 'Insufficient balance',
  };
  state.payoneer.payouts.push(payout);
  books.record({
    kind: 'payout',
    provider: 'payoneer',
    key: payment.clientReferenceId,
    reference: payout.payoutId,
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    detail: { receiver: payment.payeeId, itemStatus: payout.status },
  });
  followPayout(world, payout, covered);
}

/** Schedules the end of a payout; also after a restart. */
export function followPayout(world: World, payout: PayoneerPayout, covered = payout.reason === undefined): void {
  world.clock.after(Math.max(0, payout.settlesMs - world.clock.now()), () => {
    if (payout.status !== 'Pending') return;
    endPayout(world, payout, payout.outcome, covered && payout.outcome !== 'Transferred');
    world.save();
  });
}

/** Gives a payout its (next) status. */
export function endPayout(world: World, payout: PayoneerPayout, status: string, moneyBack: boolean): void {
  const { balances } = world.state.payoneer;
  payout.status = status;
  if (moneyBack) balances.set(payout.currency, (balances.get(payout.currency) ?? 0n) + payout.amountMinor);
  world.books.note('payout', payout.payoutId, { itemStatus: status });
}

/** The newest payout with that reference. @throws Refusal 404 with sub_code 2306 */
function payoutOf(world: World, call: Call): PayoneerPayout {
  const found = world.state.payoneer.payouts.findLast(
    payout => payout.clientReferenceId === call.param('reference') && payout.visibleMs <= world.clock.now(),
  );
  if (!found) throw payoutNotFound();
  return found;
}

export function getStatus(world: World, call: Call): Answer {
  const payout = payoutOf(world, call);
  const result = {
    status: payout.status,
    payout_id: payout.payoutId,
    payee_id: payout.payeeId,
    payout_date: world.clock.iso(payout.createdMs),
    amount: bare(toDecimal(payout.amountMinor, payout.currency)),
    currency: payout.currency,
    ...(payout.reason === undefined ? {} : { reason_code: 10_010, reason_description: payout.reason }),
  };
  return { status: 200, body: { result } };
}

/** Accepted, not yet performed, says the answer; what has been transferred stays so. */
export function cancelPayout(world: World, call: Call): Answer {
  const payout = payoutOf(world, call);
  if (payout.status !== 'Pending') throw refusal(400, 'Bad Request', `The payout is ${payout.status}`);
  endPayout(world, payout, 'Cancelled', payout.reason === undefined);
  return { status: 200, body: { result: { description: 'Payout cancellation request was accepted' } } };
}

export function getBalance(world: World): Answer {
  const [currency = 'USD', minor = 0n] = [...world.state.payoneer.balances][0] ?? [];
  return { status: 200, body: { result: { balance: bare(toDecimal(minor, currency)), currency } } };
}
