import Joi from 'joi';
import { decimalText, harmless, idText, open, readAs } from '../fields.ts';
import { toOrder } from './order.ts';
import { toPack, toShipment } from './shipment.ts';

/** What MercadoLibre sends, as far as we read it. Ids and amounts are bare JSON numbers; they stay text. */
const text = Joi.string();
const optionalText = text.empty(['', null]);
const optionalId = idText.empty(['', null]);

export type WireToken = { access_token: string; refresh_token: string; expires_in: number; user_id: string };
export const token = open<WireToken>({
  access_token: text.required(),
  refresh_token: text.required(),
  expires_in: Joi.number().integer().required(),
  user_id: idText.required(),
});

export type WireItem = {
  item: { id: string; variation_id?: string; seller_sku?: string; title?: string };
  quantity: number;
  unit_price: string;
  sale_fee: string;
};
const item = open<WireItem>({
  item: open({
    id: idText.required(),
    variation_id: optionalId,
    seller_sku: optionalText,
    title: optionalText,
  }).required(),
  quantity: Joi.number().integer().min(1).required(),
  unit_price: decimalText.required(),
  sale_fee: decimalText.empty(null).default('0'),
});

/** Beside their status, payments say in an order what of them has gone back; the order itself stays `paid`. */
export type WirePayment = {
  status?: string;
  currency_id?: string;
  transaction_amount?: string;
  transaction_amount_refunded?: string;
};
const payment = open<WirePayment>({
  status: optionalText,
  currency_id: optionalText,
  transaction_amount: decimalText.empty(null),
  transaction_amount_refunded: decimalText.empty(null),
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
const wireOrder = open<WireOrder>({
  id: idText.required(),
  date_created: Joi.date().iso(),
  status: text.required(),
  tags: Joi.array().items(text).default([]),
  currency_id: text.required(),
  seller: open({ id: idText.required() }).required(),
  shipping: open({ id: optionalId }).empty(null),
  pack_id: optionalId,
  order_items: Joi.array().items(item).min(1).required(),
  payments: Joi.array().items(payment).empty(null).default([]),
});
export const order = readAs(wireOrder, toOrder);

/** Of a page of orders only what marks them: one that cannot be read must not hide the others. */
export type WireOrderMark = { id: string; last_updated: Date };
const orderMark = open<WireOrderMark>({ id: idText.required(), last_updated: Joi.date().iso().required() });
export type WireOrderPage = { results: WireOrderMark[]; paging: { total: number } };
export const orderPage = open<WireOrderPage>({
  results: Joi.array().items(orderMark).required(),
  paging: open({ total: Joi.number().integer().min(0).required() }).required(),
});

type Named = { id?: string; name?: string };
/** An address that cannot be read is none: the order waits for one. */
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
  logistic: { mode: string };
  tracking_number?: string;
  destination?: WireDestination;
};
const wireShipment = open<WireShipment>({
  id: idText.required(),
  status: text.required(),
  logistic: open({ mode: text.required() }).required(),
  tracking_number: optionalId,
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
export const shipment = readAs(wireShipment, toShipment);

export type WirePack = { id: string; status: string; orders: { id: string }[]; shipment?: { id?: string } };
const wirePack = open<WirePack>({
  id: idText.required(),
  status: text.required(),
  orders: Joi.array()
    .items(open<{ id: string }>({ id: idText.required() }))
    .min(1)
    .required(),
  shipment: open({ id: optionalId }).empty(null),
});
export const pack = readAs(wirePack, toPack);

/** `OK`, or the status that was told: any other word proves nothing. */
export const told = open<{ status: string }>({ status: text.required() });

export type WireMissed = { messages: Record<string, unknown>[] };
export const missed = open<WireMissed>({ messages: Joi.array().items(Joi.object().unknown()).required() });
