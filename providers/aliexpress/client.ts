import { isFailure } from '../../domain/call-outcome.ts';
import { type CallOptions, callsTo, type UserToken, withSecretAnswer } from '../gate/checked-call.ts';
import { type Province, toProvinces } from './address-names.ts';
import type { LogisticsAddress } from './address-rules.ts';
import { type AliExpressOptions, createGateway } from './gateway.ts';
import { type FrozenOrder, orderRequest, type SupplierOrder, toSupplierOrder } from './order.ts';
import { type FreightOffer, type Parcel, type Product, toFreightOffer, toParcel, toProduct } from './product.ts';
import * as schema from './schema.ts';
import { type AliExpressToken, toToken } from './token.ts';

/** `to`: as the order will name it. */
export type FreightQuery = {
  productId: string;
  skuId: string;
  quantity: number;
  to: Pick<LogisticsAddress, 'country' | 'province'>;
};

/**
 * `paid` is false when the orders exist but the automatic payment did not go through. True only means that the answer
 * does not deny it, as after a repeated create: only the orders themselves prove the payment.
 */
export type PlacedOrder = { orderNumbers: string[]; paid: boolean; message?: string };

export type AliExpressClient = ReturnType<typeof createAliExpressClient>;

/** All towns of France are 2.3 MB. */
const addressBytesMax = 16_000_000;

const undeliverable = /DELIVERY_NOT_AVAILABLE_TO_YOUR_ADDRESS|DELIVERY_INFO_EMPTY/;

/** The dropshipping API; the reseller's own token comes with every call. Throws Terminal, Retryable (TokenRefused, PermissionRefused, Unreadable) or Uncertain. */
export function createAliExpressClient(options: AliExpressOptions) {
  const gateway = createGateway(options);
  const now = options.now ?? Date.now;
  const { reading, moving: buying } = callsTo('aliexpress', options.gate);

  /** @param code lives three minutes and works once, so a lost answer is Uncertain */
  async function createToken(code: string, options: CallOptions = {}): Promise<AliExpressToken> {
    const call = withSecretAnswer(buying(options));
    const { said } = await gateway(call, { name: '/auth/token/create', parameters: { code } }, schema.token);
    return toToken(said, now());
  }

  async function refreshToken(refreshToken: string, options: CallOptions = {}): Promise<AliExpressToken> {
    const parameters = { refresh_token: refreshToken };
    const call = withSecretAnswer(reading(options));
    const { said } = await gateway(call, { name: '/auth/token/refresh', parameters }, schema.token);
    return toToken(said, now());
  }

  /** Reads only the wanted variant of the product. */
  async function getProduct(
    user: UserToken,
    { productId, skuId, shipToCountry }: { productId: string; skuId: string; shipToCountry: string },
    options: CallOptions = {},
  ): Promise<Product> {
    const parameters = {
      product_id: productId,
      ship_to_country: shipToCountry,
      target_currency: 'USD',
      target_language: 'en',
    };
    const call = { name: 'aliexpress.ds.product.get', parameters, user };
    return toProduct(productId, (await gateway(reading(options), call, schema.productWith(skuId))).said);
  }

  /** Empty when the product cannot be delivered there. The names inside are camelCase, unlike those of an order. */
  async function queryFreight(
    user: UserToken,
    query: FreightQuery,
    options: CallOptions = {},
  ): Promise<FreightOffer[]> {
    const { productId, skuId: selectedSkuId, quantity, to } = query;
    const place = { shipToCountry: to.country, province: to.province };
    const locale = { language: 'en_US', locale: 'en_US', currency: 'USD' };
    const parameters = {
      queryDeliveryReq: JSON.stringify({ productId, selectedSkuId, quantity, ...place, ...locale }),
    };
    const call = { name: 'aliexpress.ds.freight.query', parameters, user };
    try {
      const { said, refused } = await gateway(reading(options), call, schema.freight);
      const { success, code = '', msg, delivery_options: offers } = said.result;
      if (!success) throw refused({ codes: [msg, code].filter(Boolean), message: msg });
      return offers.map(toFreightOffer);
    } catch (error) {
      if (isFailure(error) && undeliverable.test(error.code)) return [];
      throw error;
    }
  }

  /**
   * One create can place several orders.
   * @param frozenRequest of `orderRequest`, the same bytes at every attempt
   */
  async function createOrder(user: UserToken, frozenRequest: string, options: CallOptions = {}): Promise<PlacedOrder> {
    const parameters: FrozenOrder = JSON.parse(frozenRequest);
    const request = { name: 'aliexpress.ds.order.create', parameters, user };
    const { said, refused, malformed } = await gateway(buying(options), request, schema.placed);
    const { is_success, order_list: orderNumbers, error_code: code, error_msg: message } = said.result;
    if (orderNumbers.length > 0 && (is_success || code === 'REPEATED_ORDER_ERROR')) {
      // "OrderCreated, autoPay fail:…" comes with a success: beside any error the payment is not proven.
      const paid = is_success && message === undefined && code === undefined;
      return { orderNumbers, paid, ...(message ? { message } : {}) };
    }
    if (is_success) throw malformed('a success without an order number');
    if (orderNumbers.length > 0) throw malformed(`order numbers beside ${code}`);
    throw refused({ codes: code === undefined ? [] : [code], message: message ?? '', nothingDone: true });
  }

  async function getOrder(user: UserToken, number: string, options: CallOptions = {}): Promise<SupplierOrder> {
    const parameters = { single_order_query: JSON.stringify({ order_id: number }) };
    const call = { name: 'aliexpress.trade.ds.order.get', parameters, user };
    return toSupplierOrder(number, (await gateway(reading(options), call, schema.supplierOrder)).said.result);
  }

  /** None while nothing has been shipped: `1001` says so, for an unknown number too. */
  async function getTracking(user: UserToken, number: string, options: CallOptions = {}): Promise<Parcel[]> {
    const parameters = { ae_order_id: number, language: 'en_US' };
    const call = { name: 'aliexpress.ds.order.tracking.get', parameters, user };
    const { said, refused } = await gateway(reading(options), call, schema.tracking);
    const { ret, code, msg, data } = said.result;
    if (ret) return data.tracking_detail_line_list.map(toParcel);
    if (code === '1001') return [];
    throw refused({ codes: code === undefined ? [] : [code], message: msg });
  }

  /**
   * The names that an order's province and city must have; empty where AliExpress publishes none for the country. Four
   * calls a second are allowed for all our users: keep the answer.
   */
  async function getAddress(user: UserToken, country: string, options: CallOptions = {}): Promise<Province[]> {
    const request = {
      name: 'aliexpress.ds.address.get',
      parameters: { countryCode: country, language: 'en', isMultiLanguage: 'false' },
      user,
      maxAnswerBytes: addressBytesMax,
    };
    const { ret, data } = (await gateway(reading(options), request, schema.address)).said.result;
    return ret ? toProvinces(data) : [];
  }

  return {
    createToken,
    refreshToken,
    getProduct,
    queryFreight,
    orderRequest,
    createOrder,
    getOrder,
    getTracking,
    getAddress,
  };
}
