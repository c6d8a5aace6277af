import type { Fees } from './fees.ts';
import { add, type Money, negate, percentOf, subtract, zero } from './money.ts';
import type { Custody } from './order.ts';
import { invariant } from './outcome.ts';

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

/**
 * What a sale changes between platform and reseller: positive is owed to the reseller, negative is a receivable from
 * them (design §4's table, read as one signed amount).
 */
export function dueToReseller(custody: Custody, sale: Profit & { supplierCost: Money }): Money {
  const paidSupplier = custody.supplierPaidBy === 'reseller';
  if (custody.proceedsHeldBy === 'platform')
    return paidSupplier ? add(sale.netProfit, sale.supplierCost) : sale.netProfit;
  return negate(paidSupplier ? sale.commission : add(sale.commission, sale.supplierCost));
}

export type Legs = { readonly admin: Money; readonly reseller: Money; readonly setOff: Money };

/**
 * The payouts a sale causes. A sale at a loss has none, nor has one whose proceeds the reseller already holds.
 * What the reseller owes from earlier sales (`receivable`, not negative) is set off against their leg first.
 */
export function legsOf(custody: Custody, sale: Profit & { supplierCost: Money }, receivable: Money): Legs {
  invariant(receivable.amountMinor >= 0n, 'a receivable is not negative');
  const nothing = zero(sale.netProfit.currency);
  if (custody.proceedsHeldBy === 'reseller' || sale.grossProfit.amountMinor <= 0n)
    return { admin: nothing, reseller: nothing, setOff: nothing };
  const due = dueToReseller(custody, sale);
  const setOff = receivable.amountMinor > due.amountMinor ? due : receivable;
  return { admin: sale.commission, reseller: subtract(due, setOff), setOff };
}
