import type { Fees } from './fees.ts';
import { add, type Money, max, min, money, negate, parseDecimal, percentOf, subtract, zero } from './money.ts';
import type { Custody } from './order.ts';

/** All in the platform's currency. `supplierCost` is the landed cost: goods, shipping and import tax. */
export type SaleFacts = Fees & { readonly salePrice: Money; readonly supplierCost: Money };
export type Profit = { readonly grossProfit: Money; readonly commission: Money; readonly netProfit: Money };

/**
 * grossProfit = salePrice − supplierCost − fees; commission = its percentage, rounded half away from zero;
 * netProfit = the rest. A loss is booked whole to the reseller: there is no commission on it.
 */
export function profitOf(sale: SaleFacts, commissionPercent: string): Profit {
  const grossProfit = subtract(subtract(sale.salePrice, sale.supplierCost), add(sale.marketplaceFee, sale.paymentFee));
  const nothing = zero(grossProfit.currency);
  const commission = grossProfit.amountMinor > 0n ? percentOf(grossProfit, commissionPercent) : nothing;
  return { grossProfit, commission, netProfit: subtract(grossProfit, commission) };
}

/** The most that may be spent at the supplier without selling at a loss. */
export const breakEvenCost = (sale: Omit<SaleFacts, 'supplierCost'>): Money =>
  subtract(sale.salePrice, add(sale.marketplaceFee, sale.paymentFee));

/** What the platform takes of a sale, and what it costs the platform to pay it out. */
type PlatformTerms = { readonly commissionPercent: string; readonly payoutFees: Money };

/**
 * The most that may be spent at the supplier without a loss to the reseller, or to the platform: its commission must
 * cover the fees of the payouts.
 */
export const mostToSpend = (sale: Omit<SaleFacts, 'supplierCost'>, terms: PlatformTerms): Money =>
  subtract(breakEvenCost(sale), leastGrossProfit(terms));

/** The least profit whose commission covers the payouts. A platform that takes none has chosen to bear them itself. */
function leastGrossProfit({ commissionPercent, payoutFees }: PlatformTerms): Money {
  const { units, scale } = parseDecimal(commissionPercent);
  if (units <= 0n) return zero(payoutFees.currency);
  const wanted = payoutFees.amountMinor * 100n * scale;
  return money((wanted + units - 1n) / units, payoutFees.currency);
}

/**
 * What a sale changes between platform and reseller: positive is owed to the reseller, negative is a receivable from
 * them (the table in section 4 of docs/design.md, read as one signed amount).
 */
export function dueToReseller(custody: Custody, sale: Profit & { supplierCost: Money }): Money {
  const paidSupplier = custody.supplierPaidBy === 'reseller';
  if (custody.proceedsHeldBy === 'platform')
    return paidSupplier ? add(sale.netProfit, sale.supplierCost) : sale.netProfit;
  return negate(paidSupplier ? sale.commission : add(sale.commission, sale.supplierCost));
}

/** The payouts a sale causes. `setOff` is what they do not pay; negative when they pay an older credit as well. */
export type Legs = { readonly admin: Money; readonly reseller: Money; readonly setOff: Money };

/** What both owe from earlier sales, every leg counted as paid; negative is a credit that no leg pays. */
export type Owed = { readonly admin: Money; readonly reseller: Money };

/**
 * A leg pays what its beneficiary is due from this sale and the ones before it. A sale whose proceeds the reseller
 * holds has no payout; its commission waits until a later sale's set-off collects it. A loss has no commission, but a
 * reseller who paid the supplier still gets the proceeds that the platform holds.
 */
export function legsOf(custody: Custody, sale: Profit & { supplierCost: Money }, owed: Owed): Legs {
  const nothing = zero(sale.netProfit.currency);
  if (custody.proceedsHeldBy === 'reseller') return { admin: nothing, reseller: nothing, setOff: nothing };
  const due = dueToReseller(custody, sale);
  const reseller = max(subtract(due, owed.reseller), nothing);
  const setOff = subtract(max(due, nothing), reseller);
  // Commissions come first out of what is collected.
  const collected = min(max(negate(owed.admin), nothing), max(setOff, nothing));
  const clawedBack = max(owed.admin, nothing);
  const admin = max(subtract(add(sale.commission, collected), clawedBack), nothing);
  return { admin, reseller, setOff };
}
