import Joi from 'joi';
import type { Money } from '../../domain/money.ts';
import { feeField, idText, moneyField, open } from '../fields.ts';

/** What eBay sends, as far as we read it. */
const text = Joi.string();
const optionalText = text.empty(['', null]);
const amount = moneyField('value', 'currency');

export type WireToken = {
  access_token: string;
  expires_in: number;
  refresh_token?: string;
  refresh_token_expires_in?: number;
};
export const token = open<WireToken>({
  access_token: text.required(),
  expires_in: Joi.number().integer().required(),
  refresh_token: text,
  refresh_token_expires_in: Joi.number().integer(),
});

export type WirePublicKey = { key: string; algorithm: string; digest: string };
export const publicKey = open<WirePublicKey>({
  key: text.required(),
  algorithm: text.required(),
  digest: text.required(),
});

export type WireShipTo = {
  fullName?: string;
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
const shipTo = open<WireShipTo>({
  fullName: optionalText,
  contactAddress: open({
    addressLine1: optionalText,
    addressLine2: optionalText,
    city: optionalText,
    stateOrProvince: optionalText,
    county: optionalText,
    postalCode: optionalText,
    countryCode: optionalText,
  }),
  primaryPhone: open({ phoneNumber: optionalText }),
  email: optionalText,
});

export type WireRefund = {
  refundId?: string;
  refundReferenceId?: string;
  amount?: Money;
  refundStatus?: string;
  refundDate?: string;
};
const refund = open<WireRefund>({
  refundId: idText.empty(['', null]),
  refundReferenceId: idText.empty(['', null]),
  amount: amount.empty(null),
  refundStatus: optionalText,
  refundDate: optionalText,
});
const refunds = Joi.array().items(refund).empty(null);

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
  refunds?: WireRefund[];
};
const line = open<WireLine>({
  lineItemId: idText.required(),
  legacyItemId: idText.required(),
  legacyVariationId: idText.empty(['', '0', 0, null]),
  sku: optionalText,
  title: text.allow('').default(''),
  quantity: Joi.number().integer().min(1).required(),
  lineItemCost: amount.required(),
  discountedLineItemCost: amount,
  deliveryCost: open({ shippingCost: amount }),
  ebayCollectAndRemitTaxes: Joi.array().items(open<{ amount?: Money }>({ amount })),
  refunds,
});

export type WireOrder = {
  orderId: string;
  creationDate?: Date;
  orderPaymentStatus: string;
  orderFulfillmentStatus?: string;
  cancelStatus?: { cancelState?: string };
  buyer?: { username?: string };
  fulfillmentStartInstructions?: { shippingStep?: { shipTo?: WireShipTo } }[];
  pricingSummary: { total: Money };
  paymentSummary?: { refunds?: WireRefund[] };
  totalMarketplaceFee?: Money;
  lineItems: WireLine[];
};
export const order = open<WireOrder>({
  orderId: idText.required(),
  creationDate: Joi.date().iso(),
  orderPaymentStatus: text.required(),
  orderFulfillmentStatus: text,
  cancelStatus: open({ cancelState: text }),
  buyer: open({ username: optionalText }),
  fulfillmentStartInstructions: Joi.array().items(open({ shippingStep: open({ shipTo: shipTo.empty(null) }) })),
  pricingSummary: open({ total: amount.required() }).required(),
  paymentSummary: open({ refunds }).empty(null),
  totalMarketplaceFee: feeField('value', 'currency'),
  lineItems: Joi.array().items(line).min(1).required(),
});

/** Of a page of orders only what marks them: one that cannot be read must not hide the others. */
export type WireOrderMark = { orderId: string; lastModifiedDate: Date };
const orderMark = open<WireOrderMark>({ orderId: idText.required(), lastModifiedDate: Joi.date().iso().required() });
export type WireOrderPage = { orders: WireOrderMark[]; total: number };
export const orderPage = open<WireOrderPage>({
  orders: Joi.array().items(orderMark).default([]),
  total: Joi.number().integer().min(0).required(),
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
      Joi.object({ lineItemId: idText.required(), quantity: Joi.number().integer().min(1).default(1) }).options({
        stripUnknown: true,
      }),
    )
    .default([]),
  shippedDate: Joi.date().iso(),
  shippingCarrierCode: optionalText,
  shipmentTrackingNumber: idText.empty(['', null]),
});
export const fulfillments = open<{ fulfillments: WireFulfillment[] }>({
  fulfillments: Joi.array().items(fulfillment).default([]),
});
