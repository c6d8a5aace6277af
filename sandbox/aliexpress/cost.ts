import type { OrderLine, SupplierOrder } from './state.ts';

/** What a line really costs: goods, shipping and import charges. */
export const feeOf = (line: OrderLine): bigint =>
  line.priceMinor * BigInt(line.count) + line.shippingMinor + line.taxMinor;

export const costOf = (order: SupplierOrder): bigint => order.lines.reduce((sum, line) => sum + feeOf(line), 0n);
