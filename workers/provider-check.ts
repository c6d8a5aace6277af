import { formatMoney, type Money, money, zero } from '../domain/money.ts';
import { isFailure } from '../domain/outcome.ts';
import { Dispute, PayoutLeg } from '../store/entities/money.ts';
import { Payment } from '../store/entities/order.ts';
import type { Difference } from '../store/ledger-check.ts';
import { boughtThroughApi } from '../store/supplier-orders.ts';
import type { Context } from './context.ts';
import { payoutRoute } from './payout-route.ts';
import { throughApi } from './supplier-order.ts';

type Look = { subject: string; rule: string; ours: Money; theirs(): Promise<Money | undefined> };

/** The providers' own books against our rows, one question per payment, supplier order, paid leg and dispute. */
export async function checkProviders(
  ctx: Context,
  progress: (done: number, all: number) => void,
): Promise<Difference[]> {
  const looks = await everything(ctx);
  const found: Difference[] = [];
  for (const [index, look] of looks.entries()) {
    const detail = await differs(look);
    if (detail) found.push({ rule: look.rule, subject: look.subject, detail });
    progress(index + 1, looks.length);
  }
  return found;
}

async function differs({ ours, theirs }: Look): Promise<string | undefined> {
  try {
    const amount = await theirs();
    if (amount && amount.amountMinor === ours.amountMinor && amount.currency === ours.currency) return undefined;
    return `we have ${formatMoney(ours)}, they ${amount ? `have ${formatMoney(amount)}` : 'do not say'}`;
  } catch (error) {
    if (isFailure(error)) return `cannot be read: ${error.message}`;
    throw error;
  }
}

async function everything(ctx: Context): Promise<Look[]> {
  const [payments, supplierOrders, legs, disputes] = await ctx.store.read(em =>
    Promise.all([
      em.find(Payment, { provider: 'paypal', status: { $nin: ['PENDING', 'DECLINED'] } }),
      // What was bought on the website is seen there only.
      boughtThroughApi(em),
      em.find(PayoutLeg, { status: 'PAID' }),
      em.find(Dispute, {}),
    ]),
  );
  const { paypal } = ctx.providers;
  const supplier = throughApi(ctx);
  return [
    ...payments.map(({ orderId, reference, amountMinor, currency }) => ({
      rule: 'PayPal has captured what we booked',
      subject: orderId,
      ours: money(amountMinor, currency),
      theirs: async () => (await paypal.getCapture(reference, { signal: ctx.signal })).amount,
    })),
    ...supplierOrders.map(row => ({
      rule: 'the supplier has charged what we booked',
      subject: row.orderId,
      ours: money(row.costMinor ?? 0n, row.costCurrency ?? 'USD'),
      theirs: async () => (await supplier.order(row)).actualFee,
    })),
    ...disputes.map(({ reference, orderId, feeMinor, feeCurrency }) => ({
      rule: 'PayPal has taken what we booked for a dispute',
      subject: orderId,
      ours: money(feeMinor, feeCurrency),
      theirs: async () => (await paypal.getDispute(reference, { signal: ctx.signal })).fee ?? zero(feeCurrency),
    })),
    ...legs.map(leg => ({
      rule: 'the payout arrived as we booked it',
      subject: leg.orderId,
      ours: money(leg.amountMinor, leg.currency),
      theirs: async () => {
        const { state, amount } = await payoutRoute(ctx, leg).stand(leg.providerBatchId ?? '');
        return state === 'PAID' ? amount : undefined;
      },
    })),
  ];
}
