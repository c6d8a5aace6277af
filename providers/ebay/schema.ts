import Joi from 'joi';
import type { Money } from '../../domain/money.ts';
import {
  count,
  digestOf,
  eachOf,
  feeField,
  harmless,
  idText,
  type Listed,
  maybe,
  moneyField,
  neverNegative,
  open,
  readAs,
} from '../wire/fields.ts';
import { pieces } from '../wire/sale-price.ts';

/** What eBay sends, as far as we read it. */
const text = Joi.string();
const amount = neverNegative(moneyField('value', 'currency'));

export type WireToken = {
  access_token: string;
  expires_in: number;
  refresh_token?: string;
  refresh_token_expires_in?: number;
};
export const token = open<WireToken>({
  access_token: text.required(),
  expires_in: Joi.number().integer().required(),
  refresh_token: maybe(text),
  refresh_token_expires_in: maybe(Joi.number().integer()),
});

type WirePublicKey = { key: string; algorithm: string; digest: string };
export const publicKey = open<WirePublicKey>({
  key: text.required(),
  algorithm: text.required(),
  digest: text.required(),
});

type WireShipTo = {
  fullName?: string;
  companyName?: string;
  contactAddress?: {
    addressLine1?: string;
    addressLine2?: string;
    city?: string;
    stateOrProvince?: string;
    county?: string;
    postalCode?: string;
    countryCode?: string;
  };
  primaryPhone?: { phoneNumber?: string };
  email?: string;
};
/** An address that cannot be read counts as missing: the order waits for one. */
const word = harmless(idText);
const shipTo = open<WireShipTo>({
  fullName: word,
  companyName: word,
  contactAddress: harmless(
    open<NonNullable<WireShipTo['contactAddress']>>({
      addressLine1: word,
      addressLine2: word,
      city: word,
      stateOrProvince: word,
      county: word,
      postalCode: word,
      countryCode: word,
    }),
  ),
  primaryPhone: harmless(open<{ phoneNumber?: string }>({ phoneNumber: word })),
  email: word,
});

export type WireShippingInstruction = {
  fulfillmentInstructionsType?: string;
  ebaySupportedFulfillment?: boolean;
  shippingStep?: { shipTo?: WireShipTo; shipToReferenceId?: string };
};
const shippingInstruction = open<WireShippingInstruction>({
  fulfillmentInstructionsType: maybe(text),
  ebaySupportedFulfillment: maybe(Joi.boolean()),
  // An address that cannot be read is waited for, or entered by a person.
  shippingStep: harmless(
    open<NonNullable<WireShippingInstruction['shippingStep']>>({
      shipTo: harmless(shipTo),
      shipToReferenceId: word,
    }),
  ),
});

export type WireRefund = {
  refundId?: string;
  refundReferenceId?: string;
  amount?: Money;
  refundStatus?: string;
  refundDate?: string;
};
const refund = open<WireRefund>({
  refundId: maybe(idText),
  refundReferenceId: maybe(idText),
  amount: maybe(amount),
  refundStatus: maybe(text),
  refundDate: maybe(text),
});
const refunds = maybe(Joi.array().items(refund));

export type WireLine = {
  lineItemId: string;
  legacyItemId: string;
  legacyVariationId?: string;
  sku?: string;
  title: string;
  quantity: number;
  lineItemCost: Money;
  discountedLineItemCost?: Money;
  deliveryCost?: { shippingCost?: Money };
  ebayCollectAndRemitTaxes?: { amount?: Money }[];
  lineItemFulfillmentInstructions?: { shipByDate?: Date };
  refunds?: WireRefund[];
};
const line = open<WireLine>({
  lineItemId: idText.required(),
  legacyItemId: idText.required(),
  legacyVariationId: idText.empty(['', '0', 0, null]),
  sku: harmless(text),
  title: harmless(text).default(''),
  quantity: pieces.required(),
  lineItemCost: amount.required(),
  discountedLineItemCost: maybe(amount),
  deliveryCost: maybe(open({ shippingCost: maybe(amount) })),
  // If it cannot be read, our own deadline ends the wait.
  lineItemFulfillmentInstructions: harmless(open<{ shipByDate?: Date }>({ shipByDate: harmless(Joi.date().iso()) })),
  ebayCollectAndRemitTaxes: maybe(Joi.array().items(open<{ amount?: Money }>({ amount: maybe(amount) }))),
  refunds,
});

