import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { sellerOf } from './access.ts';
import { orderDocument } from './order-document.ts';
import { refusal } from './refusals.ts';
import type { EbayOrder } from './state.ts';

const orderIdPattern = /^\d{2}-\d{5}-\d{5}$/;
const mostPerPage = 200;
const defaultPerPage = 50;
const ninetyDaysMs = 90 * 86_400_000;

/** `GET /sell/fulfillment/v1/order/{orderId}`. */
export const getOrder = (world: World, call: Call): Answer => ({
  status: 200,
  body: orderDocument(orderOf(world, call)),
});

/** The seller's own order named in the path. @throws Refusal 400, also for another's */
export function orderOf(world: World, call: Call): EbayOrder {
  const seller = sellerOf(world, call);
  const id = call.param('orderId');
  if (!orderIdPattern.test(id)) throw refusal(400, 32100, `Invalid order ID: ${id}`);
  const order = world.state.ebay.orders.get(id);
  if (order?.accountId !== seller.accountId) throw refusal(400, 32100, `Invalid order ID: ${id}`);
  return order;
}

/** `GET /sell/fulfillment/v1/order`: by ids, or by dates, the newest first. */
export function getOrders(world: World, call: Call): Answer {
  const seller = sellerOf(world, call);
  const limit = wholeNumber(call, 'limit', defaultPerPage, mostPerPage);
  const offset = wholeNumber(call, 'offset', 0, Number.MAX_SAFE_INTEGER);
  const ids = call.query.get('orderIds')?.split(',');
  if (ids && ids.length > 50) throw refusal(400, 30850, 'orderIds: at most 50');
  const matches = ids ? (order: EbayOrder) => ids.includes(order.orderId) : dateFilter(world, call);
  const found = [...world.state.ebay.orders.values()]
    .filter(order => order.accountId === seller.accountId && matches(order))
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const href = `${world.publicUrl()}/ebay${call.path}`;
  return {
    status: 200,
    body: {
      href: `${href}?limit=${limit}&offset=${offset}`,
      total: found.length,
      limit,
      offset,
      ...(found.length > offset + limit ? { next: `${href}?limit=${limit}&offset=${offset + limit}` } : {}),
      orders: found.slice(offset, offset + limit).map(orderDocument),
    },
  };
}

function wholeNumber(call: Call, name: string, fallback: number, most: number): number {
  const text = call.query.get(name) ?? String(fallback);
  if (!/^\d+$/.test(text) || Number(text) > most) throw refusal(400, 30850, `Invalid ${name}: ${text}`);
  return Number(text);
}

/** `creationdate:[a..b]`, `lastmodifieddate:[a..b]`; without either, the last ninety days. */
function dateFilter(world: World, call: Call): (order: EbayOrder) => boolean {
  const filter = call.query.get('filter') ?? '';
  const range = /(creationdate|lastmodifieddate):\[([^\].]+\.\d{3}Z)\.\.([^\]]*)\]/.exec(filter);
  if (!range) {
    if (/date:/.test(filter)) throw refusal(400, 30810, `Invalid filter: ${filter}`);
    const since = world.clock.now() - ninetyDaysMs;
    return order => Date.parse(order.createdAt) >= since;
  }
  const from = Date.parse(range[2]!);
  const to = range[3] ? Date.parse(range[3]) : Number.POSITIVE_INFINITY;
  if (Number.isNaN(from) || Number.isNaN(to)) throw refusal(400, 30810, `Invalid filter: ${filter}`);
  return order => {
    const at = Date.parse(range[1] === 'creationdate' ? order.createdAt : order.modifiedAt);
    return at >= from && at <= to;
  };
}
