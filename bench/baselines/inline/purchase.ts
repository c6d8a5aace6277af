import { randomUUID } from 'node:crypto';
import { effectKey, type OutsideName, orderName } from '../../../domain/effect-key.ts';
import type { UserId } from '../../../domain/ids.ts';
import type { Posting } from '../../../domain/ledger.ts';
import type { LedgerEvent } from '../../../domain/ledger-event.ts';
import { ledgerEvent } from '../../../domain/ledger-event.ts';
import { add, formatMoney, isGreater, type Money, multiply } from '../../../domain/money.ts';
import { supplierPaid } from '../../../domain/postings.ts';
import { departure } from '../../../runtime/send-deadline.ts';
import type { Fulfilled } from './fulfill.ts';
import { bookPurchase, type Claimed, intendPurchase, keepPlacement } from './purchase-statements.ts';
import { OffTheRoad, only, type Surroundings } from './surroundings.ts';
import { sealedLine } from './timeline-line.ts';

export type Bought = Fulfilled & { readonly effectKey: string; readonly cost: Money };

export const nameOf = (order: Claimed): OutsideName =>
  orderName({
    channel: 'paypal',
    externalOrderId: order.external_order_id,
    externalLineId: order.external_line_id,
  });

/** The four arrays of an entry's postings. */
export const arraysOf = (postings: readonly Posting[]) => [
  postings.map(({ account }) => account),
  postings.map(({ holder }) => holder ?? null),
  postings.map(({ amount }) => amount.amountMinor),
  postings.map(({ amount }) => amount.currency),
];

/** Buys the goods, once, and follows them until they are paid. */
export async function purchase(surroundings: Surroundings, fulfilled: Fulfilled): Promise<Bought> {
  const { database, box, aliexpress, paypal, config } = surroundings;
  const { order, token, destination } = fulfilled;
  const capture = await paypal.getCapture(order.capture, {});
  if (capture.status !== 'COMPLETED') throw new OffTheRoad(`its payment is ${capture.status}`);
  const offer = await cheapestOffer(surroundings, fulfilled);

  const key = effectKey('buy', nameOf(order), 1);
  const id = randomUUID();
  const { total, ...item } = offer;
  const items = [{ ...item, quantity: order.quantity }];
  const request = aliexpress.orderRequest({ outOrderId: key, destination, items });
  const by = departure();
  const sealed = box.seal(request, `effects/${id}`);
  const owned = [order.id, order.fence, id, order.account_id, config.aliexpress.environment, key, sealed];
  only(await database.ask(intendPurchase, owned), 'its claim is lost before it is bought');
  const { orderNumbers, paid } = await aliexpress.createOrder(token, request, { departure: by });
  const [number, ...others] = orderNumbers;
  if (!number || others.length > 0) throw new OffTheRoad('it was placed as several orders');
  const placed = sealedLine(box, order.id, 'effect', `placed at AliExpress as ${number} for ${formatMoney(total)}`, {
    key,
    orders: orderNumbers,
  });
  const answer = [JSON.stringify({ paid, orderNumbers }), order.credential_id, number, paid];
  only(await database.ask(keepPlacement, [id, ...answer, ...placed]), 'its effect was closed elsewhere');
  return { ...fulfilled, effectKey: key, cost: await follow(surroundings, fulfilled, { number, key }) };
}

/** Reads the supplier order back, and books what it cost. */
async function follow(
  { database, box, aliexpress }: Surroundings,
  { order, custody, token }: Fulfilled,
  { number, key }: { number: string; key: string },
): Promise<Money> {
  const news = await aliexpress.getOrder(token, number, {});
  const { status, rawStatus, charged: cost } = news;
  if (status !== 'PAID' || !cost) throw new OffTheRoad(`its supplier order is ${rawStatus}`);
  const event: LedgerEvent = ledgerEvent.bought(key);
  const postings = supplierPaid({ custody, reseller: order.user_id as UserId, cost });
  const sentence = `PURCHASING → PURCHASED: ${formatMoney(cost)} paid to the supplier`;
  const line = sealedLine(box, order.id, 'moved', sentence, { from: 'PURCHASING', to: 'PURCHASED' });
  const values = [order.id, order.fence, number, rawStatus, cost.amountMinor, event, ...arraysOf(postings), ...line];
  only(await database.ask(bookPurchase, values), 'its claim is lost before it is booked');
  return cost;
}

async function cheapestOffer({ aliexpress }: Surroundings, { order, token, destination, maxCost }: Fulfilled) {
  const to = destination.logisticsAddress;
  const { supplier_product_id: productId, supplier_sku_id: skuId, quantity } = order;
  const product = await aliexpress.getProduct(token, { productId, skuId, shipToCountry: to.country }, {});
  const { sku } = product;
  if (!product.onSale || !sku || sku.stock < quantity) throw new OffTheRoad('it is not offered');
  const ways = await aliexpress.queryFreight(token, { productId, skuId, quantity, to }, {});
  const piece = sku.importCharges ? add(sku.price, sku.importCharges) : sku.price;
  const [best] = ways
    .map(way => ({ way, total: add(multiply(piece, quantity), way.fee) }))
    .toSorted(
      (a, b) => Number(b.way.tracked) - Number(a.way.tracked) || Number(a.total.amountMinor - b.total.amountMinor),
    );
  if (!best || isGreater(best.total, maxCost)) throw new OffTheRoad('it costs more than is allowed');
  return { productId, skuAttr: sku.skuAttr, logisticsServiceName: best.way.code, total: best.total };
}
