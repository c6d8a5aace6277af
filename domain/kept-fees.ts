import type { Custody, FailureReason, Holder } from './order.ts';

/**
 * Who bears the fee that a payment provider keeps when a failed sale is refunded: the reseller, because they listed
 * what could not be bought at that price; the platform, where it had to pay the supplier and did not.
 */
export function bearerOfKeptFees({ supplierPaidBy }: Custody, failure: FailureReason | undefined): Holder {
  switch (failure) {
    case 'SUPPLIER_PAYMENT_EXPIRED':
      return supplierPaidBy;
    case 'UNPROFITABLE':
    case 'OUT_OF_STOCK':
    case 'PRICE_ABOVE_MAXIMUM':
    case 'VARIANT_GONE':
    case 'PRODUCT_GONE':
    case 'NOT_SHIPPABLE':
    case 'SUPPLIER_REFUSED':
    case 'DECIDED_BY_PERSON':
    case undefined:
      return 'reseller';
  }
}
