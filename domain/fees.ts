import type { Currency, Money } from './money.ts';
import { add, convert, money, percentOf, type Rate, zero } from './money.ts';
import type { Custody } from './order.ts';
import type { Channel } from './sale-channel.ts';

/**
 * What the sale channel and the payment provider are expected to keep. It serves the profit guard before buying; the
 * sale is booked with what was really charged. Percentages of the sale price; the fixed part in US dollars.
 */
export const feeTable = {
  ebay: { percent: '12.85', fixed: money(0n, 'USD') },
  mercadolibre: { percent: '13.9', fixed: money(0n, 'USD') },
  'mercadolibre-brazil': { percent: '16', fixed: money(0n, 'USD') },
  paypal: { percent: '3.49', fixed: money(49n, 'USD') },
} as const satisfies Record<string, { percent: string; fixed: Money }>;

/** PayPal charges this for each payout item (API payouts inside the US); the funds reserved for a payout include it. */
export const payoutFee = money(25n, 'USD');

/**
 * What paying out one sale is expected to cost, which the platform bears out of its commission: one payout for the
 * commission, by PayPal, and one for the reseller. A sale whose proceeds the reseller holds has no payouts.
 * @param resellerRoute Payoneer charges no fee for what we send
 */
export function expectedPayoutFees({ proceedsHeldBy }: Custody, resellerRoute: 'paypal' | 'payoneer'): Money {
  if (proceedsHeldBy === 'reseller') return zero(platformCurrency);
  return resellerRoute === 'paypal' ? add(payoutFee, payoutFee) : payoutFee;
}

export type Fees = { readonly marketplaceFee: Money; readonly paymentFee: Money };

/** The platform's currency: sales are booked and legs are paid in it. */
export const platformCurrency: Currency = 'USD';

/** Fees that are in a sale's currency, in ours. */
export const feesAt = ({ marketplaceFee, paymentFee }: Fees, rate: Rate): Fees => ({
  marketplaceFee: convert(marketplaceFee, rate),
  paymentFee: convert(paymentFee, rate),
});

/** @param price what the buyer paid, in any currency; fees come back in that currency. */
export function expectedFees(channel: Channel, price: Money, rate: Rate): Fees {
  const nothing = zero(price.currency);
  const fee = (row: { percent: string; fixed: Money }): Money =>
    add(percentOf(price, row.percent), price.currency === row.fixed.currency ? row.fixed : convert(row.fixed, rate));
  switch (channel) {
    case 'paypal':
      return { marketplaceFee: nothing, paymentFee: fee(feeTable.paypal) };
    case 'ebay':
      return { marketplaceFee: fee(feeTable.ebay), paymentFee: nothing };
    case 'mercadolibre':
      return {
        marketplaceFee: fee(price.currency === 'BRL' ? feeTable['mercadolibre-brazil'] : feeTable.mercadolibre),
        paymentFee: nothing,
      };
  }
}
