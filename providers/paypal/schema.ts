import Joi from 'joi';
import { isCurrency, type Money, parseMoney } from '../../domain/money.ts';
import {
  choiceOf,
  decimalText,
  feeField,
  harmless,
  idText,
  maybe,
  moneyField,
  neverNegative,
  open,
  readAs,
} from '../wire/fields.ts';

/**
 * What PayPal sends, as far as we read it: its own documents promise almost no field. Orders and Payments say
 * `currency_code`, Payouts say `currency`.
 */
const amount = neverNegative(moneyField('value', 'currency_code'));
const payoutAmount = neverNegative(moneyField('value', 'currency'));
const fee = neverNegative(feeField('value', 'currency_code'));
const payoutFee = neverNegative(feeField('value', 'currency'));
const text = Joi.string();
const time = Joi.date().iso();
const maybeText = maybe(text);
const maybeId = maybe(idText);
const list = <T>(item: Joi.Schema<T>) => Joi.array().items(item);

export type WireToken = { access_token: string; expires_in?: number };
/** A token without an expiry counts as short-lived. */
export const token = open<WireToken>({
  access_token: text.required(),
  expires_in: harmless(Joi.number().integer().min(1)),
});

export type WireLink = { href: string; rel: string };
const link = open<WireLink>({ href: text.required(), rel: text.required() });
/** Links to the next page: an unreadable one would end a list too early. */
const pageLinks = maybe(list(link));

type WireCreated = { id: string; links: WireLink[] };
/** One of the links is chosen for the buyer. */
export const created = open<WireCreated>({ id: idText.required(), links: choiceOf(link).required() });

export type WireCapture = {
  id: string;
  status: string;
  amount: Money;
  custom_id?: string;
  status_details?: { reason?: string };
  seller_receivable_breakdown?: { paypal_fee?: Money };
  supplementary_data?: { related_ids?: { order_id?: string } };
};
export const capture = open<WireCapture>({
  id: idText.required(),
  status: text.required(),
  amount: amount.required(),
  // These two say to which order the money belongs.
  custom_id: maybeText,
  supplementary_data: maybe(open({ related_ids: maybe(open({ order_id: maybeId })) })),
  // Shown to the buyer only.
  status_details: harmless(open({ reason: harmless(text) })),
  // A fee that cannot be read counts as absent: it is estimated, and read again later.
  seller_receivable_breakdown: harmless(open({ paypal_fee: harmless(fee) })),
});

export type WireRefund = { id: string; status: string; amount?: Money; custom_id?: string; links?: WireLink[] };
const refundFields = {
  id: idText.required(),
  status: text.required(),
  // By this we find our own refund.
  custom_id: maybeText,
  // The link to the capture: an order of ours has one, to which all its refunds belong.
  links: harmless(choiceOf(link)),
};
/** A refund in an order's list, which is summed. */
const refundInOrder = open<WireRefund & { amount: Money }>({ ...refundFields, amount: amount.required() });
/** A refund that was read by itself: its amount may be known already. */
export const refund = open<WireRefund>({ ...refundFields, amount: maybe(amount) });
/** The answer to making a refund: with `return=minimal` only its id. */
export const refundMade = open<{ id: string }>({ id: idText.required() });

export type WireMovement = { affected_party?: string; amount?: Money; type?: string; reason?: string };
/** Only fees are read from movements, and summed. */
const movement = open<WireMovement>({
  affected_party: maybeText,
  amount: maybe(fee),
  type: maybeText,
  reason: maybeText,
});

type WireDisputed = { seller_transaction_id?: string; custom?: string };
export type WireDispute = {
  dispute_id: string;
  status: string;
  disputed_transactions: WireDisputed[];
  dispute_outcome?: { outcome_code?: string };
  money_movements?: WireMovement[];
};
export const dispute = open<WireDispute>({
  dispute_id: idText.required(),
  status: text.required(),
  disputed_transactions: list(open<WireDisputed>({ seller_transaction_id: maybeId, custom: maybeText })).required(),
  // Without an outcome the money does not count as the seller's.
  dispute_outcome: maybe(open({ outcome_code: maybeText })),
  money_movements: maybe(list(movement)),
});

type WireTracker = { id: string; status?: string };
const tracker = open<WireTracker>({ id: idText.required(), status: harmless(text) });
const shipping = open<{ trackers?: WireTracker[] }>({ trackers: maybe(list(tracker)) });
type WireShipping = { trackers?: WireTracker[] };

/** Unreadable parcels do not make the money unreadable, and do not count as "none". */
type WireShippingApart = WireShipping | 'unreadable';
const shippingApart = Joi.any().custom((value: unknown): WireShippingApart => {
  const { value: read, error } = shipping.validate(value ?? {});
  return error ? 'unreadable' : read;
}) as Joi.Schema<WireShippingApart>;