export type WirePayment = { paymentStatus?: string; paymentHolds?: { holdState?: string; holdReason?: string }[] };
const payment = open<WirePayment>({
  paymentStatus: maybe(text),
  paymentHolds: maybe(Joi.array().items(open({ holdState: maybe(text), holdReason: maybe(text) }))),
});

/** Who ships the parcel, where that is not the seller. */
export type WireProgram = {
  fulfillmentProgram?: { fulfilledBy?: string };
  ebayShipping?: { shippingLabelProvidedBy?: string };
};
const program = open<WireProgram>({
  fulfillmentProgram: maybe(open({ fulfilledBy: maybe(text) })),
  ebayShipping: maybe(open({ shippingLabelProvidedBy: maybe(text) })),
});

export type WireOrder = {
  orderId: string;
  creationDate?: Date;
  orderPaymentStatus: string;
  orderFulfillmentStatus?: string;
  cancelStatus?: { cancelState?: string };
  buyer?: { username?: string };
  fulfillmentStartInstructions?: WireShippingInstruction[];
  paymentSummary?: { refunds?: WireRefund[]; payments?: WirePayment[] };
  program?: WireProgram;
  totalMarketplaceFee?: Money;
  lineItems: WireLine[];
};
export const wireOrder = open<WireOrder>({
  orderId: idText.required(),
  // We do not buy for an order that was sold before its account was connected.
  creationDate: maybe(Joi.date().iso()),
  orderPaymentStatus: text.required(),
  orderFulfillmentStatus: maybe(text),
  cancelStatus: maybe(open({ cancelState: maybe(text) })),
  buyer: harmless(open({ username: maybe(text) })),
  fulfillmentStartInstructions: maybe(Joi.array().items(shippingInstruction)),
  paymentSummary: maybe(open({ refunds, payments: maybe(Joi.array().items(payment)) })),
  program: maybe(program),
  // If eBay gives none, the table of fees does.
  totalMarketplaceFee: harmless(neverNegative(feeField('value', 'currency'))),
  lineItems: Joi.array().items(line).min(1).required(),
});

/**
 * Of each order on a page only its id and version. `version` changes when the order does: without a readable time of
 * the last change it is a digest of the order on the page.
 */
export type WireOrderMark = { orderId: string; version: string };
const orderMark = readAs(
  open<{ orderId: string; lastModifiedDate?: Date }>({
    orderId: idText.required(),
    lastModifiedDate: harmless(Joi.date().iso()),
  }),
  (wire): WireOrderMark => ({ orderId: wire.orderId, version: wire.lastModifiedDate?.toISOString() ?? digestOf(wire) }),
);
export type WireOrderPage = { orders: Listed<WireOrderMark>[]; total: number };
export const orderPage = open<WireOrderPage>({
  orders: maybe(eachOf(orderMark)).default([]),
  total: count.required(),
});

export type WireFulfillment = {
  fulfillmentId: string;
  lineItems: { lineItemId: string; quantity: number }[];
  shippedDate?: Date;
  shippingCarrierCode?: string;
  shipmentTrackingNumber?: string;
};
const fulfillment = open<WireFulfillment>({
  fulfillmentId: idText.required(),
  lineItems: Joi.array()
    .items(
      Joi.object({ lineItemId: idText.required(), quantity: maybe(count).default(1) }).options({
        stripUnknown: true,
      }),
    )
    .empty(null)
    .default([]),
  shippedDate: harmless(Joi.date().iso()),
  shippingCarrierCode: harmless(text),
  shipmentTrackingNumber: maybe(idText),
});
/** Searched before a parcel is reported: with one missing it would be reported twice, so "none" must be explicit. */
export const fulfillments = open<{ fulfillments: WireFulfillment[]; total?: number }>({
  fulfillments: maybe(Joi.array().items(fulfillment)),
  total: maybe(Joi.number().integer().min(0)),
}).custom((wire: { fulfillments?: WireFulfillment[]; total?: number }) => {
  if (!wire.fulfillments && wire.total !== 0)
    throw new RangeError('it says neither which parcels there are, nor that there are none');
  return { fulfillments: wire.fulfillments ?? [] };
});
