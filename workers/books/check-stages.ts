import { payPalCaptures } from './captures-without-payment.ts';
import type { Stage } from './check-stage.ts';
import { ebayFinances, ebayPayouts } from './ebay-finances.ts';
import { givenUp } from './given-up-effects.ts';
import { mercadoLibrePayments } from './mercadolibre-payments.ts';
import { ourRules } from './our-rules.ts';
import { payouts } from './payouts.ts';
import { payPalDisputes } from './paypal-disputes.ts';
import { payPalPayments } from './paypal-payments.ts';
import { supplierOrders } from './supplier-orders.ts';

/** The stages of a check of the books, in the order in which they are read. */
export const stages: readonly Stage[] = [
  ourRules,
  payPalPayments,
  payPalCaptures,
  supplierOrders,
  payPalDisputes,
  payouts,
  givenUp,
  ebayFinances,
  ebayPayouts,
  mercadoLibrePayments,
];
