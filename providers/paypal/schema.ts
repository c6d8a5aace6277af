import Joi from 'joi';
import type { Money } from '../../domain/money.ts';
import { decimalText, feeField, idText, moneyField, open } from '../fields.ts';

/** What PayPal sends, as far as we read it. Orders and Payments say `currency_code`, Payouts say `currency`. */
const amount = moneyField('value', 'currency_code');
const payoutAmount = moneyField('value', 'currency');
const fee = feeField('value', 'currency_code');
const payoutFee = feeField('value', 'currency');
const text = Joi.string();
const time = Joi.date().iso();

export type WireToken = { access_token: string; expires_in: number };
export const token = open<WireToken>({ access_token: text.required(), expires_in: Joi.number().integer().required() });

export type WireLink = { href: string; rel: string };
const links = Joi.array().items(open<WireLink>({ href: text.required(), rel: text.required() }));

export type WireCreated = { id: string; links: WireLink[] };
export const created = open<WireCreated>({ id: idText.required(), links: links.required() });

export type WireCapture = {
  id: string;
  status: string;
  amount: Money;
  custom_id?: string;
  status_details?: { reason?: string };
  seller_receivable_breakdown?: { paypal_fee?: Money; net_amount?: Money };
  supplementary_data?: { related_ids?: { order_id?: string } };
};
export const capture = open<WireCapture>({
  id: idText.required(),
  status: text.required(),
  amount: amount.required(),
  custom_id: text.allow(''),
  status_details: open({ reason: text }),
  seller_receivable_breakdown: open({ paypal_fee: fee, net_amount: amount }),
  supplementary_data: open({ related_ids: open({ order_id: idText }) }),
});

export type WireRefund = { id: string; status: string; amount: Money; custom_id?: string; links?: WireLink[] };
export const refund = open<WireRefund>({
  id: idText.required(),
  status: text.required(),
  amount: amount.required(),
  custom_id: text.allow(''),
  links,
});

export type WireMovement = { affected_party?: string; amount?: Money; type?: string; reason?: string };
// Only fees are read of them.
const movement = open<WireMovement>({ affected_party: text, amount: fee, type: text, reason: text });

export type WireDispute = {
  dispute_id: string;
  status: string;
  disputed_transactions: { seller_transaction_id?: string; custom?: string }[];
  dispute_outcome?: { outcome_code?: string };
  money_movements?: WireMovement[];
};
export const dispute = open<WireDispute>({
  dispute_id: idText.required(),
  status: text.required(),
  disputed_transactions: Joi.array()
    .items(
      open<WireDispute['disputed_transactions'][number]>({ seller_transaction_id: idText, custom: text.allow('') }),
    )
    .required(),
  dispute_outcome: open({ outcome_code: text }),
  money_movements: Joi.array().items(movement),
});

export type WireTracker = { id: string; status?: string };
const shipping = open<{ trackers?: WireTracker[] }>({
  trackers: Joi.array().items(open<WireTracker>({ id: idText.required(), status: text })),
});

export type WireUnit = {
  custom_id?: string;
  payments?: { captures?: WireCapture[]; refunds?: WireRefund[] };
  shipping?: { trackers?: WireTracker[] };
};
export type WireOrder = { id: string; status: string; purchase_units: WireUnit[] };
export const order = open<WireOrder>({
  id: idText.required(),
  status: text.required(),
  purchase_units: Joi.array()
    .items(
      open<WireUnit>({
        custom_id: text.allow(''),
        payments: open({ captures: Joi.array().items(capture), refunds: Joi.array().items(refund) }),
        shipping,
      }),
    )
    .min(1)
    .required(),
});

/** A capture that tells of no capture proves nothing. */
export const capturedOrder = order.custom((wire: WireOrder) => {
  if (wire.purchase_units.some(unit => unit.payments?.captures?.length)) return wire;
  throw new TypeError('no capture');
});

export type WireDisputes = { items: { dispute_id: string }[]; links?: WireLink[] };
export const disputes = open<WireDisputes>({
  items: Joi.array()
    .items(open<{ dispute_id: string }>({ dispute_id: idText.required() }))
    .default([]), // PayPal leaves out an empty list
  links,
});

/** What adding a tracker answers: the order, as far as its parcels are concerned. */
export type WireTracked = { purchase_units: WireUnit[] };
export const trackedOrder = open<WireTracked>({
  purchase_units: Joi.array().items(open<WireUnit>({ shipping })).min(1).required(),
}).custom((wire: WireTracked) => {
  if (wire.purchase_units.some(unit => unit.shipping?.trackers?.length)) return wire;
  throw new TypeError('no tracker');
});

export type WireBatch = {
  batch_header: { payout_batch_id: string; batch_status: string; sender_batch_header?: { sender_batch_id?: string } };
  items?: WireItem[];
};
export type WireItem = {
  payout_item_id: string;
  transaction_status: string;
  payout_item: { amount: Money; receiver: string };
  payout_item_fee?: Money;
  errors?: { name?: string };
};
export const payoutItem = open<WireItem>({
  payout_item_id: idText.required(),
  transaction_status: text.required(),
  payout_item: open({ amount: payoutAmount.required(), receiver: text.required() }).required(),
  payout_item_fee: payoutFee,
  errors: open({ name: text }),
});
export const payoutBatch = open<WireBatch>({
  batch_header: open({
    payout_batch_id: idText.required(),
    batch_status: text.required(),
    sender_batch_header: open({ sender_batch_id: text }),
  }).required(),
  items: Joi.array().items(payoutItem),
});

export type WireBalances = {
  balances: { available_balance?: { value: string; currency_code: string } }[];
  as_of_time: Date;
  last_refresh_time?: Date;
};
export const balances = open<WireBalances>({
  // Not read into Money here: an account may hold currencies that we do not.
  balances: Joi.array()
    .items(open({ available_balance: open({ value: decimalText.required(), currency_code: text.required() }) }))
    .required(),
  as_of_time: time.required(),
  last_refresh_time: time,
});

export type WireWebhook = { id: string; url: string; event_types: { name: string }[] };
export const webhook = open<WireWebhook>({
  id: idText.required(),
  url: text.required(),
  event_types: Joi.array()
    .items(open<{ name: string }>({ name: text.required() }))
    .required(),
});
export const webhooks = open<{ webhooks: WireWebhook[] }>({ webhooks: Joi.array().items(webhook).required() });

/** Not read in deep: what the resource holds is another schema's. */
export type WireListedEvent = { id: string; event_type: string; create_time: string };
const listedEvent = open<WireListedEvent>({
  id: idText.required(),
  event_type: text.required(),
  create_time: text.isoDate().required(),
});
export type WireEvents = { events: WireListedEvent[]; links?: WireLink[] };
export const events = open<WireEvents>({ events: Joi.array().items(listedEvent).required(), links });
