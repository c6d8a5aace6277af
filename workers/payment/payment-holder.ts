import type { Money } from '../../domain/money.ts';
import { broughtMoney, isHeld, isUnquantified, leftOf } from '../../domain/payment.ts';
import type { Order, Payment } from '../../store/entities/order.ts';
import { isDisputed } from '../../store/money/disputes.ts';
import { moneyOf, paymentsOf } from '../../store/money/payments.ts';
import type { Context } from '../context/context.ts';
import { bookPayPalPayments, readPayPalOrder } from './book-paypal-payments.ts';

/** Who holds the money that a buyer paid for an order that failed. */
type PaymentHolder =
  | { with: 'us'; payment: Payment; amount: Money }
  /** It is not decided yet, or not known, whose money it is: nothing is refunded before. */
  | { with: 'nobody'; note: string }
  /** All of it was refunded, or nothing was ever paid. */
  | { with: 'buyer' };

export async function paymentHolder(ctx: Context, order: Order): Promise<PaymentHolder> {
  const known = await holderByOurBooks(ctx, order);
  if (order.channel !== 'paypal' || (await wasEverPaid(ctx, order))) return known;
  // An empty ledger does not prove that nothing was paid: PayPal is asked.
  const shown = await readPayPalOrder(ctx, order);
  if (!shown || shown.captures.length === 0) return known;
  await bookPayPalPayments(ctx, order, shown);
  return holderByOurBooks(ctx, order);
}

const wasEverPaid = (ctx: Context, { id }: Order): Promise<boolean> =>
  ctx.store.read(async em => (await paymentsOf(em, id)).some(({ status }) => broughtMoney(status)));

const holderByOurBooks = (ctx: Context, order: Order): Promise<PaymentHolder> =>
  ctx.store.read(async em => {
    const payments = await paymentsOf(em, order.id);
    // Without any payment from the marketplace we do not know whether the buyer has the money.
    if (payments.length === 0 && order.channel !== 'paypal') return { with: 'nobody', note: 'no payment is known' };
    const pending = payments.find(({ status }) => status === 'PENDING');
    if (pending) return { with: 'nobody', note: `payment ${pending.reference} is PENDING: nothing is refunded yet` };
    const held = await moneyOf(em, order.id);
    const untold = held.find(({ payment, sums }) => isUnquantified(payment.status, sums));
    if (untold) return { with: 'nobody', note: amountUnknown(untold.payment) };
    const left = held.find(({ payment, sums }) => isHeld(payment.status, sums));
    if (!left) return { with: 'buyer' };
    if (await isDisputed(em, order.id))
      return { with: 'nobody', note: 'the buyer disputes the payment: nothing is refunded before that ends' };
    return { with: 'us', payment: left.payment, amount: leftOf(left.sums) };
  });

const amountUnknown = ({ reference, status }: Payment): string =>
  `payment ${reference} is ${status}, and the amount that went back is not known: nothing is refunded yet`;
