import Joi from 'joi';
import { notify as notifyEbay } from '../ebay/notifications.ts';
import { notify as notifyMercadoLibre } from '../mercadolibre/notifications.ts';
import type { World } from '../world.ts';
import { notKnown } from './respond.ts';

export type Notify = { readonly times: number; readonly sameId?: boolean; readonly url?: string };

/** `times: 0` writes the notification but does not send it. `sameId` repeats the last one word for word. */
export const notifyKeys = {
  times: Joi.number().integer().min(0).max(1000).default(1),
  sameId: Joi.boolean(),
  url: Joi.string().uri({ scheme: ['http', 'https'] }),
};

/** @returns the ids of the notifications; several for an eBay order of several lines. */
export function sendNotification(
  world: World,
  marketplace: string,
  orderId: string,
  { times, sameId, url }: Notify,
): string[] {
  const options = { times, again: sameId ?? false, ...(url ? { url } : {}) };
  if (marketplace === 'ebay') {
    const order = world.state.ebay.orders.get(orderId);
    if (order) return notifyEbay(world, order, options);
  } else {
    const order = world.state.mercadolibre.orders.get(orderId);
    if (order) return notifyMercadoLibre(world, order, options);
  }
  throw notKnown(`${marketplace} order ${orderId}`);
}
