import { toDecimal } from '../decimal.ts';
import { bare } from '../json.ts';
import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { sellerOf } from './access.ts';
import { paymentWordsOf } from './order-document.ts';
import { refusal } from './refusals.ts';
import type { MercadoLibreOrder } from './state.ts';

const mostPerPage = 50;
/** A payment can be searched for some minutes after it was made. */
const lagMs = 300_000;

/** Mercado Pago's `GET /v1/payments/search`, by the time at which they were made. */
export function searchPayments(world: World, call: Call): Answer {
  const seller = sellerOf(world, call);
  const { query } = call;
  if (query.get('range') !== 'date_created') throw refusal(400, 'bad_request', 'Invalid range');
  if (query.get('sort') !== 'date_created') throw refusal(400, 'bad_request', 'Invalid sort value');
  const [from, to] = [timeOf(query.get('begin_date')), timeOf(query.get('end_date'))];
  const [limit, offset] = [wholeNumber(call, 'limit', 30), wholeNumber(call, 'offset', 0)];
  if (limit > mostPerPage) throw refusal(400, 'bad_request', 'Number of rows exceeded the limits');
  const found = [...world.state.mercadolibre.orders.values()]
    .filter(({ accountId }) => accountId === seller.accountId)
    .filter(({ createdAt }) => Date.parse(createdAt) >= from && Date.parse(createdAt) <= to)
    .filter(({ createdAt }) => Date.parse(createdAt) <= world.clock.now() - lagMs)
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  return {
    status: 200,
    body: {
      paging: { total: found.length, limit, offset },
      results: found.slice(offset, offset + limit).map(paymentDocument),
    },
  };
}

function paymentDocument(order: MercadoLibreOrder): object {
  const money = (minor: bigint) => bare(toDecimal(minor, order.currency));
  const total = order.items.reduce((sum, item) => sum + item.unitPriceMinor * BigInt(item.quantity), 0n);
  const fees = order.items.reduce((sum, item) => sum + item.saleFeeMinor * BigInt(item.quantity), 0n);
  const words = paymentWordsOf(order);
  return {
    id: BigInt(order.shipmentId) + 1n,
    date_created: order.createdAt,
    date_last_updated: order.updatedAt,
    operation_type: 'regular_payment',
    status: words.status,
    status_detail: words.statusDetail ?? null,
    currency_id: order.currency,
    transaction_amount: money(total),
    transaction_amount_refunded: money(order.status === 'cancelled' ? total : order.refundedMinor),
    collector_id: BigInt(order.accountId),
    order: { id: BigInt(order.id), type: 'mercadolibre' },
    fee_details: [{ type: 'mercadopago_fee', amount: money(fees), fee_payer: 'collector' }],
  };
}

function timeOf(text: string | null): number {
  const at = Date.parse(text ?? '');
  if (Number.isNaN(at)) throw refusal(400, 'bad_request', "Date format must be yyyy-MM-dd'T'HH:mm:ss.SSSZ");
  return at;
}

function wholeNumber({ query }: Call, name: string, fallback: number): number {
  const text = query.get(name) ?? String(fallback);
  if (!/^\d{1,6}$/.test(text)) throw refusal(400, 'bad_request', `invalid ${name}`);
  return Number(text);
}
