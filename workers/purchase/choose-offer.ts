import { Retryable } from '../../domain/call-outcome.ts';
import { add, formatMoney, isGreater, type Money, multiply } from '../../domain/money.ts';
import type { FailureReason } from '../../domain/order.ts';
import type { LogisticsAddress } from '../../providers/aliexpress/address-rules.ts';
import type { NewItem } from '../../providers/aliexpress/order.ts';
import type { FreightOffer, Sku, Product as SupplierProduct } from '../../providers/aliexpress/product.ts';
import type { UserToken } from '../../providers/gate/checked-call.ts';
import type { Product } from '../../store/entities/people.ts';
import type { Context } from '../context/context.ts';
import { pricesInOurs } from './supplier-prices.ts';

export type Offer = { productId: string; skuAttr: string; logisticsServiceName: string; total: Money };
/** `foreign`: the price cannot be judged, because there is no rate for its currency. */
type NoOffer = { reason: FailureReason; note: string } | { foreign: string };

/** Calls AliExpress with the buying account. */
export type AskSupplier = <T>(call: (token: UserToken) => Promise<T>) => Promise<T>;

/** The exact variant, in stock, deliverable, at a price the order allows; the cheapest tracked way to ship it. */
export async function chooseOffer(
  ctx: Context,
  ask: AskSupplier,
  want: { product: Product; quantity: number; shipTo: LogisticsAddress; maxCost: Money },
): Promise<Offer | NoOffer> {
  const { product, quantity, shipTo, maxCost } = want;
  const { aliexpress } = ctx.providers;
  const signal = { signal: ctx.signal };
  const { supplierProductId: productId, supplierSkuId: skuId } = product;
  const found = await ask(token =>
    aliexpress.getProduct(token, { productId, skuId, shipToCountry: shipTo.country }, signal),
  );
  const sku = pickSku(found, product, quantity);
  if ('reason' in sku) return sku;
  const ways = await ask(token => aliexpress.queryFreight(token, { productId, skuId, quantity, to: shipTo }, signal));
  if (ways.length === 0) return { reason: 'NOT_SHIPPABLE', note: `the supplier does not ship it to ${shipTo.country}` };
  const priced = await totals(ctx, sku, quantity, ways);
  const [cheapest] = priced.toSorted(
    (a, b) => Number(b.way.tracked) - Number(a.way.tracked) || Number(a.total.amountMinor - b.total.amountMinor),
  );
  if (!cheapest)
    return { foreign: `the supplier asks ${currenciesOf(sku, ways)}, and there is no current rate for it` };
  const { total, way } = cheapest;
  if (isGreater(total, maxCost))
    return {
      reason: 'PRICE_ABOVE_MAXIMUM',
      note: `the supplier asks ${formatMoney(total)}, the most allowed is ${formatMoney(maxCost)}`,
    };
  return { productId, skuAttr: sku.skuAttr, logisticsServiceName: way.code, total };
}

/** What a frozen order of one product would cost now. */
type PresentPrice =
  | { total: Money }
  /** Sold out, off sale or not shipped there: nothing new can be bought with it. */
  | { notOffered: string }
  /** The product or its variant has been renamed since: we cannot know what the request would buy. */
  | { unknown: string };

/** The present price of a frozen order. @throws Retryable while there is no rate for its currency */
export async function presentPrice(
  ctx: Context,
  ask: AskSupplier,
  { product, item, shipTo }: { product: Product; item: NewItem; shipTo: LogisticsAddress },
): Promise<PresentPrice> {
  const { productId, quantity } = item;
  const { supplierSkuId: skuId } = product;
  if (product.supplierProductId !== productId)
    return { unknown: `the listing was mapped to another product since ${productId} was ordered` };
  const { aliexpress } = ctx.providers;
  const options = { signal: ctx.signal };
  const found = await ask(token =>
    aliexpress.getProduct(token, { productId, skuId, shipToCountry: shipTo.country }, options),
  );
  const sku = pickSku(found, product, quantity);
  if ('reason' in sku) return { notOffered: sku.note };
  if (sku.skuAttr !== item.skuAttr) return { unknown: `the supplier calls the variant ${sku.skuAttr} now` };
  const ways = await ask(token => aliexpress.queryFreight(token, { productId, skuId, quantity, to: shipTo }, options));
  const way = ways.find(({ code }) => code === item.logisticsServiceName);
  if (!way) return { notOffered: `the supplier does not ship it by ${item.logisticsServiceName} now` };
  const [priced] = await totals(ctx, sku, quantity, [way]);
  if (!priced) throw new Retryable('FX_RATE_MISSING', `there is no current rate for ${currenciesOf(sku, [way])}`);
  return { total: priced.total };
}

/** The total in our currency for each way to ship; ways whose currency has no rate are left out. */
async function totals(ctx: Context, sku: Sku, quantity: number, ways: readonly FreightOffer[]) {
  const piece = sku.importCharges ? add(sku.price, sku.importCharges) : sku.price;
  const inOurs = await pricesInOurs(
    ctx,
    [piece, ...ways.map(({ fee }) => fee)].map(({ currency }) => currency),
  );
  const goods = inOurs(multiply(piece, quantity));
  return ways.flatMap(way => {
    const fee = inOurs(way.fee);
    return goods && fee ? [{ way, total: add(goods, fee) }] : [];
  });
}

const currenciesOf = ({ price }: Sku, ways: readonly FreightOffer[]): string =>
  [...new Set([price.currency, ...ways.map(({ fee }) => fee.currency)])].join(' and ');

function pickSku(
  found: SupplierProduct,
  product: Product,
  quantity: number,
): Sku | { reason: FailureReason; note: string } {
  if (!found.onSale) return { reason: 'PRODUCT_GONE', note: 'the supplier no longer sells the product' };
  const { sku } = found;
  if (!sku) return { reason: 'VARIANT_GONE', note: `the supplier has no variant ${product.supplierSkuId} any more` };
  if (sku.stock < quantity)
    return { reason: 'OUT_OF_STOCK', note: `${quantity} wanted, the supplier has ${sku.stock}` };
  return sku;
}
