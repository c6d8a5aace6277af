import { decideOrder } from '../../transactions/decisions/decide-order.ts';
import type { Goods, Seller, Stage } from '../support/stage.ts';
import { type Changes, hourMs, orderToBuy, rows, santiago } from '../workers/workbench.ts';

/* Shapes that AliExpress was seen to send, set up at the sandbox. */

type Operation = 'product-get' | 'freight-query' | 'order-create' | 'order-get' | 'tracking-get';

/** Every answer of that operation is like this until `clearShapes`, or `times`. */
const fault = (stage: Stage, operation: Operation, more: object, times = 1_000): Promise<unknown> =>
  stage.control('faults', { provider: 'aliexpress', operation, times, ...more });

/** @param patch RFC 6902, of what the sandbox would have answered */
export const reshape = (stage: Stage, operation: Operation, patch: readonly object[]): Promise<unknown> =>
  fault(stage, operation, { kind: 'reshape', patch });

export const answer = (
  stage: Stage,
  operation: Operation,
  body: object,
  more: { times?: number; status?: number } = {},
) => fault(stage, operation, { kind: 'answer', body, status: more.status ?? 200 }, more.times);

export const cutReply = (stage: Stage): Promise<unknown> => fault(stage, 'order-create', { kind: 'drop-reply' }, 1);

export const clearShapes = (stage: Stage): Promise<unknown> =>
  fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });

/** A create that was no success. */
export const notPlaced = (code: string): object => ({
  aliexpress_ds_order_create_response: { result: { is_success: false, error_code: code, error_msg: 'no' } },
});

export const gatewaySays = (code: string): object => ({
  error_response: { type: 'ISV', code, msg: 'Insufficient permissions', request_id: 'r1' },
});

export const orderResult = '/aliexpress_trade_ds_order_get_response/result';
export const firstLine = `${orderResult}/child_order_list/aeop_child_order_info/0`;
export const variants = '/aliexpress_ds_product_get_response/result/ae_item_sku_info_dtos/ae_item_sku_info_d_t_o';
export const waysToShip = '/aliexpress_ds_freight_query_response/result/delivery_options/delivery_option_d_t_o';

/** The shop's product as it is now: `stockUp` made it a lamp of one variant. */
export const changeProduct = (
  stage: Stage,
  goods: Goods,
  { sku = {}, others = [], ...product }: { sku?: object; others?: readonly object[] } & Record<string, unknown> = {},
): Promise<unknown> =>
  stage.control('products', {
    productId: goods.supplierProductId,
    skus: [{ skuId: goods.skuId, skuAttr: '14:173#Blue', priceMinor: '1250', stock: 100, ...sku }, ...others],
    shippingFeeMinor: '199',
    ...product,
  });

/** Meets the same answer three times, an hour passes between the first and the last. Gives what the first two ended in. */
export async function meetForAnHour(perform: (changes: Changes) => Promise<string>): Promise<unknown[]> {
  const met = [await perform({}).catch((error: unknown) => error)];
  const then = Date.now();
  met.push(await perform({}).catch((error: unknown) => error));
  await perform({ now: new Date(then + hourMs) }).catch((error: unknown) => error);
  return met;
}

export const numbersOf = async (stage: Stage, id: string): Promise<string[]> => {
  const placed = await rows<{ number: string }>(
    stage,
    'select number from supplier_orders where order_id = ? order by number',
    [id],
  );
  return placed.map(({ number }) => number);
};

export const boughtFor = async (stage: Stage, id: string): Promise<number> =>
  (await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id)).length;

/** Placed, and read back once: AliExpress does not pay by itself for Chile. */
export async function placedUnpaid(stage: Stage, seller: Seller, ordersPerCreate: 1 | 2 = 1) {
  const goods = await stage.stockUp(seller, { ordersPerCreate });
  const { id } = await orderToBuy(stage, goods, ordersPerCreate, santiago);
  await stage.perform('purchase', id);
  const numbers = await numbersOf(stage, id);
  return { id, numbers, number: numbers[0] ?? '' };
}

/** Somebody has paid it on the site since. */
export async function paidByHand(stage: Stage, seller: Seller) {
  const order = await placedUnpaid(stage, seller);
  await stage.control('pay', { number: order.number });
  return order;
}

export const letGoOn = (stage: Stage, by: Seller, id: string): Promise<unknown> =>
  stage.context.transact((em, enqueue) =>
    decideOrder(em, enqueue, id as never, { decision: { decision: 'go-on' }, by: by.id, why: 'looked at it' }),
  );
