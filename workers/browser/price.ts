import { isCurrency, type Money, parseMoney } from '../../domain/money.ts';
import { Obstacle } from './obstacle.ts';

/**
 * `US $1,234.50`, `EUR 12.30`. Three digits behind a point may be thousands, also in a currency that has three.
 * @throws Obstacle when it cannot be read for certain
 */
export function readPrice(text: string): Money {
  const match = /^(US(?= ?\$)|[A-Z]{3})\s*\$?\s*((?:\d{1,9}|\d{1,3}(?:,\d{3}){1,3})(?:\.\d{1,2})?)$/.exec(text.trim());
  const currency = match?.[1] === 'US' ? 'USD' : match?.[1];
  const amount = match?.[2]?.replaceAll(',', '');
  if (amount === undefined || currency === undefined || !isCurrency(currency)) throw unreadable();
  try {
    return parseMoney(amount, currency);
  } catch {
    throw unreadable(); // more digits than the currency has
  }
}

const unreadable = () => new Obstacle('LAYOUT_UNKNOWN', 'the total cannot be read');
