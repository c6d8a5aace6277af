import type { Product } from './state.ts';

export type DeliveryOption = {
  readonly code: string;
  readonly company: string;
  /** What is quoted, and what is charged. */
  readonly feeMinor: bigint;
  readonly actualFeeMinor: bigint;
  readonly minDays: number;
  readonly maxDays: number;
};

const expressSurchargeMinor = 1500n;

/** The ways a product travels, the cheapest first; none where it does not ship to. */
export function deliveryOptions(product: Product, country: string): DeliveryOption[] {
  if (product.shipsTo && !product.shipsTo.includes(country)) return [];
  return [
    {
      code: 'CAINIAO_STANDARD',
      company: 'AliExpress standard shipping',
      feeMinor: product.shippingFeeMinor,
      actualFeeMinor: product.actualShippingMinor,
      minDays: 9,
      maxDays: 16,
    },
    {
      code: 'CAINIAO_PREMIUM',
      company: 'AliExpress premium shipping',
      feeMinor: product.shippingFeeMinor + expressSurchargeMinor,
      actualFeeMinor: product.actualShippingMinor + expressSurchargeMinor,
      minDays: 5,
      maxDays: 8,
    },
  ];
}
