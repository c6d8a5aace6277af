/** What each event books. The sum is zero per currency, whatever the event. */
import type { Fees } from './fees.ts';
import type { UserId } from './ids.ts';
import { type Account, balanced, merged, type Posting, reversed } from './ledger.ts';
import { add, divideRounded, type Money, money, negate, subtract } from './money.ts';
import type { Custody, Holder } from './order.ts';
import type { Profit } from './profit.ts';
import type { Channel } from './sale-channel.ts';

/** Where the platform's money lies; `elsewhere` is an account that we cannot read. */
type Till = Channel | 'payoneer' | 'elsewhere';
const cashOf = (till: Till): Account => `cash:${till}`;
const totalOf = ({ marketplaceFee, paymentFee }: Fees): Money => add(marketplaceFee, paymentFee);

type Sale = { custody: Custody; reseller: UserId };
type Bought = Sale & { from?: 'paypal' | 'elsewhere' };

/** Where the sale's proceeds lie: with the platform, or on the account of the reseller who holds them. */
const proceedsOf = ({ channel, custody, reseller, amount }: Sale & { channel: Till; amount: Money }): Posting =>
  custody.proceedsHeldBy === 'platform'
    ? { account: cashOf(channel), amount }
    : { account: 'reseller', holder: reseller, amount };

/** What paid the supplier: the platform's PayPal account, or another one of its; or the reseller. */
const payerOf = ({ custody, reseller, from = 'paypal', amount }: Bought & { amount: Money }): Posting =>
  custody.supplierPaidBy === 'platform'
    ? { account: cashOf(from), amount }
    : { account: 'reseller', holder: reseller, amount };

/** What the supplier owes to whoever paid it: to the reseller as holder, or to the platform. */
const owedBySupplier = ({ custody, reseller, amount }: Sale & { amount: Money }): Posting => ({
  account: 'supplier-refunds',
  ...(custody.supplierPaidBy === 'reseller' ? { holder: reseller } : {}),
  amount,
});

/**
 * The buyer paid `gross`, and on top of it the tax that a marketplace collects and remits itself; the channel kept its
 * fees; the rest lies with the platform or with the reseller.
 */
export function buyerPaid(sale: Sale & { channel: Channel; gross: Money; fees: Fees; collectedTax: Money }): Posting[] {
  const { gross, fees, collectedTax } = sale;
  return balanced([
    proceedsOf({ ...sale, amount: subtract(gross, totalOf(fees)) }),
    { account: 'fees:marketplace', amount: fees.marketplaceFee },
    { account: 'fees:payment', amount: fees.paymentFee },
    { account: 'tax:collected', amount: collectedTax },
    { account: 'buyer-payments', amount: negate(add(gross, collectedTax)) },
  ]);
}

/**
 * The channel reports its real fee for a payment: `difference` more than was estimated. Until the sale is booked, the
 * difference becomes part of it; afterwards the shares are final, and the platform bears the difference.
 */
export function feeCorrected(sale: Sale & { channel: Channel; difference: Money; saleBooked: boolean }): Posting[] {
  const { channel, difference, saleBooked } = sale;
  const account = saleBooked ? 'fees:difference' : channel === 'paypal' ? 'fees:payment' : 'fees:marketplace';
  return balanced([{ account, amount: difference }, proceedsOf({ ...sale, amount: negate(difference) })]);
}

/**
 * A fee was booked in its payment's currency (`converted`), but charged in another one (`told`). Where the platform
 * holds the proceeds, its cash is corrected in both currencies, against `fx:clearing`.
 */
export const feeTakenElsewhere = (fee: {
  channel: Channel;
  custody: Custody;
  converted: Money;
  told: Money;
}): Posting[] =>
  fee.custody.proceedsHeldBy === 'reseller'
    ? []
    : balanced([
        { account: cashOf(fee.channel), amount: fee.converted },
        { account: 'fx:clearing', amount: negate(fee.converted) },
        { account: 'fx:clearing', amount: fee.told },
        { account: cashOf(fee.channel), amount: negate(fee.told) },
      ]);

