import { randomInt } from 'node:crypto';
import type { Account } from '../accounts.ts';
import { randomDigits } from '../ids.ts';
import { type Shape, textAt } from '../shape.ts';
import type { World } from '../world.ts';
import { costOf } from './cost.ts';
import type { DeliveryOption } from './delivery-options.ts';
import type { OrderRequest } from './order-request.ts';
import { closeWhenUnpaid } from './payment.ts';
import type { OrderLine, Product, Sku, SupplierOrder } from './state.ts';

/** One item of a request, found in the shop. */
export type Pick = {
  readonly product: Product;
  readonly sku: Sku;
  readonly count: number;
  readonly option: DeliveryOption;
};

const payTimeoutSeconds = 86_400;

/** Takes the goods off the shelf and writes the orders, unpaid. @param mark what the books know an order without a key by */
export function place(
  world: World,
  account: Account,
  request: OrderRequest,
  picks: readonly Pick[],
  mark?: string,
): SupplierOrder[] {
  for (const { sku, count } of picks) sku.stock -= count;
  const lines = picks.map(pick => lineOf(pick, request.country));
  const purchase = randomDigits(12);
  const twoStores = picks.some(({ product }) => product.ordersPerCreate === 2);
  return (twoStores ? splitInTwo(lines) : [lines]).map(parcel => {
    const order: SupplierOrder = {
      number: orderNumber(),
      outOrderId: request.outOrderId,
      accountId: account.accountId,
      country: request.country,
      shipTo: textsOf(request.address),
      currency: picks[0]!.sku.currency,
      logisticsService: picks[0]!.option.code,
      lines: parcel,
      createdMs: world.clock.now(),
      payTimeoutSeconds,
      riskControlSeconds: picks[0]!.product.riskControlSeconds,
      sparse: picks[0]!.product.sparse,
      status: 'PLACE_ORDER_SUCCESS',
      logisticsStatus: 'NO_LOGISTICS',
      endReason: undefined,
      paidMs: undefined,
      paidByPlatform: false,
      tracking: [],
    };
    world.state.aliexpress.orders.set(order.number, order);
    closeWhenUnpaid(world, order);
    world.books.record({
      kind: 'supplier-order',
      provider: 'aliexpress',
      key: request.outOrderId ?? mark ?? order.number,
      reference: order.number,
      amountMinor: costOf(order),
      currency: order.currency,
      detail: {
        accountId: account.accountId,
        // The same for all orders of one purchase: two of them are one create, or one click.
        purchase,
        paid: false,
        country: order.country,
        items: parcel.map(({ productId, skuId, count }) => ({ productId, skuId, count })),
      },
    });
    return order;
  });
}

const textsOf = (address: Shape): Record<string, string> =>
  Object.fromEntries(Object.keys(address).map(name => [name, textAt(address, name) ?? '']));

/** Sixteen digits, odd and above 2^53: whoever reads them as a double reads a neighbour's number. */
const orderNumber = (): string => `91${randomDigits(13)}${1 + 2 * randomInt(5)}`;

function lineOf({ product, sku, count, option }: Pick, country: string): OrderLine {
  return {
    productId: product.productId,
    title: product.title,
    skuId: sku.skuId,
    count,
    priceMinor: sku.priceMinor,
    shippingMinor: option.actualFeeMinor,
    taxMinor: country === 'US' ? sku.importChargesMinor * BigInt(count) : 0n,
  };
}

/** The same goods and the same total in two orders, as when two stores or warehouses send them. */
function splitInTwo(lines: readonly OrderLine[]): OrderLine[][] {
  const [first, ...rest] = lines;
  if (!first) return [];
  if (rest.length > 0) return [[first], rest];
  const half = (minor: bigint): [bigint, bigint] => [minor - minor / 2n, minor / 2n];
  const shipping = half(first.shippingMinor);
  const tax = half(first.taxMinor);
  const part = (index: 0 | 1, count: number, priceMinor: bigint): OrderLine[] => [
    { ...first, count, priceMinor, shippingMinor: shipping[index], taxMinor: tax[index] },
  ];
  if (first.count > 1) return [part(0, first.count - 1, first.priceMinor), part(1, 1, first.priceMinor)];
  const price = half(first.priceMinor);
  return [part(0, 1, price[0]), part(1, 1, price[1])];
}
