import { type Account, accountById } from '../accounts.ts';
import { balanceOf, book } from '../paypal/balances.ts';
import type { World } from '../world.ts';
import { costOf } from './cost.ts';
import type { SupplierOrder } from './state.ts';

/** Where AliExpress pays by itself. Chile, Argentina, Colombia, Peru and Uruguay are not among them. */
const apiPayCountries = new Set(
  'NO DE BE PT JP DK LT LU LV FR NZ HU BR SE GB IE CA US EE IL AE CH IS IT MX ES AT AU NL'.split(' '),
);

/** The platform's account pays from the platform's PayPal balance; everybody else's from a card that never ends. */
const isPlatform = (account: Account): boolean => account.accountName.startsWith('platform');

/** @returns whether all are paid now. */
export function payAutomatically(world: World, account: Account, orders: readonly SupplierOrder[]): boolean {
  const allowed =
    account.autoPay && orders.every(order => order.currency === 'USD' && apiPayCountries.has(order.country));
  return allowed && orders.every(order => pay(world, account, order));
}

/** Somebody pays on the website. @returns whether it is paid now. */
export function payByHand(world: World, order: SupplierOrder): boolean {
  const account = accountById(world, 'aliexpress', order.accountId);
  return account !== undefined && order.status === 'PLACE_ORDER_SUCCESS' && pay(world, account, order);
}

function pay(world: World, account: Account, order: SupplierOrder): boolean {
  const cost = costOf(order);
  if (isPlatform(account)) {
    if (cost > balanceOf(world, order.currency)) return false;
    book(world, order.currency, -cost);
    order.paidByPlatform = true;
  }
  order.status = 'WAIT_SELLER_SEND_GOODS';
  order.logisticsStatus = 'WAIT_SELLER_SEND_GOODS';
  order.paidMs = world.clock.now();
  world.books.note('supplier-order', order.number, { paid: true, paidByPlatform: order.paidByPlatform });
  return true;
}

/** The order ends without goods: they go back to the shelf, and the money to who paid. */
export function cancel(world: World, order: SupplierOrder, endReason: string): void {
  if (order.status === 'FINISH') return;
  order.status = 'FINISH';
  order.endReason = endReason;
  for (const line of order.lines) {
    const sku = world.state.aliexpress.products.get(line.productId)?.skus.find(known => known.skuId === line.skuId);
    if (sku) sku.stock += line.count;
  }
  if (order.paidByPlatform) book(world, order.currency, costOf(order));
  world.books.note('supplier-order', order.number, { cancelled: endReason });
}

/** An order that nobody pays in time closes by itself. Also called after a restart. */
export function closeWhenUnpaid(world: World, order: SupplierOrder): void {
  const closesMs = order.createdMs + order.payTimeoutSeconds * 1000;
  world.clock.after(Math.max(0, closesMs - world.clock.now()), () => {
    if (order.status !== 'PLACE_ORDER_SUCCESS') return;
    cancel(world, order, 'CANCELED');
    world.save();
  });
}