/** Money back to the buyer: from where the proceeds lie, whose provider keeps its fee, or by another way. */
export const buyerRefunded = (refund: Sale & { channel: Channel | 'elsewhere'; amount: Money }): Posting[] =>
  balanced([
    proceedsOf({ ...refund, amount: negate(refund.amount) }),
    { account: 'buyer-payments', amount: refund.amount },
  ]);

/** Money that had gone back to the buyer is with the seller again: a chargeback was won, a refund has failed. */
export const refundReturned = (refund: Parameters<typeof buyerRefunded>[0]): Posting[] =>
  reversed(buyerRefunded(refund));

/**
 * Charges a fee that a payment provider kept of an order without a sale to its bearer. `worth`: the fee in our
 * currency.
 */
export function keptFeeBorne(kept: { bearer: Holder; reseller: UserId; fee: Money; worth: Money }): Posting[] {
  const { bearer, reseller, fee, worth } = kept;
  const borne: Posting =
    bearer === 'reseller'
      ? { account: 'reseller', holder: reseller, amount: worth }
      : { account: 'fees:kept', amount: worth };
  const cleared: Posting = { account: 'fees:payment', amount: negate(fee) };
  if (fee.currency === worth.currency) return balanced([cleared, borne]);
  return balanced([
    cleared,
    { account: 'fx:clearing', amount: fee },
    { account: 'fx:clearing', amount: negate(worth) },
    borne,
  ]);
}

/** The supplier took `cost`. */
export const supplierPaid = (purchase: Bought & { cost: Money }): Posting[] =>
  balanced([
    { account: 'supplier-purchases', amount: purchase.cost },
    payerOf({ ...purchase, amount: negate(purchase.cost) }),
  ]);

/** Goods were bought that nobody needs. Nothing is booked where the reseller paid: it is no loss of the platform. */
export const lostAtSupplier = ({
  custody,
  from = 'paypal',
  lost,
}: Omit<Bought, 'reseller'> & { lost: Money }): Posting[] =>
  custody.supplierPaidBy === 'reseller'
    ? []
    : balanced([
        { account: 'lost', amount: lost },
        { account: cashOf(from), amount: negate(lost) },
      ]);

/** The supplier cancelled what it was paid for: the purchase is undone, and the supplier owes `owed` to its payer. */
export const supplierCancelled = (purchase: Sale & { owed: Money }): Posting[] =>
  balanced([
    owedBySupplier({ ...purchase, amount: purchase.owed }),
    { account: 'supplier-purchases', amount: negate(purchase.owed) },
  ]);

/** The whole cost of a purchase has come back. `owed` of it was booked as a supplier's debt; the rest is undone now. */
export const supplierRefunded = (purchase: Bought & { cost: Money; owed: Money }): Posting[] =>
  balanced([
    payerOf({ ...purchase, amount: purchase.cost }),
    owedBySupplier({ ...purchase, amount: negate(purchase.owed) }),
    { account: 'supplier-purchases', amount: subtract(purchase.owed, purchase.cost) },
  ]);

/** A sale as it is booked: `gross`, `fees` and tax in the channel's currency, the rest in the platform's. */
export type BookedSale = Sale & {
  admin: UserId;
  gross: Money;
  fees: Fees;
  collectedTax: Money;
  supplierCost: Money;
  profit: Profit;
};

/**
 * Clears what the entries above had parked and gives everybody their share. Where the two currencies differ,
 * `fx:clearing` carries the net proceeds against what they are worth.
 */
