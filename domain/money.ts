import { invariant } from './call-outcome.ts';
import { type Currency, isCurrency, minorDigitsOf } from './currencies.ts';

export { type Currency, currencies, isCurrency, minorDigitsOf } from './currencies.ts';

/**
 * Money is an integer of minor units plus a currency, everywhere. Decimal text is read and written at the edges only,
 * without ever passing through a float.
 */
export type Money = { readonly amountMinor: bigint; readonly currency: Currency };

export const money = (amountMinor: bigint, currency: Currency): Money => ({ amountMinor, currency });
export const zero = (currency: Currency): Money => money(0n, currency);

export function currencyOf(text: string): Currency {
  if (!isCurrency(text)) throw new RangeError(`unknown currency: ${text}`);
  return text;
}

/**
 * Reads `"10.99"` exactly. Digits beyond the currency's own must be zeros (`"990.00"` is a valid CLP amount), so
 * nothing is ever rounded silently. @throws RangeError
 */
export function parseMoney(text: string, currency: string): Money {
  const known = currencyOf(currency);
  const { sign, whole, fraction } = decimalParts(text);
  const digits = minorDigitsOf(known);
  if (/[1-9]/.test(fraction.slice(digits))) throw new RangeError(`${text} has more digits than ${known} allows`);
  return ledgerMoney(sign * BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0')), known);
}

/**
 * Reads a fee per piece and gives it for `pieces`, rounded once, half away from zero. A fee is a share of a price, and
 * may be finer than its currency (`4198.6` CLP, `0.5175` USD); an amount that was paid or refunded may not: use
 * `parseMoney`.
 * @throws RangeError
 */
export function parseFee(text: string, currency: string, pieces = 1): Money {
  const known = currencyOf(currency);
  const { sign, whole, fraction } = decimalParts(text);
  const minor = BigInt(whole + fraction) * BigInt(pieces) * 10n ** BigInt(minorDigitsOf(known));
  return ledgerMoney(sign * divideRounded(minor, 10n ** BigInt(fraction.length)), known);
}

/** The ledger's columns have 64 bits; this leaves room for sums. */
const largestMinor = 10n ** 18n;

function ledgerMoney(minor: bigint, currency: Currency): Money {
  if (minor >= largestMinor || minor <= -largestMinor) throw new RangeError(`not an amount of money: ${minor}`);
  return money(minor, currency);
}

function decimalParts(text: string): { sign: bigint; whole: string; fraction: string } {
  const match = /^(-?)(\d{1,18})(?:\.(\d{1,20}))?$/.exec(text);
  if (!match) throw new RangeError(`not an amount of money: ${text}`);
  const [, sign, whole = '', fraction = ''] = match;
  return { sign: sign ? -1n : 1n, whole, fraction };
}

/** Decimal text: `10.99`, and no point for currencies without minor digits. */
export function formatDecimal({ amountMinor, currency }: Money): string {
  const digits = minorDigitsOf(currency);
  const text = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(digits + 1, '0');
  const sign = amountMinor < 0n ? '-' : '';
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** For people: `10.99 USD`. */
export const formatMoney = (amount: Money): string => `${formatDecimal(amount)} ${amount.currency}`;

function sameCurrency(a: Money, b: Money): Currency {
  invariant(a.currency === b.currency, `${a.currency} met ${b.currency} without a conversion`);
  return a.currency;
}

export const add = (a: Money, b: Money): Money => money(a.amountMinor + b.amountMinor, sameCurrency(a, b));
export const subtract = (a: Money, b: Money): Money => money(a.amountMinor - b.amountMinor, sameCurrency(a, b));
export const negate = (a: Money): Money => money(-a.amountMinor, a.currency);
export const multiply = (a: Money, count: number): Money => money(a.amountMinor * BigInt(count), a.currency);
export const sum = (amounts: readonly Money[], currency: Currency): Money => amounts.reduce(add, zero(currency));
export const min = (a: Money, b: Money): Money => (isGreater(a, b) ? b : a);
export const max = (a: Money, b: Money): Money => (isGreater(a, b) ? a : b);
export const equals = (a: Money, b: Money): boolean => a.currency === b.currency && a.amountMinor === b.amountMinor;

export function isGreater(a: Money, b: Money): boolean {
  sameCurrency(a, b);
  return a.amountMinor > b.amountMinor;
}

/** A decimal such as a rate or a percentage, exactly: `12.85` is 1285 over 10². */
export function parseDecimal(text: string): { units: bigint; scale: bigint } {
  const match = /^(-?\d{1,12})(?:\.(\d{1,12}))?$/.exec(text);
  if (!match) throw new RangeError(`not a decimal: ${text}`);
  const [, whole = '', fraction = ''] = match;
  return { units: BigInt(whole + fraction), scale: 10n ** BigInt(fraction.length) };
}

/** Half away from zero, as accountants round. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  invariant(denominator > 0n, 'a divisor is positive');
  const doubled = 2n * (numerator < 0n ? -numerator : numerator) + denominator;
  const rounded = doubled / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}

/** `percentOf(10.00 USD, "12.85")` is 1.29 USD. */
export function percentOf(amount: Money, percent: string): Money {
  const { units, scale } = parseDecimal(percent);
  return money(divideRounded(amount.amountMinor * units, scale * 100n), amount.currency);
}

/** One unit of `base` is worth `rate` units of `quote`. */
export type Rate = { readonly base: Currency; readonly quote: Currency; readonly rate: string };

/** Converts at a stored rate, in either direction, rounding once. */
export function convert(amount: Money, { base, quote, rate }: Rate): Money {
  const { units, scale } = parseDecimal(rate);
  invariant(units > 0n, 'a rate is positive');
  const [baseUnit, quoteUnit] = [10n ** BigInt(minorDigitsOf(base)), 10n ** BigInt(minorDigitsOf(quote))];
  if (amount.currency === base)
    return money(divideRounded(amount.amountMinor * units * quoteUnit, scale * baseUnit), quote);
  invariant(amount.currency === quote, `a ${base}/${quote} rate cannot convert ${amount.currency}`);
  return money(divideRounded(amount.amountMinor * scale * baseUnit, units * quoteUnit), base);
}

/** Splits without losing a cent: largest remainder, ties to the earlier part. */
export function split(amount: Money, weights: readonly bigint[]): Money[] {
  const total = weights.reduce((a, b) => a + b, 0n);
  invariant(total > 0n && weights.every(weight => weight >= 0n), 'weights are not negative and not all zero');
  const sign = amount.amountMinor < 0n ? -1n : 1n;
  const whole = amount.amountMinor * sign;
  const parts = weights.map((weight, index) => ({
    index,
    minor: (whole * weight) / total,
    rest: (whole * weight) % total,
  }));
  const left = Number(whole - parts.reduce((a, part) => a + part.minor, 0n));
  const lucky = new Set(
    parts
      .toSorted((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))
      .slice(0, left)
      .map(part => part.index),
  );
  return parts.map(part => money(sign * (part.minor + (lucky.has(part.index) ? 1n : 0n)), amount.currency));
}
