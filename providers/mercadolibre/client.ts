import type Joi from 'joi';
import type { Capability } from '../../domain/connection.ts';
import {
  ask,
  type Call,
  type CallOptions,
  callsTo,
  decode,
  type Gated,
  read,
  succeeded,
  type UserToken,
  withSecretAnswer,
} from '../gate/checked-call.ts';
import type { LimitName } from '../gate/rate-limits.ts';
import { about, type Listed } from '../wire/fields.ts';
import type { HttpRequest } from '../wire/http.ts';
import { refused, refusedGrant } from './classify.ts';
import { type MercadoLibreOrder, orderSchema } from './order.ts';
import * as schema from './schema.ts';
import { type FoundPayment, type PaymentSearch, paymentPage, paymentsHost, searchQuery } from './search-payments.ts';
import { type MercadoLibreShipment, shipmentSchema, shipNotice } from './shipment.ts';
import type { MercadoLibreNotification } from './webhook.ts';

export type MercadoLibreOptions = Gated & {
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  now?: () => number;
};

/** Both tokens are new: the refresh token that was used is invalid from now on. */
type MercadoLibreToken = { accessToken: string; accessExpiresAt: Date; refreshToken: string; userId: string };

/** By the time of the last change, effective to the hour; `limit` ≤ 50. Cancelled orders must be asked for. */
export type OrderSearch = {
  sellerId: string;
  status: 'paid' | 'partially_refunded' | 'cancelled';
  from: Date;
  to: Date;
  limit: number;
  offset: number;
};

export type MercadoLibreClient = ReturnType<typeof createMercadoLibreClient>;

/**
 * Every call takes the seller's own token. Throws Terminal, Retryable or TokenRefused; a refresh and a ship notice also
 * Uncertain.
 */
export function createMercadoLibreClient({
  baseUrl,
  clientId,
  clientSecret,
  now = Date.now,
  gate,
}: MercadoLibreOptions) {
  const { reading, moving } = callsTo('mercadolibre', gate);

  async function exchange<T>(
    call: Call,
    { accessToken }: UserToken,
    { url, headers, ...request }: HttpRequest,
    shape: Joi.Schema<T>,
  ): Promise<T> {
    const authorization = `Bearer ${accessToken}`;
    const answer = await ask(call, { ...request, url: baseUrl + url, headers: { authorization, ...headers } });
    if (!succeeded(answer)) throw refused(call, answer);
    return decode(call, shape, answer.body);
  }

  const get = <T>(
    options: CallOptions & { limit?: LimitName; capability?: Capability },
    token: UserToken,
    url: string,
    shape: Joi.Schema<T>,
  ): Promise<T> =>
    exchange(
      reading(options, { ...token, ...options }),
      token,
      { method: 'GET', url, headers: { 'x-format-new': 'true' } },
      shape,
    );

  /**
   * The refresh token works once, so a lost answer is Uncertain: the chain may be broken. One refresh at a time per
   * account, and the new pair stored before anything else.
   */
  async function refreshToken(refreshToken: string, options: CallOptions = {}): Promise<MercadoLibreToken> {
    // Shorter than a transaction may stand idle: it holds the account's row meanwhile.
    const call = { ...moving(options), timeoutMs: read.timeoutMs };
    const secrets = { client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken };
    const answer = await ask(call, {
      method: 'POST',
      url: `${baseUrl}/oauth/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      data: new URLSearchParams({ grant_type: 'refresh_token', ...secrets }).toString(),
    });
    if (!succeeded(answer)) throw refusedGrant(call, answer);
    const granted = decode(withSecretAnswer(call), schema.token, answer.body);
    return {
      accessToken: granted.access_token,
      accessExpiresAt: new Date(now() + granted.expires_in * 1000),
      refreshToken: granted.refresh_token,
      userId: granted.user_id,
    };
  }

  const getOrder = (token: UserToken, orderId: string, options: CallOptions = {}): Promise<MercadoLibreOrder> =>
    get(
      options,
      token,
      `/orders/${encodeURIComponent(orderId)}`,
      about(orderSchema, order => order.orderId === orderId),
    );

  const getShipment = (token: UserToken, id: string, options: CallOptions = {}): Promise<MercadoLibreShipment> =>
    get(
      options,
      token,
      `/shipments/${encodeURIComponent(id)}`,
      about(shipmentSchema, shipment => shipment.id === id),
    );

  /**
   * For `me1` and `custom` only: `me2` ships with MercadoLibre's own label, and `not_specified` has no shipment. When
   * in doubt, `getShipment` shows the status and the tracking number.
   * @param frozenBody of `shipNotice`, the same bytes at every attempt
   */
  async function tellShipped(
    token: UserToken,
    shippingId: string,
    frozenBody: string,
    options: CallOptions = {},
  ): Promise<{ accepted: true }> {
    const url = `/shipments/${encodeURIComponent(shippingId)}/seller_notifications`;
    const headers = { 'content-type': 'application/json' };
    const call = moving(options, { ...token, capability: 'ship notices' });
    await exchange(call, token, { method: 'POST', url, headers, data: frozenBody }, schema.told);
    return { accepted: true };
  }

  /** `getOrder` reads the rest of each order. */
  async function searchOrders(
    token: UserToken,
    { sellerId, status, from, to, limit, offset }: OrderSearch,
    options: CallOptions = {},
  ): Promise<{ orders: Listed<schema.WireOrderMark>[]; total: number }> {
    const query = new URLSearchParams({
      seller: sellerId,
      'order.status': status,
      'order.date_last_updated.from': from.toISOString(),
      'order.date_last_updated.to': to.toISOString(),
      sort: 'date_desc',
      limit: `${limit}`,
      offset: `${offset}`,
    });
    const { results, paging } = await get(
      { ...options, limit: 'mercadolibre orders/search' },
      token,
      `/orders/search?${query}`,
      schema.orderPage,
    );
    return { orders: results, total: paging.total };
  }

  /** The payments to the seller, as Mercado Pago lists them. */
  async function searchPayments(
    token: UserToken,
    search: PaymentSearch,
    options: CallOptions = {},
  ): Promise<{ payments: Listed<FoundPayment>[]; total: number }> {
    const call = reading(options, { ...token, capability: 'finances' });
    const answer = await ask(call, {
      method: 'GET',
      url: `${paymentsHost(baseUrl)}/v1/payments/search?${searchQuery(search)}`,
      headers: { authorization: `Bearer ${token.accessToken}` },
    });
    if (!succeeded(answer)) throw refused(call, answer);
    const { results, paging } = decode(call, paymentPage, answer.body);
    return { payments: results, total: paging.total };
  }

  /** A page of the notifications that could not be delivered in the last two days. */
  async function missedFeeds(
    token: UserToken,
    { limit, offset }: { limit: number; offset: number },
    options: CallOptions = {},
  ): Promise<Listed<MercadoLibreNotification>[]> {
    const query = new URLSearchParams({ app_id: clientId, topic: 'orders_v2', limit: `${limit}`, offset: `${offset}` });
    const call = { ...options, capability: 'missed notifications' } as const;
    return (await get(call, token, `/missed_feeds?${query}`, schema.missed)).messages;
  }

  return {
    refreshToken,
    getOrder,
    getShipment,
    tellShipped,
    shipNotice,
    searchOrders,
    searchPayments,
    missedFeeds,
  };
}
