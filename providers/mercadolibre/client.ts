import type Joi from 'joi';
import { ask, type Call, type CallOptions, decode, moneyCall, read, succeeded } from '../call.ts';
import { refused, refusedGrant } from './classify.ts';
import type { MercadoLibreOrder, MercadoLibreShipment } from './order.ts';
import * as schema from './schema.ts';
import { type MercadoLibreNotification, notification, toNotification } from './webhook.ts';

export type MercadoLibreOptions = { baseUrl: string; clientId: string; clientSecret: string; now?: () => number };

/** The seller's own token, handed in with every call. A refused one is TokenRefused. */
export type UserToken = { accessToken: string };

/** Both are new: the refresh token that was used is worth nothing any more. */
export type MercadoLibreToken = { accessToken: string; accessExpiresAt: Date; refreshToken: string; userId: string };

/** By the time of the last change, effective to the hour; `limit` ≤ 50. Cancelled orders must be asked for. */
export type OrderSearch = {
  sellerId: string;
  status: 'paid' | 'cancelled';
  from: Date;
  to: Date;
  limit: number;
  offset: number;
};

export type MercadoLibreClient = ReturnType<typeof createMercadoLibreClient>;

/** Throws Terminal, Retryable or TokenRefused; a refresh also Uncertain. */
export function createMercadoLibreClient({ baseUrl, clientId, clientSecret, now = Date.now }: MercadoLibreOptions) {
  const reading = ({ signal }: CallOptions): Call => ({ provider: 'mercadolibre', ...read, signal });

  async function get<T>(
    options: CallOptions,
    { accessToken }: UserToken,
    path: string,
    shape: Joi.Schema<T>,
  ): Promise<T> {
    const call = reading(options);
    const headers = { authorization: `Bearer ${accessToken}`, 'x-format-new': 'true' };
    const answer = await ask(call, { method: 'GET', url: baseUrl + path, headers });
    if (!succeeded(answer)) throw refused(call, answer);
    return decode(call, shape, answer.body);
  }

  /**
   * The refresh token works once, so a lost answer is Uncertain: the chain may be broken. One refresh at a time per
   * account, and the new pair stored before anything else.
   */
  async function refreshToken(refreshToken: string, { signal }: CallOptions = {}): Promise<MercadoLibreToken> {
    const call: Call = { provider: 'mercadolibre', ...moneyCall, signal };
    const secrets = { client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken };
    const answer = await ask(call, {
      method: 'POST',
      url: `${baseUrl}/oauth/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      data: new URLSearchParams({ grant_type: 'refresh_token', ...secrets }).toString(),
    });
    if (!succeeded(answer)) throw refusedGrant(call, answer);
    const granted = decode(call, schema.token, answer.body);
    return {
      accessToken: granted.access_token,
      accessExpiresAt: new Date(now() + granted.expires_in * 1000),
      refreshToken: granted.refresh_token,
      userId: granted.user_id,
    };
  }

  const getOrder = (token: UserToken, orderId: string, options: CallOptions = {}): Promise<MercadoLibreOrder> =>
    get(options, token, `/orders/${encodeURIComponent(orderId)}`, schema.order);

  const getShipment = (token: UserToken, id: string, options: CallOptions = {}): Promise<MercadoLibreShipment> =>
    get(options, token, `/shipments/${encodeURIComponent(id)}`, schema.shipment);

  async function searchOrders(
    token: UserToken,
    { sellerId, status, from, to, limit, offset }: OrderSearch,
    options: CallOptions = {},
  ): Promise<{ orders: MercadoLibreOrder[]; total: number }> {
    const query = new URLSearchParams({
      seller: sellerId,
      'order.status': status,
      'order.date_last_updated.from': from.toISOString(),
      'order.date_last_updated.to': to.toISOString(),
      sort: 'date_desc',
      limit: `${limit}`,
      offset: `${offset}`,
    });
    const { results: orders, paging } = await get(options, token, `/orders/search?${query}`, schema.orderPage);
    return { orders, total: paging.total };
  }

  /** What could not be delivered in the last two days, as far as it is about orders. */
  async function missedFeeds(
    token: UserToken,
    { limit, offset }: { limit: number; offset: number },
    options: CallOptions = {},
  ): Promise<MercadoLibreNotification[]> {
    const query = new URLSearchParams({ app_id: clientId, topic: 'orders_v2', limit: `${limit}`, offset: `${offset}` });
    const { messages } = await get(options, token, `/missed_feeds?${query}`, schema.missed);
    return messages.flatMap(message => {
      const { value, error } = notification.validate(message);
      return error ? [] : [toNotification(value)];
    });
  }

  return { refreshToken, getOrder, getShipment, searchOrders, missedFeeds };
}
