import type { Account } from '../accounts.ts';
import type { World } from '../world.ts';
import { faultOf } from './address-rules.ts';
import { deliveryOptions } from './delivery-options.ts';
import { type OrderRequest, readOrderRequest } from './order-request.ts';
import { payAutomatically } from './payment.ts';
import { type Pick, place } from './placement.ts';
import type { Request } from './request.ts';
import { isNamed } from './sku-properties.ts';

const outOrderIdsLiveMs = 24 * 3_600_000;

/** A business error: an ordinary result that says no. */
const failed = (code: string, message = code) => ({
  result: { is_success: false, error_code: code, error_msg: message },
});

/** `aliexpress.ds.order.create`: places one or two orders, and pays them where it may. */
export function createOrder(world: World, request: Request, account: Account): object {
  const order = readOrderRequest(request);
  const known = knownCreate(world, account, order.outOrderId);
  if (known) {
    const repeated = world.settings.duplicateOutOrderId === 'repeated-order-error';
    return repeated
      ? failed('REPEATED_ORDER_ERROR', 'Duplicate order, please try again')
      : placed(request, known.numbers);
  }

  const addressFault = faultOf(order.address, order.country, order.natAddr);
  if (addressFault) return failed(addressFault.code, addressFault.message);
  const picks = pick(world, order);
  if (typeof picks === 'string') return failed(picks);

  const orders = place(world, account, order, picks);
  const numbers = orders.map(created => created.number);
  if (order.outOrderId !== undefined)
    world.state.aliexpress.creates.set(keyOf(account, order.outOrderId), { numbers, atMs: world.clock.now() });
  const paid = order.tryToPay && payAutomatically(world, account, orders);
  return placed(request, numbers, order.tryToPay && !paid ? 'OrderCreated, autoPay fail:APIPayFail' : undefined);
}

const placed = (request: Request, numbers: readonly string[], message?: string) => ({
  result: {
    is_success: true,
    order_list: request.list('number', numbers.map(BigInt)),
    ...(message === undefined ? {} : { error_msg: message }),
  },
});

const keyOf = (account: Account, outOrderId: string): string => `${account.accountId} ${outOrderId}`;

/** What this account's `out_order_id` made in the last 24 hours; after that it is forgotten. */
function knownCreate(world: World, account: Account, outOrderId: string | undefined) {
  if (outOrderId === undefined) return undefined;
  const known = world.state.aliexpress.creates.get(keyOf(account, outOrderId));
  return known && known.atMs > world.clock.now() - outOrderIdsLiveMs ? known : undefined;
}

/** Finds every item in the shop. @returns the error code of the first that cannot be had. */
function pick(world: World, order: OrderRequest): Pick[] | string {
  const picks: Pick[] = [];
  for (const item of order.items) {
    const product = world.state.aliexpress.products.get(item.productId);
    if (!product) return 'ITEM_ID_NOT_FOUND';
    if (!product.onSale) return 'A001_ORDER_CANNOT_BE_PLACED';
    const options = deliveryOptions(product, order.country);
    if (options.length === 0) return 'A002_INVALID_ZONE';
    if (product.refusal !== undefined) return product.refusal;
    const sku = product.skus.find(known => isNamed(known.skuAttr, item.skuAttr));
    if (!sku) return 'SKU_NOT_EXIST';
    const wanted = item.logisticsServiceName ?? options[0]!.code;
    const option = options.find(known => known.code === wanted);
    if (!option) return 'DELIVERY_METHOD_NOT_EXIST';
    const taken = picks.filter(one => one.sku === sku).reduce((sum, one) => sum + one.count, 0);
    if (sku.stock < taken + item.count) return 'INVENTORY_HOLD_ERROR';
    picks.push({ product, sku, count: item.count, option });
  }
  const currencies = new Set(picks.map(({ sku }) => sku.currency));
  if (order.payCurrency !== undefined) currencies.add(order.payCurrency);
  return currencies.size > 1 ? 'PRICE_PAY_CURRENCY_ERROR' : picks;
}
