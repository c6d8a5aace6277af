import type Joi from 'joi';
import { createApplicationToken, withToken } from '../application-token.ts';
import { ask, type Call, type CallOptions, decode, read, succeeded } from '../call.ts';
import type { HttpAnswer } from '../http.ts';
import { type Bearer, refused } from './classify.ts';
import { type EbayOrder, toOrder } from './order.ts';
import { createPublicKeys } from './public-keys.ts';
import * as schema from './schema.ts';

export type EbayOptions = { baseUrl: string; clientId: string; clientSecret: string; now?: () => number };

/** The seller's own token, handed in with every call. A refused one is TokenRefused. */
export type UserToken = { accessToken: string };

/** A refresh brings no new refresh token, and does not prolong the old one. */
export type EbayToken = { accessToken: string; accessExpiresAt: Date };

/** Filters by the time of the last change; `limit` ≤ 200. */
export type OrderSearch = { lastModifiedFrom: Date; lastModifiedTo: Date; limit: number; offset: number };

export type EbayClient = ReturnType<typeof createEbayClient>;

/** Reads only, so its failures are Terminal, Retryable or TokenRefused. */
export function createEbayClient({ baseUrl, clientId, clientSecret, now = Date.now }: EbayOptions) {
  const reading = ({ signal }: CallOptions): Call => ({ provider: 'ebay', ...read, signal });
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;

  function accept<T>(call: Call, answer: HttpAnswer, shape: Joi.Schema<T>, bearer: Bearer): T {
    if (!succeeded(answer)) throw refused(call, answer, bearer);
    return decode(call, shape, answer.body);
  }

  const get = (call: Call, path: string, accessToken: string): Promise<HttpAnswer> =>
    ask(call, {
      method: 'GET',
      url: baseUrl + path,
      headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
    });

  async function grant(call: Call, form: Record<string, string>): Promise<schema.WireToken> {
    const headers = { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' };
    const data = new URLSearchParams(form).toString();
    const answer = await ask(call, { method: 'POST', url: `${baseUrl}/identity/v1/oauth2/token`, headers, data });
    return accept(call, answer, schema.token, 'application');
  }

  const applicationToken = createApplicationToken(async () => {
    const scope = 'https://api.ebay.com/oauth/api_scope';
    const granted = await grant(reading({}), { grant_type: 'client_credentials', scope });
    return { accessToken: granted.access_token, expiresInSeconds: granted.expires_in };
  }, now);

  const publicKey = createPublicKeys(async kid => {
    const call = reading({});
    const path = `/commerce/notification/v1/public_key/${encodeURIComponent(kid)}`;
    const answer = await withToken(applicationToken, token => get(call, path, token));
    return accept(call, answer, schema.publicKey, 'application');
  }, now);

  /** @param scopes the same as consented to, or fewer */
  async function refreshToken(
    refreshToken: string,
    scopes: readonly string[],
    options: CallOptions = {},
  ): Promise<EbayToken> {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, scope: scopes.join(' ') };
    const { access_token: accessToken, expires_in: seconds } = await grant(reading(options), form);
    return { accessToken, accessExpiresAt: new Date(now() + seconds * 1000) };
  }

  async function getOrder({ accessToken }: UserToken, orderId: string, options: CallOptions = {}): Promise<EbayOrder> {
    const call = reading(options);
    const answer = await get(call, `/sell/fulfillment/v1/order/${encodeURIComponent(orderId)}`, accessToken);
    return toOrder(accept(call, answer, schema.order, 'user'));
  }

  /** The backstop of lost notifications. */
  async function getOrders(
    { accessToken }: UserToken,
    { lastModifiedFrom, lastModifiedTo, limit, offset }: OrderSearch,
    options: CallOptions = {},
  ): Promise<{ orders: EbayOrder[]; total: number }> {
    const call = reading(options);
    const filter = `lastmodifieddate:[${lastModifiedFrom.toISOString()}..${lastModifiedTo.toISOString()}]`;
    const query = new URLSearchParams({ filter, limit: `${limit}`, offset: `${offset}` });
    const answer = await get(call, `/sell/fulfillment/v1/order?${query}`, accessToken);
    const { orders, total } = accept(call, answer, schema.orderPage, 'user');
    return { orders: orders.map(toOrder), total };
  }

  return { refreshToken, getOrder, getOrders, publicKey };
}
