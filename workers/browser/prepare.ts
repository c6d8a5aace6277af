import type { Step } from '../context/browser-steps.ts';
import type { Visit } from '../context/shop-visit.ts';
import { type AddressFields, enterAddress } from './pages/address.ts';
import { checkOut } from './pages/cart.ts';
import { itemPath, takeItem, type Wanted } from './pages/item.ts';
import { ordersPath, readNewestOrders } from './pages/orders.ts';
import { type Review, readReview } from './pages/review.ts';

export type Prepared = Review & {
  /** Orders that were listed already: what is newer than all of them is ours, when it fits. */
  readonly before: readonly string[];
};

/** Everything that comes before the click, all of which can be left and begun again. @throws Obstacle */
export async function prepare(
  visit: Visit,
  wanted: Wanted,
  address: AddressFields,
  step: (name: Step) => Promise<void>,
): Promise<Prepared> {
  await step('orders-before');
  await visit.open(ordersPath);
  const before = (await readNewestOrders(visit.page)).map(({ number }) => number);
  await step('item');
  await visit.open(itemPath(wanted));
  await takeItem(visit.page, wanted);
  await step('cart');
  await checkOut(visit.page, wanted);
  await step('address');
  await enterAddress(visit.page, address);
  await step('review');
  return { before, ...(await readReview(visit.page, wanted, address)) };
}
