import type { Address } from '../../domain/address.ts';
import type { OrderId } from '../../domain/ids.ts';
import { berlin, type Goods } from '../support/stage.ts';
import type { Answer, Api, Asking } from './open-api.ts';

/** An order at the checkout, as its buyer holds it. */
export type Cart = { readonly orderId: OrderId; readonly checkoutToken: string; readonly paypalOrderId: string };

export const wantOne = (goods: Goods, quantity = 1, shippingAddress: Address = berlin) => ({
  productId: goods.productId,
  quantity,
  shippingAddress: { ...shippingAddress },
});

/** The buyer fills in the address and is sent to PayPal. */
export async function fillCart(api: Api, goods: Goods, quantity = 1, shipTo: Address = berlin): Promise<Cart> {
  const body = wantOne(goods, quantity, shipTo);
  const { status, text, json } = await api.call('POST', '/api/paypal/create-order', { body });
  if (status !== 201) throw new Error(`create-order answered ${status} ${text}`);
  const paypalOrderId = new URL(json.approveUrl).searchParams.get('token') ?? '';
  return { orderId: json.orderId, checkoutToken: json.checkoutToken, paypalOrderId };
}

/** The same, and the buyer has approved at PayPal. */
export async function approvedCart(api: Api, goods: Goods, quantity = 1): Promise<Cart> {
  const cart = await fillCart(api, goods, quantity);
  await api.stage.control('approve', { paypalOrderId: cart.paypalOrderId });
  return cart;
}

/** The buyer comes back from PayPal; with `as`, somebody who is logged in asks without the buyer's token. */
export const capture = (api: Api, { orderId, checkoutToken }: Cart, as?: Asking): Promise<Answer> =>
  api.call('POST', '/api/paypal/capture-order', { as, body: { orderId, ...(as ? {} : { checkoutToken }) } });

/** Runs the one job that is left to do, and no more. */
export async function performNext(api: Api): Promise<string> {
  const { jobs, perform } = api.stage;
  const job = jobs.shift();
  if (!job || jobs.length > 0) throw new Error(`there are ${jobs.length + (job ? 1 : 0)} jobs to do`);
  return perform(job.queue as Parameters<typeof perform>[0], String(Object.values(job.payload)[0]));
}
