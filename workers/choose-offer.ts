import type { Address } from '../domain/address.ts';
import { add, formatMoney, isGreater, type Money, multiply, sum } from '../domain/money.ts';
import type { FailureReason } from '../domain/order.ts';
import type { Sku, Product as SupplierProduct } from '../providers/aliexpress/product.ts';
import type { Credential, Product } from '../store/entities/people.ts';
import type { Context } from './context.ts';
import { withToken } from './tokens.ts';

export type Offer = { productId: string; skuAttr: string; logisticsServiceName: string; total: Money };
export type NoOffer = { reason: FailureReason; note: string };

/** The exact variant, in stock, deliverable, at a price the order allows; the cheapest tracked way to ship it. */
export async function chooseOffer(
  ctx: Context,
  credential: Credential,
  want: { product: Product; quantity: number; shipTo: Address; maxCost: Money },
): Promise<Offer | NoOffer> {
  const { product, quantity, shipTo, maxCost } = want;
  const { aliexpress } = ctx.providers;
  const signal = { signal: ctx.signal };
  const productId = product.supplierProductId;
  const found = await withToken(ctx, credential, token =>
    aliexpress.getProduct(token, { productId, shipToCountry: shipTo.country }, signal),
  );
  const sku = pickSku(found, product, quantity);
  if ('reason' in sku) return sku;
  const freight = await withToken(ctx, credential, token =>
    aliexpress.queryFreight(token, { productId, skuId: sku.skuId, quantity, address: shipTo }, signal),
  );
  const [cheapest] = freight.toSorted(
    (a, b) => Number(b.tracked) - Number(a.tracked) || Number(a.fee.amountMinor - b.fee.amountMinor),
  );
  if (!cheapest) return { reason: 'NOT_SHIPPABLE', note: `the supplier does not ship it to ${shipTo.country}` };
  const piece = sku.importCharges ? add(sku.price, sku.importCharges) : sku.price;
  const total = sum([multiply(piece, quantity), cheapest.fee], maxCost.currency);
  if (isGreater(total, maxCost))
    return {
      reason: 'PRICE_ABOVE_MAXIMUM',
      note: `the supplier asks ${formatMoney(total)}, the most allowed is ${formatMoney(maxCost)}`,
    };
  return { productId, skuAttr: sku.skuAttr, logisticsServiceName: cheapest.code, total };
}

function pickSku(found: SupplierProduct, product: Product, quantity: number): Sku | NoOffer {
  if (!found.onSale) return { reason: 'PRODUCT_GONE', note: 'the supplier no longer sells the product' };
  const sku = found.skus.find(({ skuId }) => skuId === product.supplierSkuId);
  if (!sku) return { reason: 'VARIANT_GONE', note: `the supplier has no variant ${product.supplierSkuId} any more` };
  if (sku.stock < quantity)
    return { reason: 'OUT_OF_STOCK', note: `${quantity} wanted, the supplier has ${sku.stock}` };
  return sku;
}
