/**
 * Double entry. A posting's amount is positive for a debit (we have more, or somebody owes us more) and negative for a
 * credit. Each transaction sums to zero per currency and is unique per (source, event), so that a poll and a webhook
 * cannot both book the same thing. Balances shown to users are sums over postings, never columns.
 */
import type { Fees } from './fees.ts';
import type { UserId } from './ids.ts';
import { add, type Currency, type Money, negate, subtract } from './money.ts';
import type { Channel, Custody } from './order.ts';
import { invariant } from './outcome.ts';
import type { Profit } from './profit.ts';

export const accounts = [
  /** The platform's money where it lies. */
  'cash:paypal',
  'cash:payoneer',
  'cash:ebay',
  'cash:mercadolibre',
  /** Money of buyers whose order is not booked as a sale yet. */
  'buyer-payments',
  /** Goods bought for orders whose sale is not booked yet. */
  'supplier-purchases',
  'fees:marketplace',
  'fees:payment',
  'fees:payout',
  /** A reseller's current account: credit is owed to them, debit is a receivable. */
  'reseller',
  /** Commissions owed to an admin until paid out. */
  'admin',
  /** Bridges two currencies of one sale. */
  'fx:clearing',
] as const;
export type Account = (typeof accounts)[number];

export type Posting = { readonly account: Account; readonly holder?: UserId; readonly amount: Money };

/** The sum of a set of postings, per currency; an empty map when all is zero. */
export function imbalance(postings: readonly Posting[]): Map<Currency, bigint> {
  const sums = new Map<Currency, bigint>();
  for (const { amount } of postings) sums.set(amount.currency, (sums.get(amount.currency) ?? 0n) + amount.amountMinor);
  for (const [currency, total] of sums) if (total === 0n) sums.delete(currency);
  return sums;
}

function balanced(postings: readonly Posting[]): Posting[] {
  const off = imbalance(postings);
  invariant(off.size === 0, `postings do not sum to zero: ${[...off].map(([c, n]) => `${n} ${c}`).join(', ')}`);
  return postings.filter(posting => posting.amount.amountMinor !== 0n);
}

const cashOf = (channel: Channel): Account => `cash:${channel}`;

/** The buyer paid `gross`; the channel kept its fees; the rest lies with the platform or with the reseller. */
export function buyerPaid(sale: {
  channel: Channel;
  custody: Custody;
  reseller: UserId;
  gross: Money;
  fees: Fees;
}): Posting[] {
  const { channel, custody, reseller, gross, fees } = sale;
  const net = subtract(gross, add(fees.marketplaceFee, fees.paymentFee));
  return balanced([
    custody.proceedsHeldBy === 'platform'
      ? { account: cashOf(channel), amount: net }
      : { account: 'reseller', holder: reseller, amount: net },
    { account: 'fees:marketplace', amount: fees.marketplaceFee },
    { account: 'fees:payment', amount: fees.paymentFee },
    { account: 'buyer-payments', amount: negate(gross) },
  ]);
}

/** The supplier took `cost` from the platform's PayPal account or from the reseller's own. */
export function supplierPaid(purchase: { custody: Custody; reseller: UserId; cost: Money }): Posting[] {
  const { custody, reseller, cost } = purchase;
  return balanced([
    { account: 'supplier-purchases', amount: cost },
    custody.supplierPaidBy === 'platform'
      ? { account: 'cash:paypal', amount: negate(cost) }
      : { account: 'reseller', holder: reseller, amount: negate(cost) },
  ]);
}

/**
 * Clears what the two entries above had parked and gives everybody their share. `gross` and `fees` are in the
 * channel's currency, the rest in the platform's; where they differ, `fx:clearing` carries the converted net proceeds.
 */
export function saleBooked(sale: {
  custody: Custody;
  reseller: UserId;
  admin: UserId;
  gross: Money;
  fees: Fees;
  supplierCost: Money;
  profit: Profit;
}): Posting[] {
  const { custody, reseller, admin, gross, fees, supplierCost, profit } = sale;
  const charged = add(fees.marketplaceFee, fees.paymentFee);
  const proceeds = subtract(gross, charged);
  const cleared: Posting[] = [
    { account: 'buyer-payments', amount: gross },
    { account: 'fees:marketplace', amount: negate(fees.marketplaceFee) },
    { account: 'fees:payment', amount: negate(fees.paymentFee) },
    { account: 'supplier-purchases', amount: negate(supplierCost) },
    { account: 'admin', holder: admin, amount: negate(profit.commission) },
  ];
  const shared = add(supplierCost, profit.commission);
  if (gross.currency === shared.currency)
    return balanced([...cleared, { account: 'reseller', holder: reseller, amount: subtract(shared, proceeds) }]);
  // The reseller's proceeds never were the platform's: their debit in the channel's currency becomes one in ours.
  if (custody.proceedsHeldBy === 'reseller')
    return balanced([
      ...cleared,
      { account: 'reseller', holder: reseller, amount: negate(proceeds) },
      { account: 'reseller', holder: reseller, amount: shared },
    ]);
  // Rounded once, by the caller: the proceeds are worth what the shares add up to.
  const worth = add(shared, profit.netProfit);
  return balanced([
    ...cleared,
    { account: 'fx:clearing', amount: negate(proceeds) },
    { account: 'fx:clearing', amount: worth },
    { account: 'reseller', holder: reseller, amount: subtract(shared, worth) },
  ]);
}

/** Money back to the buyer of an order whose sale is not booked; the payment provider keeps its fee. */
export function buyerRefunded(refund: { channel: Channel; amount: Money }): Posting[] {
  return balanced([
    { account: cashOf(refund.channel), amount: negate(refund.amount) },
    { account: 'buyer-payments', amount: refund.amount },
  ]);
}

/**
 * Money back to the buyer of a booked sale: everybody's share shrinks to what the sale is worth now. What was paid out
 * already turns into a receivable by itself. `amount` is in the channel's currency, the shares in the platform's.
 */
export function saleRefunded(refund: {
  channel: Channel;
  custody: Custody;
  reseller: UserId;
  admin: UserId;
  amount: Money;
  before: Profit;
  after: Profit;
}): Posting[] {
  const { channel, custody, reseller, admin, amount, before, after } = refund;
  const commission = subtract(before.commission, after.commission);
  const net = subtract(before.netProfit, after.netProfit);
  const back: Posting = { account: 'admin', holder: admin, amount: commission };
  // The reseller gave back what they held: only the commission on it is settled here.
  if (custody.proceedsHeldBy === 'reseller')
    return balanced([back, { account: 'reseller', holder: reseller, amount: negate(commission) }]);
  const shares: Posting[] = [back, { account: 'reseller', holder: reseller, amount: net }];
  const paidBack: Posting = { account: cashOf(channel), amount: negate(amount) };
  if (amount.currency === net.currency) return balanced([paidBack, ...shares]);
  return balanced([
    paidBack,
    { account: 'fx:clearing', amount },
    { account: 'fx:clearing', amount: negate(add(commission, net)) },
    ...shares,
  ]);
}

/** A leg arrived: what was owed is paid, and the provider kept its fee. */
export function legPaid(leg: {
  beneficiary: 'admin' | 'reseller';
  holder: UserId;
  amount: Money;
  fee: Money;
  from?: 'paypal' | 'payoneer';
}): Posting[] {
  const { beneficiary, holder, amount, fee, from = 'paypal' } = leg;
  return balanced([
    { account: beneficiary, holder, amount },
    { account: 'fees:payout', amount: fee },
    { account: `cash:${from}`, amount: negate(add(amount, fee)) },
  ]);
}
