import { randomInt } from 'node:crypto';
import type { Order } from '../../store/entities/order.ts';
import { berlin } from '../support/stage.ts';
import { timelineLines } from '../support/timeline-lines.ts';
import { until } from '../support/until.ts';
import type { Api, Json, Member } from './open-api.ts';
import { delivered } from './post-webhook.ts';

type Marketplace = 'ebay' | 'mercadolibre';
const digits = (length: number) => Array.from({ length }, () => randomInt(1, 10)).join('');

/** What a buyer bought on eBay: one line of one piece for 29.99, unless told otherwise. */
export const ebaySale = (seller: Member, listings: readonly object[], changes: object = {}) => ({
  marketplace: 'ebay',
  accountId: seller.ebay.accountId,
  currency: 'USD',
  shipTo: { ...berlin },
  lines: listings.map(line => ({ legacyItemId: digits(12), totalMinor: '2999', ...line })),
  ...changes,
});

export const mercadoLibreSale = (seller: Member, items: readonly object[], changes: object = {}) => ({
  marketplace: 'mercadolibre',
  accountId: seller.mercadolibre.accountId,
  currency: 'CLP',
  shipTo: { ...berlin },
  items: items.map(item => ({ itemId: `MLC${digits(9)}`, unitPriceMinor: '29990', saleFeeMinor: '4169', ...item })),
  ...changes,
});

const notify = (api: Api, marketplace: Marketplace, seller: Member, times = 1) =>
  marketplace === 'ebay'
    ? { times }
    : { times, url: `${api.url}/api/webhooks/mercadolibre/${seller.mercadolibre.segment}` };

/** The sale happens, and its notifications arrive; the imports are left to do. */
export async function sell(
  api: Api,
  seller: Member,
  sale: { marketplace: string; lines?: readonly object[] },
): Promise<string> {
  const events = sale.lines?.length ?? 1;
  const before = api.stage.jobs.length;
  let orderId = '';
  const happen = async () => {
    const body = { ...sale, notify: notify(api, sale.marketplace as Marketplace, seller) };
    orderId = (await api.stage.control<{ orderId: string }>('orders', body)).orderId;
  };
  await delivered(api, happen, events);
  await until(() => api.stage.jobs.length >= before + events);
  return orderId;
}

/** Something changes at the marketplace, which tells; the imports are left to do. */
export async function change(
  api: Api,
  seller: Member,
  marketplace: Marketplace,
  orderId: string,
  changes: object,
): Promise<void> {
  const before = api.stage.jobs.length;
  await delivered(api, async () => {
    const answer = await fetch(`${api.stage.sandboxUrl}/_control/orders/${marketplace}/${orderId}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...changes, notify: notify(api, marketplace, seller) }),
    });
    if (!answer.ok) throw new Error(`PATCH ${orderId} answered ${answer.status} ${await answer.text()}`);
  });
  await until(() => api.stage.jobs.length > before);
}

/** Runs the imports that are left to do, and nothing of what follows from them. */
export async function importAll(api: Api): Promise<string[]> {
  const { jobs, perform } = api.stage;
  const imports = jobs.filter(({ queue }) => queue === 'import-order');
  jobs.splice(0, jobs.length, ...jobs.filter(({ queue }) => queue !== 'import-order'));
  const answers: string[] = [];
  for (const { payload } of imports) answers.push(await perform('import-order', String(payload.eventId)));
  return answers;
}

/** Our orders of one sale, by line. */
export async function linesOf(api: Api, externalOrderId: string): Promise<Order[]> {
  const rows = await api.rows('select id from orders where external_order_id = ? order by external_line_id', [
    externalOrderId,
  ]);
  return Promise.all(rows.map(({ id }) => api.stage.order(id)));
}

/** Our only order of one sale. */
export async function lineOf(api: Api, externalOrderId: string): Promise<Order> {
  const [line, ...more] = await linesOf(api, externalOrderId);
  if (!line || more.length > 0) throw new Error(`${externalOrderId} has ${more.length + (line ? 1 : 0)} orders`);
  return line;
}

export const paymentsOf = (api: Api, { id }: Order): Promise<Json[]> =>
  api.rows('select status, amount_minor, currency, fee_minor from payments where order_id = ?', [id]);

export const timelineOf = async (api: Api, { id }: Order): Promise<string> =>
  (await timelineLines(api.stage, { orderId: id })).map(({ note }) => note).join('\n');

/** State and reason in one text: `WAITING LISTING_NOT_MAPPED`. */
export const stateOf = ({ status, waitReason, reason }: Order): string =>
  [status, waitReason ?? reason].filter(Boolean).join(' ');
