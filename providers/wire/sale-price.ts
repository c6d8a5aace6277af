import { formatMoney, type Money } from '../../domain/money.ts';
import { count } from './fields.ts';

/** Far above any price, and far below what a column of the database holds. */
const largestMinor = 10n ** 17n;

/** More pieces than anybody sells at once. */
const mostPieces = 1_000_000;

/** The price of a line, which is above zero: any other amount means that the answer was misread. @throws RangeError */
export function salePrice(total: Money): Money {
  if (total.amountMinor > 0n && total.amountMinor < largestMinor) return total;
  throw new RangeError(`not the price of a sale: ${formatMoney(total)}`);
}

/** How many pieces were bought. */
export const pieces = count.custom((quantity: number) => {
  if (quantity >= 1 && quantity <= mostPieces) return quantity;
  throw new RangeError(`nobody buys ${quantity} pieces`);
});
