import type { SupplierOrder as SupplierNews } from '../../providers/aliexpress/order.ts';
import type { Parcel } from '../../providers/aliexpress/product.ts';
import type { SupplierOrder } from '../../store/entities/order.ts';
import type { Visit } from '../context/shop-visit.ts';
import { Obstacle } from './obstacle.ts';
import { orderPath, readOrder } from './pages/orders.ts';

/** The website's words for the statuses of the API. */
const statuses: Readonly<Record<string, SupplierNews['status'] | undefined>> = {
  'Awaiting payment': 'PLACED_UNPAID',
  'Awaiting shipment': 'PAID',
  'Awaiting delivery': 'SHIPPED',
  Completed: 'DELIVERED',
  Closed: 'CANCELLED',
};

/** The order and its parcels, in the form of the API's answers. */
export type WebsiteNews = { readonly news: SupplierNews; readonly parcels: readonly Parcel[] };

/** Reads one supplier order on the website, in the account that placed it. @throws Obstacle */
export async function readOnWebsite(visit: Visit, row: SupplierOrder): Promise<WebsiteNews> {
  await visit.open(orderPath(row.number));
  const shown = await readOrder(visit.page);
  if (shown?.number !== row.number)
    throw new Obstacle('LAYOUT_UNKNOWN', `the page of order ${row.number} shows another`);
  // An unknown word concerns this order alone.
  const status = statuses[shown.status] ?? 'NEEDS_ATTENTION';
  return {
    news: { number: row.number, status, rawStatus: shown.status, charged: shown.total },
    parcels: shown.parcels.map(parcel => ({ ...parcel, items: [], events: [] })),
  };
}
