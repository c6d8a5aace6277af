import type { SupplierOrder as SupplierNews } from '../providers/aliexpress/order.ts';
import type { SupplierOrder } from '../store/entities/order.ts';
import { Obstacle } from './browser/obstacle.ts';
import { orderPath, readOrder } from './browser/pages/orders.ts';
import type { Visit } from './browser/shop.ts';

/** The website's words for what the API calls otherwise. */
const statuses: Readonly<Record<string, SupplierNews['status'] | undefined>> = {
  'Awaiting payment': 'PLACED_UNPAID',
  'Awaiting shipment': 'PAID',
  'Awaiting delivery': 'SHIPPED',
  Completed: 'DELIVERED',
  Closed: 'CANCELLED',
};

/** Reads one supplier order on the website, in the account that placed it. @throws Obstacle */
export async function readOnWebsite(visit: Visit, row: SupplierOrder): Promise<SupplierNews> {
  await visit.open(orderPath(row.number));
  const shown = await readOrder(visit.page);
  const status = shown && statuses[shown.status];
  if (shown?.number !== row.number || !status)
    throw new Obstacle('LAYOUT_UNKNOWN', `the page of order ${row.number} shows another, or a state nobody knows`);
  return { status, rawStatus: shown.status, actualFee: shown.total } as SupplierNews;
}
