import type { ReportedRefund } from '../../domain/marketplace-order.ts';
import { isGreater, subtract } from '../../domain/money.ts';
import type { ReviewReason } from '../../domain/order.ts';
import { leftOf } from '../../domain/payment.ts';
import { findCredential } from '../../store/connections/credentials.ts';
import type { Order } from '../../store/entities/order.ts';
import { moneyOf } from '../../store/money/payments.ts';
import { refundedOf } from '../../store/money/refunds.ts';
import { isSettled } from '../../store/money/unquantified-refunds.ts';
import { payPalOf } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { backAtPayPal } from '../payment/refunded-at-paypal.ts';
import { absentForNow, saysAbsent } from './absent-sale.ts';
import { readMarketplaceOrder } from './marketplace-order.ts';

type SaleNow =
  | { state: 'open' }
  | { state: 'cancelled'; note: string }
  /** A cancellation is requested, and not decided yet. */
  | { state: 'undecided'; note: string }
  | { state: 'doubtful'; reason: ReviewReason; note: string };

/** Asks the sale channel once more, right before anything is bought: still paid, not cancelled, no fraud flag? */
export async function readSaleNow(ctx: Context, order: Order): Promise<SaleNow> {
  try {
    return await (order.channel === 'paypal' ? readCheckout(ctx, order) : readMarketplace(ctx, order));
  } catch (error) {
    if (!saysAbsent(error)) throw error;
    if (order.channel !== 'paypal') await absentForNow(ctx, order.id, `${order.stateEntry}`, error);
    // The channel's refusal to show the sale is not the supplier's refusal to sell: the purchase has not failed.
    return { state: 'doubtful', reason: 'UNCONFIRMED_SALE', note: `the sale cannot be read back: ${error.message}` };
  }
}

/** Open when every refund of the payment is booked and some money is left: a person has let the order go on with it. */
async function readCheckout(ctx: Context, order: Order): Promise<SaleNow> {
  for (const { payment, sums } of await ctx.store.read(em => moneyOf(em, order.id))) {
    const back = await backAtPayPal(payPalOf(ctx, order), payment, { signal: ctx.signal });
    const known = subtract(sums.captured, leftOf(sums));
    const told = back === 'untold' ? sums.reversed.amountMinor > 0n : !isGreater(back, known);
    if (told && leftOf(sums).amountMinor > 0n) return { state: 'open' };
  }
  return { state: 'doubtful', reason: 'PAYMENT_REVERSED', note: 'PayPal no longer holds the payment as we know it' };
}

async function readMarketplace(ctx: Context, order: Order): Promise<SaleNow> {
  const { credentialId, externalOrderId } = order;
  const credential = credentialId && (await ctx.store.read(em => findCredential(em, credentialId)));
  if (!credential || !externalOrderId)
    return { state: 'doubtful', reason: 'UNCONFIRMED_SALE', note: 'the sale cannot be read back from its marketplace' };
  const sale = await readMarketplaceOrder(ctx, credential, externalOrderId);
  if (sale.cancelled) return { state: 'cancelled', note: 'cancelled at the marketplace before anything was bought' };
  if (sale.review) return { state: 'doubtful', ...sale.review };
  if (sale.contested)
    return { state: 'doubtful', reason: 'PAYMENT_REVERSED', note: `the marketplace says ${sale.rawPayment}` };
  if (sale.cancelAsked)
    return { state: 'undecided', note: 'the buyer asks the seller to cancel: accept or decline it' };
  const line = sale.lines.find(({ lineId }) => lineId === order.externalLineId);
  const settled = sale.payment === 'PARTLY_REVERSED' && line && (await isBooked(ctx, order, line.back));
  if (sale.payment !== 'PAID' && !settled)
    return { state: 'doubtful', reason: 'PAYMENT_REVERSED', note: `the marketplace says ${sale.rawPayment}` };
  return { state: 'open' };
}

/** Whether the line's refund is booked, or settled by a person: then the order may be bought with what is left. */
async function isBooked(ctx: Context, { id, saleCurrency }: Order, back: ReportedRefund | undefined): Promise<boolean> {
  if (!back) return true;
  if ('says' in back) return ctx.store.read(em => isSettled(em, id, back.says));
  return !isGreater(back, await ctx.store.read(em => refundedOf(em, id, saleCurrency)));
}
