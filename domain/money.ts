import { invariant } from './outcome.ts';

/**
 * Money is an integer of minor units plus a currency, everywhere. Decimal text is read and written at the edges only,
 * without ever passing through a float.
 */
export type Money = { readonly amountMinor: bigint; readonly currency: Currency };

/** ISO 4217 currencies we can hold, with their number of minor digits. */
const minorDigits = {
  ARS: 2,
  AUD: 2,
  BRL: 2,
  CAD: 2,
  CHF: 2,
  CLP: 0,
  COP: 2,
  EUR: 2,
  GBP: 2,
  JPY: 0,
  MXN: 2,
  PEN: 2,
  PLN: 2,
  USD: 2,
  UYU: 2,
} as const;

export type Currency = keyof typeof minorDigits;

export const currencies = Object.keys(minorDigits) as readonly Currency[];
export const isCurrency = (text: string): text is Currency => Object.hasOwn(minorDigits, text);
export const minorDigitsOf = (currency: Currency): number => minorDigits[currency];

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
  const match = /^(-?)(\d{1,18})(?:\.(\d{1,8}))?$/.exec(text);
  if (!match) throw new RangeError(`not an amount of money: ${text}`);
  const [, sign = '', whole = '', fraction = ''] = match;
  const digits = minorDigits[known];
  if (/[1-9]/.test(fraction.slice(digits))) throw new RangeError(`${text} has more digits than ${known} allows`);
  const minor = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
  return money(sign ? -minor : minor, known);
}

/** The decimal text that providers want: `10.99`, and no point for currencies without minor digits. */
export function formatDecimal({ amountMinor, currency }: Money): string {
  const digits = minorDigits[currency];
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
  const [baseUnit, quoteUnit] = [10n ** BigInt(minorDigits[base]), 10n ** BigInt(minorDigits[quote])];
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
