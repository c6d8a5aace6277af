import { isShape, listAt, type Shape, shapeAt } from '../shape.ts';
import { readMoney } from './money.ts';
import { invalidRequest, unprocessable } from './refusals.ts';

/** How the parts of a breakdown add up to the amount. */
const signs: Record<string, bigint> = {
  item_total: 1n,
  tax_total: 1n,
  shipping: 1n,
  handling: 1n,
  insurance: 1n,
  shipping_discount: -1n,
  discount: -1n,
};

/** The amount of a purchase unit, when it and everything it is made of adds up. @throws Refusal */
export function readAmount(unit: Shape, at: string): { minor: bigint; currency: string } {
  const amount = readMoney(unit.amount, `${at}/amount`);
  if (amount.minor <= 0n) throw unprocessable('CANNOT_BE_ZERO_OR_NEGATIVE', `${at}/amount/value`);
  const part = (value: unknown, field: string): bigint => {
    if (value === undefined) return 0n;
    const { minor, currency } = readMoney(value, field);
    if (currency !== amount.currency) throw unprocessable('MULTI_CURRENCY_ORDER', field);
    return minor;
  };

  const breakdown = shapeAt(unit, 'amount').breakdown;
  if (isShape(breakdown)) {
    const total = Object.entries(signs).reduce(
      (sum, [key, sign]) => sum + sign * part(breakdown[key], `${at}/amount/breakdown/${key}`),
      0n,
    );
    if (total !== amount.minor) throw unprocessable('AMOUNT_MISMATCH', `${at}/amount/value`);
  }
  checkItems(unit, isShape(breakdown) ? breakdown : {}, at, part);
  return amount;
}

function checkItems(unit: Shape, breakdown: Shape, at: string, part: (value: unknown, field: string) => bigint): void {
  const items = listAt(unit, 'items');
  if (items.length === 0) return;
  if (breakdown.item_total === undefined)
    throw unprocessable('ITEM_TOTAL_REQUIRED', `${at}/amount/breakdown/item_total`);
  let [goods, tax] = [0n, 0n];
  items.forEach((item, index) => {
    const field = `${at}/items/${index}`;
    if (!isShape(item)) throw invalidRequest('INVALID_PARAMETER_SYNTAX', field);
    if (typeof item.name !== 'string' || item.name === '')
      throw invalidRequest('MISSING_REQUIRED_PARAMETER', `${field}/name`);
    if (item.name.length > 127) throw invalidRequest('INVALID_STRING_LENGTH', `${field}/name`);
    const quantity = item.quantity;
    if (typeof quantity !== 'string' || !/^[1-9]\d{0,9}$/.test(quantity))
      throw invalidRequest('INVALID_PARAMETER_SYNTAX', `${field}/quantity`);
    if (item.unit_amount === undefined) throw invalidRequest('MISSING_REQUIRED_PARAMETER', `${field}/unit_amount`);
    goods += BigInt(quantity) * part(item.unit_amount, `${field}/unit_amount`);
    tax += BigInt(quantity) * part(item.tax, `${field}/tax`);
  });
  if (goods !== part(breakdown.item_total, `${at}/amount/breakdown/item_total`))
    throw unprocessable('ITEM_TOTAL_MISMATCH', `${at}/amount/breakdown/item_total`);
  if (tax !== part(breakdown.tax_total, `${at}/amount/breakdown/tax_total`))
    throw unprocessable('TAX_TOTAL_MISMATCH', `${at}/amount/breakdown/tax_total`);
}
