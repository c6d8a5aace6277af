import { toDecimal, toMinor } from '../decimal.ts';
import { isShape, type Shape } from '../shape.ts';
import { invalidRequest, unprocessable } from './refusals.ts';

/** The currencies PayPal holds. CLP, ARS or COP are not among them. */
const currencies = new Set(
  'AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD'.split(' '),
);
const valuePattern = /^((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))$/;

export const isPayPalCurrency = (currency: unknown): currency is string =>
  typeof currency === 'string' && currencies.has(currency);

/** `{currency_code, value}` as Orders, Payments and Reporting write it; Payouts writes `{currency, value}`. */
export const moneyOf = (minor: bigint, currency: string) => ({
  currency_code: currency,
  value: toDecimal(minor, currency),
});

/** Reads `{currency_code, value}` as strictly as PayPal does. @throws Refusal 400 or 422 */
export function readMoney(value: unknown, field: string): { minor: bigint; currency: string } {
  if (!isShape(value)) throw invalidRequest('MISSING_REQUIRED_PARAMETER', field);
  const currency = requiredText(value, 'currency_code', field);
  const amount = requiredText(value, 'value', field);
  if (!/^[A-Z]{3}$/.test(currency)) throw invalidRequest('INVALID_PARAMETER_SYNTAX', `${field}/currency_code`);
  if (amount.length > 32 || !valuePattern.test(amount))
    throw invalidRequest('INVALID_PARAMETER_SYNTAX', `${field}/value`);
  if (!isPayPalCurrency(currency)) throw unprocessable('INVALID_CURRENCY_CODE', `${field}/currency_code`);
  const minor = toMinor(amount, currency);
  if (minor === undefined) throw unprocessable('DECIMAL_PRECISION', `${field}/value`);
  return { minor, currency };
}

function requiredText(value: Shape, key: string, field: string): string {
  const text = value[key];
  if (text === undefined) throw invalidRequest('MISSING_REQUIRED_PARAMETER', `${field}/${key}`);
  if (typeof text !== 'string') throw invalidRequest('INVALID_PARAMETER_SYNTAX', `${field}/${key}`);
  return text;
}
