/**
 * Buyers' payments to a seller, from Mercado Pago: a host of its own, which accepts the seller's MercadoLibre token.
 * https://www.mercadopago.com.ar/developers/en/reference/payments/_payments_search/get
 */
import Joi from 'joi';
import { currencyOf, type Money, parseFee, sum } from '../../domain/money.ts';
import { count, eachOf, idText, type Listed, maybe, open, readAs, unsignedText } from '../wire/fields.ts';
import { type MercadoLibrePayment, toPayment } from './payment.ts';

/** Mercado Pago's host follows from MercadoLibre's; a simulator has one host. */
export const paymentsHost = (baseUrl: string): string =>
  baseUrl.replace(/^https:\/\/api\.mercadolibre\.com$/, 'https://api.mercadopago.com');

export type FoundPayment = MercadoLibrePayment & {
  id: string;
  /** The MercadoLibre order; other payments to the same account have none. */
  orderId?: string;
  createdAt: Date;
  /** The fee; absent where Mercado Pago gives none. */
  fee?: Money;
};

/** By the time at which they were made; `limit` ≤ 50. */
export type PaymentSearch = { from: Date; to: Date; limit: number; offset: number };

export const searchQuery = ({ from, to, limit, offset }: PaymentSearch): URLSearchParams =>
  new URLSearchParams({
    range: 'date_created',
    begin_date: from.toISOString(),
    end_date: to.toISOString(),
    sort: 'date_created',
    criteria: 'asc',
    limit: `${limit}`,
    offset: `${offset}`,
  });

type WireFee = { amount: string; fee_payer?: string };
type WireFound = {
  id: string;
  status: string;
  status_detail?: string;
  currency_id: string;
  transaction_amount: string;
  transaction_amount_refunded?: string;
  date_created: Date;
  order?: { id?: string; type?: string };
  fee_details?: WireFee[];
};
const wireFound = open<WireFound>({
  id: idText.required(),
  status: Joi.string().required(),
  status_detail: maybe(Joi.string()),
  currency_id: Joi.string().required(),
  transaction_amount: unsignedText.required(),
  transaction_amount_refunded: maybe(unsignedText),
  date_created: Joi.date().iso().required(),
  order: maybe(open({ id: maybe(idText), type: maybe(Joi.string()) })),
  fee_details: maybe(
    Joi.array().items(open<WireFee>({ amount: unsignedText.required(), fee_payer: maybe(Joi.string()) })),
  ),
});

function toFound(wire: WireFound): FoundPayment {
  const currency = currencyOf(wire.currency_id);
  const fees = (wire.fee_details ?? []).filter(({ fee_payer: payer }) => payer === 'collector');
  return {
    ...toPayment(wire, currency),
    id: wire.id,
    createdAt: wire.date_created,
    ...(wire.order?.id && wire.order.type === 'mercadolibre' ? { orderId: wire.order.id } : {}),
    ...(fees.length > 0
      ? {
          fee: sum(
            fees.map(({ amount }) => parseFee(amount, currency)),
            currency,
          ),
        }
      : {}),
  };
}

type PaymentPage = { results: Listed<FoundPayment>[]; paging: { total: number } };
export const paymentPage = open<PaymentPage>({
  results: eachOf(readAs(wireFound, toFound)).required(),
  paging: open({ total: count.required() }).required(),
});
