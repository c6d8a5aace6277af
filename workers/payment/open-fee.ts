import { invariant, isFailure } from '../../domain/call-outcome.ts';
import { hourMs } from '../../domain/durations.ts';
import type { OrderId } from '../../domain/ids.ts';
import { orderStates } from '../../domain/order.ts';
import type { Capture } from '../../providers/paypal/order.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Order, Payment } from '../../store/entities/order.ts';
import { feeIn } from '../../store/money/fee-currency.ts';
import { isFeeEstimated, paymentsOf, recordPayment } from '../../store/money/payments.ts';
import { assertClaim, claimOrder } from '../../store/orders/orders.ts';
import { correctFee } from '../../transactions/correct-fee.ts';
import { payPalOf } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { captureNews } from './paypal-status.ts';

/** How long the sale waits for a fee that PayPal has not reported. */
const patienceMs = 6 * hourMs;

/** Asks PayPal for the fees that it has not reported. True while one is missing and the sale may still wait for it. */
export async function awaitsFee(ctx: Context, order: Order): Promise<boolean> {
  const left = await askOpenFees(ctx, order);
  return left.some(({ createdAt }) => ctx.now().getTime() < createdAt.getTime() + patienceMs);
}

/** Asks PayPal for missing fees; gives the payments whose fee is still missing. */
export async function askOpenFees(ctx: Context, order: Order): Promise<Payment[]> {
  const open = await openFees(ctx, order);
  for (const payment of open) await askFee(ctx, order, payment);
  return open.length === 0 ? open : openFees(ctx, order);
}

const openFees = async (ctx: Context, order: Order): Promise<Payment[]> =>
  (await ctx.store.read(em => paymentsOf(em, order.id))).filter(
    ({ provider, feeEstimated }) => provider === 'paypal' && feeEstimated,
  );

/** Nothing depends on the answer: when PayPal cannot be asked, the fee is simply still missing. */
async function askFee(ctx: Context, order: Order, { reference }: Payment): Promise<void> {
  try {
    const capture = await payPalOf(ctx, order).getCapture(reference, { signal: ctx.signal });
    await ctx.store.transaction(async em => {
      await assertClaim(em, order);
      await takeFee(em, order, capture);
    });
  } catch (error) {
    if (!isFailure(error)) throw error;
    ctx.log.warn({ orderId: order.id, reference, code: error.code }, 'the fee of a payment cannot be asked for');
  }
}

/** Books the real fee of a capture whose fee was estimated, whatever state its order is in. */
export async function takeLateFee(ctx: Context, id: OrderId, capture: Capture): Promise<void> {
  await ctx.store.transaction(async em => {
    if (!capture.fee || !(await isFeeEstimated(em, capture.id))) return;
    const order = await claimOrder(em, id, orderStates);
    invariant(order, `order ${id} of a payment exists`);
    await takeFee(em, order, capture);
  });
}

async function takeFee(em: EntityManager, order: Order, capture: Capture): Promise<void> {
  const { fee, ...told } = captureNews(capture);
  if (!fee) return;
  const converted = await feeIn(em, fee, told.amount.currency);
  if (!converted) return;
  const known = { ...told, orderId: order.id, provider: 'paypal', fee: { ...converted, estimated: false } } as const;
  await correctFee(em, order, await recordPayment(em, known));
}
