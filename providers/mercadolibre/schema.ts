import Joi from 'joi';
import {
  count,
  digestOf,
  eachOf,
  harmless,
  idText,
  type Listed,
  maybe,
  open,
  readAs,
  unsignedText,
} from '../wire/fields.ts';
import { pieces } from '../wire/sale-price.ts';
import { type MercadoLibreNotification, notification } from './webhook.ts';

/** What MercadoLibre sends, as far as we read it. Ids and amounts are bare JSON numbers; they stay text. */
const text = Joi.string();
const optionalText = text.empty(['', null]);
const optionalId = maybe(idText);

export type WireToken = { access_token: string; refresh_token: string; expires_in: number; user_id: string };
export const token = open<WireToken>({
  access_token: text.required(),
  refresh_token: text.required(),
  expires_in: Joi.number().integer().required(),
  user_id: idText.required(),
});

export type WireItem = {
  item: { id: string; variation_id?: string };
  quantity: number;
  unit_price: string;
  sale_fee?: string;
  currency_id?: string;
};
const item = open<WireItem>({
  item: open({ id: idText.required(), variation_id: optionalId }).required(),
  quantity: pieces.required(),
  unit_price: unsignedText.required(),
  // If MercadoLibre gives none, the table of fees does.
  sale_fee: harmless(unsignedText),
  // The currency of price and fee; the order's, if absent.
  currency_id: maybe(text),
});

/** An order's payments give their status and how much was refunded; the order itself stays `paid`. */
export type WirePayment = {
  status?: string;
  status_detail?: string;
  currency_id?: string;
  transaction_amount?: string;
  transaction_amount_refunded?: string;
};
const payment = open<WirePayment>({
  status: maybe(text),
  status_detail: maybe(text),
  currency_id: maybe(text),
  transaction_amount: maybe(unsignedText),
  transaction_amount_refunded: maybe(unsignedText),
});

export type WireOrder = {
  id: string;
  date_created?: Date;
  status: string;
  tags: string[];
  currency_id: string;
  seller: { id: string };
  shipping?: { id?: string };
  pack_id?: string;
  order_items: WireItem[];
  payments: WirePayment[];
};
export const wireOrder = open<WireOrder>({
  id: idText.required(),
  // We do not buy for an order that was sold before its account was connected.
  date_created: maybe(Joi.date().iso()),
  status: text.required(),
  // Searched for the risk of fraud.
  tags: maybe(Joi.array().items(text)).default([]),
  currency_id: text.required(),
  seller: open({ id: idText.required() }).required(),
  shipping: maybe(open({ id: optionalId })),
  pack_id: optionalId,
  order_items: Joi.array().items(item).min(1).required(),
  payments: maybe(Joi.array().items(payment)).default([]),
});

/**
 * Of each order on a page only its id and version. `version` changes when the order does: without a readable time of
 * the last change it is a digest of the order on the page.
 */
export type WireOrderMark = { orderId: string; version: string };
const orderMark = readAs(
  open<{ id: string; last_updated?: Date }>({ id: idText.required(), last_updated: harmless(Joi.date().iso()) }),
  (wire): WireOrderMark => ({ orderId: wire.id, version: wire.last_updated?.toISOString() ?? digestOf(wire) }),
);
export type WireOrderPage = { results: Listed<WireOrderMark>[]; paging: { total: number } };
export const orderPage = open<WireOrderPage>({
  results: eachOf(orderMark).required(),
  paging: open({ total: count.required() }).required(),
});

type Named = { id?: string; name?: string };
/** An address that cannot be read counts as missing: the order waits for one. */
const word = harmless(idText);
const named = harmless(open<Named>({ id: word, name: word }));
export type WireDestination = {
  receiver_name?: string;
  receiver_phone?: string;
  shipping_address?: {
    address_line?: string;
    street_name?: string;
    street_number?: string;
    comment?: string;
    zip_code?: string;
    city?: Named;
    state?: Named;
    country?: Named;
    neighborhood?: Named;
  };
};
export type WireShipment = {
  id: string;
  status: string;
  logistic: { mode: string; type?: string };
  tracking_number?: string;
  destination?: WireDestination;
  lead_time?: { estimated_handling_limit?: { date?: Date } };
};
export const wireShipment = open<WireShipment>({
  id: idText.required(),
  status: text.required(),
  logistic: open({ mode: text.required(), type: optionalText }).required(),
  tracking_number: optionalId,
  // If it cannot be read, our own deadline ends the wait.
  lead_time: harmless(
    open<NonNullable<WireShipment['lead_time']>>({
      estimated_handling_limit: harmless(open<{ date?: Date }>({ date: harmless(Joi.date().iso()) })),
    }),
  ),
  // An address that cannot be read is waited for, or entered by a person.
  destination: harmless(
    open<WireDestination>({
      receiver_name: word,
      receiver_phone: word,
      shipping_address: harmless(
        open<NonNullable<WireDestination['shipping_address']>>({
          address_line: word,
          street_name: word,
          street_number: word,
          comment: word,
          zip_code: word,
          city: named,
          state: named,
          country: named,
          neighborhood: named,
        }),
      ),
    }),
  ),
});

/** `OK`, or the status that was reported: any other word proves nothing. */
export const told = open<{ status: string }>({ status: text.required() });

type WireMissed = { messages: Listed<MercadoLibreNotification>[] };
export const missed = open<WireMissed>({ messages: eachOf(notification).required() });
