import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { sellerOf } from './access.ts';
import { orderDocument } from './order-document.ts';
import { forbidden, notFound, refusal } from './refusals.ts';
import type { MercadoLibreOrder } from './state.ts';

const mostPerPage = 50;

/** `GET /orders/{id}`. */
export const getOrder = (world: World, call: Call): Answer => ({
  status: 200,
  body: orderDocument(world, orderOf(world, call)),
});

/** The seller's own order named in the path. @throws Refusal 403 or 404 */
export function orderOf(world: World, call: Call): MercadoLibreOrder {
  const seller = sellerOf(world, call);
  const order = world.state.mercadolibre.orders.get(call.param('id'));
  if (!order) throw notFound(`Order do not exists: ${call.param('id')}`);
  if (order.accountId !== seller.accountId) throw forbidden();
  return order;
}

/** `GET /orders/search`: cancelled orders only when asked for. */
export function searchOrders(world: World, call: Call): Answer {
  const { query } = call;
  if (query.get('seller') !== sellerOf(world, call).accountId) throw forbidden();
  const limit = wholeNumber(call, 'limit', mostPerPage);
  const offset = wholeNumber(call, 'offset', 0);
  if (limit > mostPerPage) throw refusal(400, 'bad_request', `limit must be at most ${mostPerPage}`);
  const status = query.get('order.status');
  const from = timeOf(query.get('order.date_last_updated.from'), 0);
  const to = timeOf(query.get('order.date_last_updated.to'), Number.POSITIVE_INFINITY);
  const found = [...world.state.mercadolibre.orders.values()]
    .filter(order => order.accountId === query.get('seller'))
    .filter(order => (status === null ? order.status !== 'cancelled' : order.status === status))
    .filter(order => Date.parse(order.updatedAt) >= from && Date.parse(order.updatedAt) <= to)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  return {
    status: 200,
    body: {
      query: '',
      results: found.slice(offset, offset + limit).map(order => orderDocument(world, order)),
      paging: { total: found.length, offset, limit },
    },
  };
}

function wholeNumber(call: Call, name: string, fallback: number): number {
  const text = call.query.get(name) ?? String(fallback);
  if (!/^\d{1,6}$/.test(text)) throw refusal(400, 'bad_request', `invalid ${name}`);
  return Number(text);
}

function timeOf(text: string | null, fallback: number): number {
  if (text === null) return fallback;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw refusal(400, 'bad_request', 'invalid date');
  return at;
}