export function saleBooked(sale: BookedSale): Posting[] {
  const { custody, reseller, admin, gross, fees, collectedTax, supplierCost, profit } = sale;
  const proceeds = subtract(gross, totalOf(fees));
  const cleared: Posting[] = [
    { account: 'buyer-payments', amount: add(gross, collectedTax) },
    { account: 'tax:collected', amount: negate(collectedTax) },
    { account: 'fees:marketplace', amount: negate(fees.marketplaceFee) },
    { account: 'fees:payment', amount: negate(fees.paymentFee) },
    { account: 'supplier-purchases', amount: negate(supplierCost) },
    { account: 'admin', holder: admin, amount: negate(profit.commission) },
  ];
  const toReseller = (amount: Money): Posting => ({ account: 'reseller', holder: reseller, amount });
  const shared = add(supplierCost, profit.commission);
  if (gross.currency === shared.currency) return balanced([...cleared, toReseller(subtract(shared, proceeds))]);
  // The reseller's proceeds never were the platform's: their debit in the channel's currency becomes one in ours.
  if (custody.proceedsHeldBy === 'reseller')
    return balanced([...cleared, toReseller(negate(proceeds)), toReseller(shared)]);
  // Rounded once, by the caller: the proceeds are worth what the shares add up to.
  const worth = add(shared, profit.netProfit);
  return balanced([
    ...cleared,
    { account: 'fx:clearing', amount: negate(proceeds) },
    { account: 'fx:clearing', amount: worth },
    toReseller(subtract(shared, worth)),
  ]);
}

/**
 * A booked sale is worth less now, because its buyer was refunded, or more, because a refund was reversed: all shares
 * follow. A share that was already paid out becomes a receivable by itself.
 */
export const saleRevalued = (
  sale: Omit<BookedSale, 'gross' | 'profit'>,
  before: Pick<BookedSale, 'gross' | 'profit'>,
  after: Pick<BookedSale, 'gross' | 'profit'>,
): Posting[] => merged([...reversed(saleBooked({ ...sale, ...before })), ...saleBooked({ ...sale, ...after })]);

/** A leg arrived: what was owed is paid, and the provider kept its fee. */
export function legPaid(leg: {
  beneficiary: 'admin' | 'reseller';
  holder: UserId;
  amount: Money;
  fee: Money;
  from?: 'paypal' | 'payoneer' | 'elsewhere';
}): Posting[] {
  const { beneficiary, holder, amount, fee, from = 'paypal' } = leg;
  return balanced([
    { account: beneficiary, holder, amount },
    { account: 'fees:payout', amount: fee },
    { account: cashOf(from), amount: negate(add(amount, fee)) },
  ]);
}

/** A payout that came back before it had arrived: its provider keeps the fee all the same. */
export const payoutCharged = ({ fee, from }: { fee: Money; from: 'paypal' | 'payoneer' }): Posting[] =>
  balanced([
    { account: 'fees:payout', amount: fee },
    { account: `cash:${from}`, amount: negate(fee) },
  ]);

/** What came back of a leg that had arrived; the provider keeps its fee. */
export const legReturned = (leg: Omit<Parameters<typeof legPaid>[0], 'fee'>): Posting[] =>
  reversed(legPaid({ ...leg, fee: subtract(leg.amount, leg.amount) }));

/** PayPal took `fee` for a dispute, or gave it back (negative). The platform bears it. */
export const disputeCharged = (fee: Money): Posting[] =>
  balanced([
    { account: 'fees:dispute', amount: fee },
    { account: 'cash:paypal', amount: negate(fee) },
  ]);

/** The book value of a part of our foreign money: its share of the whole, at the average rate. */
export const carriedAt = ({ foreign, worth }: { foreign: Money; worth: Money }, from: Money): Money =>
  money(divideRounded(worth.amountMinor * from.amountMinor, foreign.amountMinor), worth.currency);

/** Foreign money was converted into the platform's. `carried` is its book value; the rest is gain or loss. */
export const currencyConverted = (conversion: {
  heldAt: Channel;
  from: Money;
  to: Money;
  carried: Money;
}): Posting[] => {
  const { heldAt, from, to, carried } = conversion;
  return balanced([
    { account: cashOf(heldAt), amount: negate(from) },
    { account: 'fx:clearing', amount: from },
    { account: 'cash:paypal', amount: to },
    { account: 'fx:clearing', amount: negate(carried) },
    { account: 'fx:difference', amount: subtract(carried, to) },
  ]);
};