type WireUnit = {
  custom_id?: string;
  payments?: { captures?: WireCapture[]; refunds?: (WireRefund & { amount: Money })[] };
  shipping?: WireShippingApart;
};
export type WireOrder = { id: string; status: string; purchase_units: WireUnit[] };
const hasCapture = ({ purchase_units }: WireOrder): boolean =>
  purchase_units.some(({ payments }) => (payments?.captures ?? []).length > 0);

export const order = open<WireOrder>({
  id: idText.required(),
  status: text.required(),
  purchase_units: list(
    open<WireUnit>({
      custom_id: maybeText,
      payments: maybe(open({ captures: maybe(list(capture)), refunds: maybe(list(refundInOrder)) })),
      shipping: shippingApart,
    }),
  )
    .min(1)
    .required(),
}).custom((wire: WireOrder) => {
  // A completed order was paid or declined: without its capture the answer is unreadable.
  if (wire.status !== 'COMPLETED' || hasCapture(wire)) return wire;
  throw new TypeError('completed without a capture');
});

/** The answer to a capture proves nothing without a capture in it. */
export const capturedOrder = order.custom((wire: WireOrder) => {
  if (hasCapture(wire)) return wire;
  throw new TypeError('no capture');
});

type WireDisputes = { items: { dispute_id: string }[]; links?: WireLink[] };
export const disputes = open<WireDisputes>({
  // PayPal leaves out an empty list.
  items: maybe(list(open<{ dispute_id: string }>({ dispute_id: idText.required() }))).default([]),
  links: pageLinks,
});

export type WireParcels = { shipping?: WireShippingApart };
/** The answer to adding a tracker: the order, of which only the parcels are read. */
type WireTracked = { purchase_units: WireParcels[] };
export const trackedOrder = open<WireTracked>({
  purchase_units: list(open<WireParcels>({ shipping: maybe(shipping) }))
    .min(1)
    .required(),
}).custom((wire: WireTracked) => {
  if (wire.purchase_units.some(({ shipping }) => typeof shipping === 'object' && shipping.trackers?.length))
    return wire;
  throw new TypeError('no tracker');
});

export type WireItem = {
  payout_item_id: string;
  transaction_status: string;
  payout_item?: { amount?: Money };
  payout_item_fee?: Money;
  errors?: { name?: string };
};
export const payoutItem = open<WireItem>({
  payout_item_id: idText.required(),
  transaction_status: text.required(),
  payout_item: maybe(open({ amount: maybe(payoutAmount) })),
  // A fee that cannot be read counts as absent: the expected fee is booked.
  payout_item_fee: harmless(payoutFee),
  errors: harmless(open({ name: harmless(text) })),
});

export type WireBatch = {
  batch_header: {
    payout_batch_id: string;
    batch_status?: string;
    sender_batch_header?: { sender_batch_id?: string };
    fees?: Money;
  };
  items?: WireItem[];
};
const batchId = { payout_batch_id: idText.required() };
export const payoutBatch = open<WireBatch>({
  batch_header: open({
    ...batchId,
    batch_status: maybeText,
    // Shows whether the batch is ours.
    sender_batch_header: maybe(open({ sender_batch_id: maybeText })),
    fees: harmless(payoutFee),
  }).required(),
  items: maybe(list(payoutItem)),
});
/** The answer that a batch was accepted: only its id is needed. */
export const acceptedBatch = open<WireBatch>({ batch_header: open(batchId).required() });

type WireBalance = { available_balance?: { value: string; currency_code: string } };
type WireBalances = { balances: WireBalance[]; as_of_time?: Date; last_refresh_time?: Date };
const wireBalances = open<WireBalances>({
  balances: list(
    open<WireBalance>({
      available_balance: maybe(open({ value: decimalText.required(), currency_code: text.required() })),
    }),
  ).required(),
  as_of_time: maybe(time),
  last_refresh_time: maybe(time),
}).or('as_of_time', 'last_refresh_time');

/** `asOf` is the older of its two times. Currencies that we do not hold are left out. */
export const balances = readAs(wireBalances, ({ balances: told, as_of_time, last_refresh_time }) => ({
  asOf: new Date(Math.min(...[as_of_time, last_refresh_time].flatMap(at => at?.getTime() ?? []))),
  available: told.flatMap(({ available_balance: balance }) =>
    balance && isCurrency(balance.currency_code) ? [parseMoney(balance.value, balance.currency_code)] : [],
  ),
}));

type WireEventType = { name: string };
export type WireWebhook = { id: string; url: string; event_types: WireEventType[] };
export const webhook = open<WireWebhook>({
  id: idText.required(),
  url: text.required(),
  event_types: list(open<WireEventType>({ name: text.required() })).required(),
});
export const webhooks = open<{ webhooks: WireWebhook[] }>({ webhooks: list(webhook).required() });

/** The events are not read here: one that cannot be read must not hide the others. */
type WireEvents = { events: unknown[]; links?: WireLink[] };
export const events = open<WireEvents>({ events: list(Joi.any()).required(), links: pageLinks });
