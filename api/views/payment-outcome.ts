import type { PaymentState } from '../../domain/payment.ts';
import { addressFault } from '../../providers/paypal/address-fault.ts';
import { afterRefusal } from '../../providers/paypal/capture-refused.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { newestEffect } from '../../store/effects/effects.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order, Payment } from '../../store/entities/order.ts';
import { paymentsOf } from '../../store/money/payments.ts';
import type { FieldError } from '../middleware/problem.ts';

/**
 * The state of a checkout's payment, for its buyer.
 *
 * - `paid`          the money has come; what becomes of the order is its status
 * - `pending`       PayPal holds it, for `reason`
 * - `declined`      PayPal did not take it for `reason`: the same order can be approved again at `approveUrl`
 * - `refused`       PayPal did not take it for `reason`, and will not for this order; `errors` name the address where it
 *                   is that
 * - `not-approved`  the buyer has not approved it yet, at `approveUrl`
 * - `refunded`      the money was refunded
 * - `over`          the order was cancelled unpaid
 * - `unknown`       nobody knows yet: ask again
 */
export type PaymentOutcome = {
  readonly outcome: 'paid' | 'pending' | 'declined' | 'refused' | 'not-approved' | 'refunded' | 'over' | 'unknown';
  /** PayPal's own code. */
  readonly reason?: string;
  readonly approveUrl?: string;
  readonly errors?: readonly FieldError[];
  /** What the buyer can do next. */
  readonly next: string;
};

/** What is known of one order's payment. */
type PaymentFacts = { readonly payment: Payment | undefined; readonly effect: Effect | null };

export async function paymentFacts(em: EntityManager, order: Order): Promise<PaymentFacts> {
  const payments = await paymentsOf(em, order.id);
  return { payment: payments.at(-1), effect: await newestEffect(em, 'capture', order.id) };
}

const byState: Readonly<Record<PaymentState, PaymentOutcome['outcome']>> = {
  COMPLETED: 'paid',
  PARTIALLY_REFUNDED: 'paid',
  DISPUTED: 'paid',
  PENDING: 'pending',
  DECLINED: 'refused',
  REFUNDED: 'refunded',
  REVERSED: 'refunded',
};

export const notKnown: PaymentOutcome = {
  outcome: 'unknown',
  next: 'It is not known yet whether it was paid: ask here again.',
};
const again = 'Check out again, with another way to pay.';

export function paymentOutcome(order: Order, { payment, effect }: PaymentFacts): PaymentOutcome {
  if (payment) return ofPayment(order, payment);
  // It is being captured, or was: the outcome is unknown until PayPal shows it.
  if (effect && effect.status !== 'DISPROVEN') return notKnown;
  if (order.status === 'CANCELLED')
    return { outcome: 'over', next: 'Nothing was paid. Check out again if you still want it.' };
  if (order.status !== 'CREATED') return notKnown;
  const approve = order.approveUrl ? { approveUrl: order.approveUrl } : {};
  if (effect?.lastCode) return ofRefusal(effect.lastCode, approve);
  return {
    outcome: 'not-approved',
    ...approve,
    next: 'Approve the payment at PayPal (approveUrl), then ask here again.',
  };
}

function ofPayment(order: Order, { status, statusReason }: Payment): PaymentOutcome {
  const outcome = byState[status];
  const reason = statusReason ? { reason: statusReason } : {};
  switch (outcome) {
    case 'pending':
      return { outcome, ...reason, next: 'Nothing: PayPal holds the payment and decides. It is not paid before that.' };
    case 'refused':
      return { outcome, ...reason, next: again };
    case 'refunded':
      return { outcome, next: 'Nothing: the money went back.' };
    default:
      return { outcome, next: nextOfPaid(order) };
  }
}

const nextOfPaid = ({ status }: Order): string =>
  status === 'FAILED' || status === 'REFUNDING'
    ? 'Nothing: the goods cannot be had, and the money goes back.'
    : 'Nothing: it is paid.';

function ofRefusal(code: string, approve: { approveUrl?: string }): PaymentOutcome {
  const reason = code.replace(/^PAYPAL_/, '');
  switch (afterRefusal(code)) {
    case 'approve-again':
      return {
        outcome: 'declined',
        reason,
        ...approve,
        next: 'Choose another way to pay at PayPal (approveUrl), then ask here again.',
      };
    case 'start-again':
      return { outcome: 'refused', reason, next: again };
    case 'correct-address': {
      const parts = (addressFault({ code, fields: [] }) ?? []).map(part => `shippingAddress.${part}`);
      const errors = (parts.length > 0 ? parts : ['shippingAddress']).map(field => ({
        field,
        message: `PayPal says ${reason}`,
      }));
      return { outcome: 'refused', reason, errors, next: 'Correct the address and check out again.' };
    }
    case 'seller':
      return { outcome: 'refused', reason, next: 'The seller has to see to it: nothing was paid.' };
  }
}
