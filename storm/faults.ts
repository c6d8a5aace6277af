import type { Dice } from './dice.ts';

/** A fault of one provider's operation, in the form that the sandbox's control API takes. */
export type Fault = {
  readonly provider: string;
  readonly operation: string;
  readonly kind: 'drop-reply' | 'status' | 'malformed' | 'slow' | 'timeout';
  readonly times: number;
  readonly status?: number;
  readonly delayMs?: number;
};

/** The weights follow how often an operation is called, and what is at stake. */
const operations: readonly (readonly [readonly [provider: string, operation: string], weight: number])[] = [
  [['paypal', 'capture'], 5],
  [['paypal', 'get-order'], 4],
  [['paypal', 'get-capture'], 2],
  [['paypal', 'create-payout'], 8],
  [['paypal', 'get-payout'], 6],
  [['paypal', 'refund'], 2],
  [['paypal', 'balances'], 1],
  [['paypal', 'get-refund'], 2],
  [['paypal', 'get-dispute'], 2],
  [['paypal', 'cancel-payout-item'], 1],
  // Payoneer's payouts have no fault: one that may have been lost on the way ends with a person.
  [['payoneer', 'payout-status'], 2],
  [['payoneer', 'balance'], 1],
  [['aliexpress', 'order-create'], 8],
  [['aliexpress', 'order-get'], 6],
  [['aliexpress', 'product-get'], 4],
  [['aliexpress', 'freight-query'], 3],
  [['aliexpress', 'token-refresh'], 1],
  [['ebay', 'get-order'], 3],
  [['mercadolibre', 'get-order'], 1],
  [['mercadolibre', 'get-shipment'], 1],
];

/** A call without an answer holds its job for half a minute, so there are few of them. */
const kinds: readonly (readonly [Fault['kind'], number])[] = [
  ['drop-reply', 6],
  ['status', 5],
  ['malformed', 4],
  ['slow', 3],
  ['timeout', 1],
];

/** Longer than a job's lock. */
const slowMsMax = 7_000;

export function drawFault(dice: Dice): Fault {
  const [provider, operation] = dice.weigh(operations);
  const kind = dice.weigh(kinds);
  const fault = { provider, operation, kind, times: kind === 'timeout' ? 1 : dice.between(1, 3) };
  if (kind === 'status') return { ...fault, status: dice.pick([500, 503]) };
  if (kind === 'slow') return { ...fault, delayMs: dice.between(500, slowMsMax) };
  return fault;
}
