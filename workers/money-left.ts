import { isDisputed } from '../store/disputes.ts';
import type { Order, Payment } from '../store/entities/order.ts';
import { paymentsOf } from '../store/payments.ts';
import type { Context } from './context.ts';

/** Who has the money that a buyer paid for an order that failed. */
export type MoneyLeft =
  | { with: 'us'; payment: Payment }
  /** Somebody else decides whose it is; nothing is sent before. */
  | { with: 'nobody'; note: string }
  /** All of it went back, or none ever came. */
  | { with: 'buyer' };

export const moneyLeft = (ctx: Context, order: Order): Promise<MoneyLeft> =>
  ctx.store.read(async em => {
    const payments = await paymentsOf(em, order.id);
    const open = payments.find(({ status }) => status === 'DISPUTED' || status === 'PENDING');
    if (open) return { with: 'nobody', note: `payment ${open.reference} is ${open.status}: nothing goes back yet` };
    const payment = payments.find(({ status }) => status === 'COMPLETED' || status === 'PARTIALLY_REFUNDED');
    if (payment && (await isDisputed(em, order.id)))
      return { with: 'nobody', note: 'the buyer disputes the payment: nothing goes back twice' };
    if (payment) return { with: 'us', payment };
    // What a marketplace has told us nothing of is not known to be back.
    if (payments.length === 0 && order.channel !== 'paypal') return { with: 'nobody', note: 'no payment is known' };
    return { with: 'buyer' };
  });
