import type Joi from 'joi';
import {
  ask,
  type Call,
  type CallOptions,
  callsTo,
  decode,
  type Gated,
  succeeded,
  type UserToken,
  withSecretAnswer,
} from '../gate/checked-call.ts';
import { createApplicationToken, withToken } from '../wire/application-token.ts';
import { about } from '../wire/fields.ts';
import type { HttpAnswer, HttpRequest } from '../wire/http.ts';
import { type Bearer, refused } from './classify.ts';
import { financesCalls } from './finances.ts';
import { type Fulfillment, fulfillmentBody, fulfillmentIdOf, toFulfillment } from './fulfillment.ts';
import { sister } from './hosts.ts';
import { createEbayNotifications } from './notifications.ts';
import { type EbayOrder, orderSchema } from './order.ts';
import * as schema from './schema.ts';
import type { EbayKey } from './webhook.ts';

export type EbayOptions = Gated & { baseUrl: string; clientId: string; clientSecret: string; now?: () => number };

/** A refresh gives no new refresh token, and does not extend the old one. */
type EbayToken = { accessToken: string; accessExpiresAt: Date };

/** Filters by the time of the last change; `limit` ≤ 200. */
export type OrderSearch = { lastModifiedFrom: Date; lastModifiedTo: Date; limit: number; offset: number };

export type EbayClient = ReturnType<typeof createEbayClient>;

/**
 * Every call takes the seller's own token. Throws Terminal, Retryable or TokenRefused; reporting a parcel also
 * Uncertain.
 */
export function createEbayClient({ baseUrl, clientId, clientSecret, now = Date.now, gate }: EbayOptions) {
  const { reading, moving } = callsTo('ebay', gate);
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;

  function accept<T>(call: Call, answer: HttpAnswer, shape: Joi.Schema<T>, bearer: Bearer): T {
    if (!succeeded(answer)) throw refused(call, answer, bearer);
    return decode(call, shape, answer.body);
  }

  const exchange = (call: Call, accessToken: string, { url, headers, ...request }: HttpRequest): Promise<HttpAnswer> =>
    ask(call, {
      ...request,
      url: baseUrl + url,
      headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json', ...headers },
    });

  const get = (call: Call, url: string, accessToken: string): Promise<HttpAnswer> =>
    exchange(call, accessToken, { method: 'GET', url });

  async function grant(call: Call, form: Record<string, string>): Promise<schema.WireToken> {
    const headers = { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' };
    const data = new URLSearchParams(form).toString();
    const answer = await ask(call, { method: 'POST', url: `${baseUrl}/identity/v1/oauth2/token`, headers, data });
    return accept(withSecretAnswer(call), answer, schema.token, 'application');
  }

  const applicationToken = createApplicationToken(async () => {
    const scope = 'https://api.ebay.com/oauth/api_scope';
    const granted = await grant(reading({}, { limit: 'ebay token client_credentials' }), {
      grant_type: 'client_credentials',
      scope,
    });
    return { accessToken: granted.access_token, expiresInSeconds: granted.expires_in };
  }, now);

  /** The key that a notification says it was signed with. @throws Terminal EBAY_195001 when there is no such key */
  async function publicKey(kid: string): Promise<EbayKey> {
    const call = reading({}, { limit: 'ebay notification key' });
    const path = `/commerce/notification/v1/public_key/${encodeURIComponent(kid)}`;
    const answer = await withToken(applicationToken, token => get(call, path, token));
    return accept(call, answer, schema.publicKey, 'application');
  }

  /** @param scopes the same as consented to, or fewer */
  async function refreshToken(
    refreshToken: string,
    scopes: readonly string[],
    options: CallOptions = {},
  ): Promise<EbayToken> {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, scope: scopes.join(' ') };
    const { access_token: accessToken, expires_in: seconds } = await grant(
      reading(options, { limit: 'ebay token refresh_token' }),
      form,
    );
    return { accessToken, accessExpiresAt: new Date(now() + seconds * 1000) };
  }

  async function getOrder(user: UserToken, orderId: string, options: CallOptions = {}): Promise<EbayOrder> {
    const call = reading(options, user);
    const answer = await get(call, orderPath(orderId), user.accessToken);
    return accept(
      call,
      answer,
      about(orderSchema, order => order.orderId === orderId),
      'user',
    );
  }

  /** The backstop of lost notifications: `getOrder` reads the rest of each order. */
  async function getOrders(
    user: UserToken,
    { lastModifiedFrom, lastModifiedTo, limit, offset }: OrderSearch,
    options: CallOptions = {},
  ): Promise<schema.WireOrderPage> {
    const call = reading(options, user);
    const filter = `lastmodifieddate:[${lastModifiedFrom.toISOString()}..${lastModifiedTo.toISOString()}]`;
    const query = new URLSearchParams({ filter, limit: `${limit}`, offset: `${offset}` });
    const answer = await get(call, `/sell/fulfillment/v1/order?${query}`, user.accessToken);
    const { orders, total } = accept(call, answer, schema.orderPage, 'user');
    return { orders, total };
  }

  /** The parcels that eBay knows. Read them before reporting one again: eBay would count it as another parcel. */
  async function getShippingFulfillments(
    user: UserToken,
    orderId: string,
    options: CallOptions = {},
  ): Promise<Fulfillment[]> {
    const call = reading(options, user);
    const answer = await get(call, `${orderPath(orderId)}/shipping_fulfillment`, user.accessToken);
    return accept(call, answer, schema.fulfillments, 'user').fulfillments.map(toFulfillment);
  }

  /**
   * One parcel; a split order is several calls.
   * @param frozenBody of `fulfillmentBody`. eBay recognises no key: sent twice it is two parcels.
   */
  async function createShippingFulfillment(
    user: UserToken,
    orderId: string,
    frozenBody: string,
    options: CallOptions = {},
  ): Promise<{ fulfillmentId: string }> {
    const call = moving(options, { ...user, capability: 'ship notices' });
    const url = `${orderPath(orderId)}/shipping_fulfillment`;
    const headers = { 'content-type': 'application/json' };
    const answer = await exchange(call, user.accessToken, { method: 'POST', url, headers, data: frozenBody });
    if (!succeeded(answer)) throw refused(call, answer, 'user');
    return { fulfillmentId: fulfillmentIdOf(call, answer) };
  }

  const finances = financesCalls({
    baseUrl: sister(baseUrl, 'apiz'),
    reading,
    getAt: (call, url, accessToken) =>
      ask(call, {
        method: 'GET',
        url,
        headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
        maxAnswerBytes: 4_000_000,
      }),
    accept: (call, answer, shape) => accept(call, answer, shape, 'user'),
  });
  const notifications = createEbayNotifications({ baseUrl, gate, token: applicationToken });
  return {
    notifications,
    refreshToken,
    getOrder,
    getOrders,
    getShippingFulfillments,
    createShippingFulfillment,
    fulfillmentBody,
    publicKey,
    ...finances,
  };
}

const orderPath = (orderId: string): string => `/sell/fulfillment/v1/order/${encodeURIComponent(orderId)}`;
