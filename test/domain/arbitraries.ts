import fc from 'fast-check';
import type { Fees } from '../../domain/fees.ts';
import { type Currency, currencies, type Money, minorDigitsOf, money, type Rate } from '../../domain/money.ts';
import type { Custody, Holder } from '../../domain/order.ts';

export const anyCurrency: fc.Arbitrary<Currency> = fc.constantFrom(...currencies);

/** Up to ten million of the major unit, negative too. */
export const anyMinor = fc.bigInt({ min: -1_000_000_000n, max: 1_000_000_000n });
export const anyAmount: fc.Arbitrary<Money> = fc
  .tuple(anyMinor, anyCurrency)
  .map(([minor, currency]) => money(minor, currency));

export const amountIn = (currency: Currency, max = 10_000_000n): fc.Arbitrary<Money> =>
  fc.bigInt({ min: 0n, max }).map(minor => money(minor, currency));

/** A decimal text with up to `digits` digits behind the point: units over 10^digits. */
export const decimalText = (min: bigint, max: bigint, digits: number): fc.Arbitrary<string> =>
  fc.bigInt({ min, max }).map(units => {
    const text = units.toString().padStart(digits + 1, '0');
    return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  });

/** 0.00 to 100.00 percent. */
export const anyPercent = decimalText(0n, 10_000n, 2);

/** From 0.0001 to 10,000 units of quote for one of base. */
export const anyRate: fc.Arbitrary<Rate> = fc
  .tuple(anyCurrency, anyCurrency, decimalText(1n, 100_000_000n, 4))
  .filter(([base, quote]) => base !== quote)
  .map(([base, quote, rate]) => ({ base, quote, rate }));

export const holders: readonly Holder[] = ['platform', 'reseller'];

/** The four rows of the table of whose money it is. */
export const custodies: readonly Custody[] = holders.flatMap(proceedsHeldBy =>
  holders.map(supplierPaidBy => ({ proceedsHeldBy, supplierPaidBy })),
);
export const anyCustody: fc.Arbitrary<Custody> = fc.constantFrom(...custodies);
export const custodyName = ({ proceedsHeldBy, supplierPaidBy }: Custody): string =>
  `proceeds at the ${proceedsHeldBy}, supplier paid by the ${supplierPaidBy}`;

export const feesIn = (currency: Currency, max = 1_000_000n): fc.Arbitrary<Fees> =>
  fc.record({ marketplaceFee: amountIn(currency, max), paymentFee: amountIn(currency, max) });

/** The exact quotient as text would lie: is `rounded` within half a unit of numerator over denominator? */
export const isNearest = (rounded: bigint, numerator: bigint, denominator: bigint): boolean => {
  const twice = 2n * (rounded * denominator - numerator);
  return (twice < 0n ? -twice : twice) <= denominator;
};

export const minorUnit = (currency: Currency): bigint => 10n ** BigInt(minorDigitsOf(currency));
