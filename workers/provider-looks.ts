import { add, type Money, money, subtract, zero } from '../domain/money.ts';
import type { LegState } from '../domain/payout-leg.ts';
import { Dispute, PayoutLeg, Refund } from '../store/entities/money.ts';
import { Payment, type SupplierOrder } from '../store/entities/order.ts';
import { legAmount } from '../store/legs.ts';
import { boughtThroughApi } from '../store/supplier-orders.ts';
import type { Context } from './context.ts';
import { payoutRoute } from './payout-route.ts';
import { backAtPayPal } from './paypal-went-back.ts';
import { throughApi } from './supplier-order.ts';

/** One amount that a provider's books should say as ours do; undefined where they say nothing of it. */
export type Look = { subject: string; rule: string; ours: Money; theirs(): Promise<Money | undefined> };

/** A leg that we do not believe paid, although something was sent for it. */
const notPaid: LegState[] = ['FAILED', 'RETURNED', 'REVERSED', 'CANCELLED', 'NEEDS_REVIEW'];
/** Its money is not with the receiver, and not on its way there. */
const nothingOut: ReadonlySet<LegState | undefined> = new Set<LegState>(['FAILED', 'RETURNED', 'REVERSED']);

/** One question per payment and its refunds, supplier order, payout and dispute. */
export async function everyLook(ctx: Context): Promise<Look[]> {
  const [payments, refunds, supplierOrders, legs, disputes] = await ctx.store.read(em =>
    Promise.all([
      em.find(Payment, { provider: 'paypal', status: { $nin: ['PENDING', 'DECLINED'] } }),
      em.find(Refund, { status: 'COMPLETED' }),
      // What was bought on the website is seen there only.
      boughtThroughApi(em),
      em.find(PayoutLeg, { providerBatchId: { $ne: null }, status: { $in: ['PAID', ...notPaid] } }),
      em.find(Dispute, { provider: 'paypal' }),
    ]),
  );
  const refundsOf = Map.groupBy(refunds, ({ paymentId }) => paymentId);
  return [
    ...payments.flatMap(payment => ofPayment(ctx, payment, refundsOf.get(payment.id) ?? [])),
    ...supplierOrders.map(row => ofPurchase(ctx, row)),
    ...disputes.map(dispute => ofDispute(ctx, dispute)),
    ...legs.flatMap(leg => (leg.status === 'PAID' ? ofPayout(ctx, leg) : [ofNoPayout(ctx, leg)])),
  ];
}

/** Several looks at one answer ask for it once. */
function asked<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}

function ofPayment(ctx: Context, payment: Payment, refunds: readonly Refund[]): Look[] {
  const { orderId: subject, reference, amountMinor, currency, status } = payment;
  const { paypal } = ctx.providers;
  const capture = asked(() => paypal.getCapture(reference, { signal: ctx.signal }));
  const nothing = zero(currency);
  const booked = money(payment.feeMinor ?? 0n, currency);
  const ours = refunds.reduce(
    (total, { kind, amountMinor: minor, currency: unit }) =>
      (kind === 'return' ? subtract : add)(total, money(minor, unit)),
    nothing,
  );
  const wentBack = async () => {
    const back = await backAtPayPal(paypal, payment, { signal: ctx.signal });
    if (back !== 'untold') return back;
    // A reversal is told by no list, and has told itself how much it took. One from before we had seen the payment was
    // never booked.
    const reversed = refunds.some(({ kind }) => kind === 'reversal') && ours.amountMinor > 0n;
    return reversed || status === 'REVERSED' ? ours : money(amountMinor, currency);
  };
  return [
    {
      rule: 'PayPal has captured what we booked',
      subject,
      ours: money(amountMinor, currency),
      theirs: async () => (await capture()).amount,
    },
    {
      // What PayPal does not say agrees with what we have estimated.
      rule: 'PayPal has kept the fee that we booked',
      subject,
      ours: booked,
      theirs: async () => (await capture()).fee ?? booked,
    },
    { rule: 'PayPal has given back what we booked', subject, ours, theirs: wentBack },
  ];
}

const ofPurchase = (ctx: Context, row: SupplierOrder): Look => ({
  rule: 'the supplier has charged what we booked',
  subject: row.orderId,
  ours: money(row.costMinor ?? 0n, row.costCurrency ?? 'USD'),
  theirs: async () => (await throughApi(ctx).order(row)).charged,
});

const ofDispute = (ctx: Context, { reference, orderId, feeMinor, feeCurrency }: Dispute): Look => ({
  rule: 'PayPal has taken what we booked for a dispute',
  subject: orderId,
  ours: money(feeMinor, feeCurrency),
  theirs: async () =>
    (await ctx.providers.paypal.getDispute(reference, { signal: ctx.signal })).fee ?? zero(feeCurrency),
});

const standing = (ctx: Context, leg: PayoutLeg) => asked(() => payoutRoute(ctx, leg).stand(leg.providerBatchId ?? ''));

function ofPayout(ctx: Context, leg: PayoutLeg): Look[] {
  const stands = standing(ctx, leg);
  const { orderId: subject, currency } = leg;
  const fee = money(leg.feeMinor ?? 0n, currency);
  const whenPaid = async (amount: () => Promise<Money | undefined>) =>
    (await stands()).state === 'PAID' ? amount() : undefined;
  return [
    {
      rule: 'the payout arrived as we booked it',
      subject,
      ours: legAmount(leg),
      theirs: () => whenPaid(async () => (await stands()).amount),
    },
    {
      rule: 'the payout cost the fee that we booked',
      subject,
      ours: fee,
      theirs: () => whenPaid(async () => (await stands()).fee ?? fee),
    },
  ];
}

const ofNoPayout = (ctx: Context, leg: PayoutLeg): Look => ({
  rule: 'no money is out for a payout that we do not believe paid',
  subject: leg.orderId,
  ours: zero(leg.currency),
  theirs: async () => {
    const { state, amount = legAmount(leg) } = await payoutRoute(ctx, leg).stand(leg.providerBatchId ?? '');
    return nothingOut.has(state) ? zero(leg.currency) : amount;
  },
});
