import type { Money } from '../../domain/money.ts';
import { type CallOptions, decode, malformed, succeeded } from '../gate/checked-call.ts';
import { alreadyDone } from './already-done.ts';
import { buyerPage } from './buyer-page.ts';
import { duplicateBatch, isMissing, refusedCapture, refusedCreate } from './classify.ts';
import { disputeCalls } from './dispute.ts';
import { createExchange } from './exchange.ts';
import {
  type Capture,
  type NewOrder,
  orderBody,
  type PayPalOrder,
  type Refund,
  refundBody,
  refundsOfCapture,
  type ToldRefund,
  toCapture,
  toOrder,
  toRefund,
} from './order.ts';
import { type PayoutBatch, type PayoutItem, payoutBody, toBatch, toItem } from './payout.ts';
import { reportingCalls } from './reporting.ts';
import * as schema from './schema.ts';
import { subscriptionCalls } from './subscriptions.ts';
import type { PayPalCredentials } from './token.ts';
import { type Tracker, toTrackers, trackingBody } from './tracking.ts';

export type PayPalClient = ReturnType<typeof createPayPalClient>;

/** Orders v2, Payments v2, Payouts v1, the balance report, disputes and webhooks. Throws Terminal, Retryable or Uncertain. */
export function createPayPalClient(options: PayPalCredentials) {
  const { baseUrl } = options;
  const exchanges = createExchange(options);
  const { reading, moving, exchange, accept, get, send, post } = exchanges;

  /** A repetition with the same request id gives the same order, so this is no money call. */
  async function createOrder(order: NewOrder, options: CallOptions = {}) {
    const call = reading(options);
    const answer = await send(call, '/v2/checkout/orders', orderBody(order), order.requestId);
    if (!succeeded(answer)) throw refusedCreate(call, answer);
    const created = decode(call, schema.created, answer.body);
    const approveUrl = buyerPage(created.links, ['payer-action', 'approve'], baseUrl);
    if (!approveUrl) throw malformed(call, answer.body, 'the order has no link for the buyer that leads to PayPal');
    return { paypalOrderId: created.id, approveUrl };
  }

  /** `undefined` when PayPal does not know the order (any more: it forgets unpaid ones after hours). */
  async function getOrder(paypalOrderId: string, options: CallOptions = {}): Promise<PayPalOrder | undefined> {
    const call = reading(options);
    const answer = await exchange(call, {
      method: 'GET',
      url: `/v2/checkout/orders/${encodeURIComponent(paypalOrderId)}`,
    });
    return isMissing(answer) ? undefined : toOrder(accept(call, answer, schema.order));
  }

  /**
   * An order that was captured before, by the webhook or a lost call, is read and returned.
   * @throws CaptureRefused when PayPal certainly has not taken the money
   */
  async function captureOrder(
    paypalOrderId: string,
    requestId: string,
    options: CallOptions = {},
  ): Promise<PayPalOrder> {
    const call = moving(options);
    const url = `/v2/checkout/orders/${encodeURIComponent(paypalOrderId)}/capture`;
    const answer = await send(call, url, '{}', requestId);
    try {
      if (!succeeded(answer)) throw refusedCapture(call, answer, baseUrl);
      return toOrder(decode(call, schema.capturedOrder, answer.body));
    } catch (error) {
      return alreadyDone(error, 'PAYPAL_ORDER_ALREADY_CAPTURED', async () => {
        const order = await getOrder(paypalOrderId, options);
        return order && order.captures.length > 0 ? order : undefined;
      });
    }
  }

  /**
   * Reports a parcel to PayPal, and to the buyer if the body says so. Whether the same number may be added twice is not
   * documented: when in doubt, `getOrder` shows the order's trackers.
   * @param frozenBody of `trackingBody`, the same bytes at every attempt
   * @returns all trackers of the order
   */
  async function addTracking(paypalOrderId: string, frozenBody: string, options: CallOptions = {}): Promise<Tracker[]> {
    const call = moving(options);
    const url = `/v2/checkout/orders/${encodeURIComponent(paypalOrderId)}/track`;
    const answer = await exchange(call, { method: 'POST', url, data: frozenBody });
    return toTrackers(accept(call, answer, schema.trackedOrder).purchase_units) ?? [];
  }

  async function getCapture(captureId: string, options: CallOptions = {}): Promise<Capture> {
    const url = `/v2/payments/captures/${encodeURIComponent(captureId)}`;
    return toCapture(await get(reading(options), url, schema.capture));
  }

  /** @param frozenBody of `refundBody`, the same bytes at every attempt */
  async function refundCapture(
    captureId: string,
    requestId: string,
    frozenBody: string,
    options: CallOptions = {},
  ): Promise<{ id: string }> {
    const url = `/v2/payments/captures/${encodeURIComponent(captureId)}/refund`;
    try {
      const { id } = await post(moving(options), url, frozenBody, requestId, schema.refundMade);
      return { id };
    } catch (error) {
      const { id } = await alreadyDone(error, 'PAYPAL_CAPTURE_FULLY_REFUNDED', () => onlyRefundOf(captureId, options));
      return { id };
    }
  }

  async function getRefund(refundId: string, options: CallOptions = {}): Promise<ToldRefund> {
    const url = `/v2/payments/refunds/${encodeURIComponent(refundId)}`;
    return toRefund(await get(reading(options), url, schema.refund));
  }

  /** Undefined if there are several: none of them is provably the one that was asked for. */
  async function onlyRefundOf(captureId: string, options: CallOptions): Promise<Refund | undefined> {
    const { orderId } = await getCapture(captureId, options);
    const order = orderId === undefined ? undefined : await getOrder(orderId, options);
    const refunds = order ? refundsOfCapture(order, captureId) : [];
    return refunds.length === 1 ? refunds[0] : undefined;
  }

  /** @param frozenBody of `payoutBody`, the same bytes at every attempt */
  async function createPayout(
    frozenBody: string,
    options: CallOptions = {},
  ): Promise<{ batchId: string; duplicate: boolean }> {
    const call = moving(options);
    const answer = await exchange(call, { method: 'POST', url: '/v1/payments/payouts', data: frozenBody });
    const earlier = duplicateBatch(answer);
    if (earlier) return { batchId: earlier, duplicate: true };
    return { batchId: accept(call, answer, schema.acceptedBatch).batch_header.payout_batch_id, duplicate: false };
  }

  async function getPayoutBatch(batchId: string, options: CallOptions = {}): Promise<PayoutBatch> {
    const url = `/v1/payments/payouts/${encodeURIComponent(batchId)}?page=1&page_size=100`;
    return toBatch(await get(reading(options), url, schema.payoutBatch));
  }

  /** Only an `UNCLAIMED` item can be cancelled; it becomes `RETURNED`. */
  async function cancelPayoutItem(itemId: string, options: CallOptions = {}): Promise<PayoutItem> {
    const call = moving(options);
    const url = `/v1/payments/payouts-item/${encodeURIComponent(itemId)}`;
    try {
      return toItem(
        accept(call, await exchange(call, { method: 'POST', url: `${url}/cancel`, data: '{}' }), schema.payoutItem),
      );
    } catch (error) {
      const look = async () => toItem(await get(reading(options), url, schema.payoutItem));
      return alreadyDone(error, 'PAYPAL_ITEM_ALREADY_CANCELLED', look);
    }
  }

  /** Up to 3 h old: `asOf` says how old. Currencies that we do not hold are left out. */
  const getBalances = (options: CallOptions = {}): Promise<{ asOf: Date; available: Money[] }> =>
    get(reading(options), '/v1/reporting/balances', schema.balances);

  return {
    createOrder,
    getOrder,
    captureOrder,
    getCapture,
    refundCapture,
    getRefund,
    addTracking,
    trackingBody,
    refundBody,
    payoutBody,
    createPayout,
    getPayoutBatch,
    cancelPayoutItem,
    getBalances,
    ...reportingCalls(exchanges),
    ...disputeCalls(exchanges),
    ...subscriptionCalls(exchanges),
  };
}
