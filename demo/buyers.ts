import { berlin, santiago } from './addresses.ts';
import type { Json } from './http.ts';
import type { Reseller, Stage, Wares } from './stage.ts';

/** A buyer at our own checkout: orders, and approves on PayPal's page. Gives our order's id and the buyer's token. */
export async function fillCart(
  stage: Stage,
  wares: Wares,
  quantity = 1,
  shippingAddress: Json = berlin,
): Promise<{ orderId: string; checkoutToken: string }> {
  const created = await stage.buyer('POST', '/api/paypal/create-order', {
    productId: wares.productId,
    quantity,
    shippingAddress,
  });
  const paypalOrderId = new URL(String(created.approveUrl)).searchParams.get('token');
  await stage.sandbox('POST', '/approve', { paypalOrderId });
  return { orderId: String(created.orderId), checkoutToken: String(created.checkoutToken) };
}

/** PayPal sends the buyer back to the shop, whose page requests the capture. */
export const pay = (stage: Stage, cart: { orderId: string; checkoutToken: string }): Promise<Json> =>
  stage.buyer('POST', '/api/paypal/capture-order', cart);

export async function buyAtCheckout(stage: Stage, wares: Wares, quantity = 1): Promise<{ id: string }> {
  const cart = await fillCart(stage, wares, quantity);
  await pay(stage, cart);
  return { id: cart.orderId };
}

export type EbayLine = { wares: Wares; quantity?: number; totalMinor: number };

/** A buyer on eBay; eBay notifies us `times` times, word for word. */
export async function buyOnEbay(
  stage: Stage,
  seller: Reseller,
  lines: readonly EbayLine[],
  times = 1,
  shipTo: Json = berlin,
): Promise<string> {
  const { orderId } = await stage.sandbox('POST', '/orders', {
    marketplace: 'ebay',
    accountId: seller.accounts.ebay.accountId,
    currency: 'USD',
    shipTo,
    lines: lines.map(({ wares, quantity = 1, totalMinor }) => ({
      legacyItemId: wares.listingId,
      quantity,
      totalMinor: `${totalMinor}`,
    })),
    notify: { times },
  });
  return String(orderId);
}

export async function buyOnMercadoLibre(
  stage: Stage,
  seller: Reseller,
  item: { wares: Wares; unitPriceMinor: number; saleFeeMinor: number },
): Promise<string> {
  const { orderId } = await stage.sandbox('POST', '/orders', {
    marketplace: 'mercadolibre',
    accountId: seller.accounts.mercadolibre.accountId,
    currency: 'CLP',
    shipTo: santiago,
    items: [
      {
        itemId: item.wares.listingId,
        quantity: 1,
        unitPriceMinor: `${item.unitPriceMinor}`,
        saleFeeMinor: `${item.saleFeeMinor}`,
      },
    ],
    notify: { times: 1, url: seller.accounts.mercadolibre.notificationUrl },
  });
  return String(orderId);
}
