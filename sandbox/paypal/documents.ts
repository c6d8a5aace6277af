import { shapeAt } from '../shape.ts';
import type { World } from '../world.ts';
import { link } from './links.ts';
import { moneyOf } from './money.ts';
import type { Link } from './refusals.ts';
import type { Capture, Order, PurchaseUnit, Refund } from './state.ts';

/** What PayPal shows of its things, in answers and in webhooks alike. */

function orderLinks(world: World, order: Order): Link[] {
  const self = link(world, `/v2/checkout/orders/${order.id}`, 'self');
  if (order.status === 'CREATED' || order.status === 'PAYER_ACTION_REQUIRED') {
    const rel = order.hasPaymentSource ? 'payer-action' : 'approve';
    return [self, link(world, `/checkoutnow?token=${order.id}`, rel)];
  }
  if (order.status === 'APPROVED')
    return [self, link(world, `/v2/checkout/orders/${order.id}/capture`, 'capture', 'POST')];
  return [self];
}

/** `Prefer: return=minimal`: no amounts, and no capture ids. */
export const minimalOrder = (world: World, order: Order) => ({
  id: order.id,
  status: order.status,
  links: orderLinks(world, order),
});

export function orderDocument(world: World, order: Order) {
  const purchase_units = order.units.map(unit => {
    const capture = unit.captureId === undefined ? undefined : world.state.paypal.captures.get(unit.captureId);
    return {
      ...unit.sent,
      payee: { email_address: 'platform@sandbox.example', merchant_id: 'TL5D6XGZK8Q2M' },
      ...(capture ? { payments: paymentsDocument(world, capture) } : {}),
      ...shippingDocument(world, order, unit),
    };
  });
  const paid = order.status === 'APPROVED' || order.status === 'COMPLETED';
  return {
    id: order.id,
    intent: order.intent,
    status: order.status,
    purchase_units,
    ...(paid ? { payer: { email_address: 'buyer@sandbox.example', payer_id: 'QYR5Z8XDVJNXQ' } } : {}),
    create_time: order.createdAt,
    update_time: order.updatedAt,
    links: orderLinks(world, order),
  };
}

/** As it was sent, with the parcels of its capture. */
function shippingDocument(world: World, order: Order, { sent, captureId }: PurchaseUnit) {
  const trackers = [...world.state.paypal.trackers.values()].filter(tracker => tracker.captureId === captureId);
  if (trackers.length === 0) return {};
  const documents = trackers.map(({ id, createdAt }) => ({
    id,
    status: 'SHIPPED',
    items: [],
    links: [link(world, `/v2/checkout/orders/${order.id}/trackers/${id}`, 'update', 'PATCH')],
    create_time: createdAt,
    update_time: createdAt,
  }));
  return { shipping: { ...shapeAt(sent, 'shipping'), trackers: documents } };
}

function paymentsDocument(world: World, capture: Capture) {
  const refunds = [...world.state.paypal.refunds.values()].filter(({ captureId }) => captureId === capture.id);
  const { supplementary_data: _, ...captured } = captureDocument(world, capture); // the order need not name itself
  return {
    captures: [captured],
    ...(refunds.length > 0 ? { refunds: refunds.map(refund => refundDocument(world, refund)) } : {}),
  };
}

export function captureDocument(world: World, capture: Capture) {
  const { amountMinor, feeMinor, currency, status } = capture;
  const settled = status !== 'PENDING' && status !== 'DECLINED' && status !== 'FAILED';
  return {
    id: capture.id,
    status,
    ...(status === 'PENDING' ? { status_details: { reason: 'PENDING_REVIEW' } } : {}),
    amount: moneyOf(amountMinor, currency),
    final_capture: true,
    seller_protection: { status: 'ELIGIBLE', dispute_categories: ['ITEM_NOT_RECEIVED', 'UNAUTHORIZED_TRANSACTION'] },
    ...(settled && capture.feeShown
      ? {
          seller_receivable_breakdown: {
            gross_amount: moneyOf(amountMinor, currency),
            paypal_fee: moneyOf(feeMinor, currency),
            net_amount: moneyOf(amountMinor - feeMinor, currency),
          },
        }
      : {}),
    ...(capture.invoiceId === undefined ? {} : { invoice_id: capture.invoiceId }),
    ...(capture.customId === undefined ? {} : { custom_id: capture.customId }),
    supplementary_data: { related_ids: { order_id: capture.orderId } },
    create_time: capture.createdAt,
    update_time: capture.updatedAt,
    links: [
      link(world, `/v2/payments/captures/${capture.id}`, 'self'),
      link(world, `/v2/payments/captures/${capture.id}/refund`, 'refund', 'POST'),
      link(world, `/v2/checkout/orders/${capture.orderId}`, 'up'),
    ],
  };
}

export const refundDocument = (world: World, refund: Refund) => ({
  id: refund.id,
  status: refund.status,
  amount: moneyOf(refund.amountMinor, refund.currency),
  ...(refund.customId === undefined ? {} : { custom_id: refund.customId }),
  seller_payable_breakdown: {
    gross_amount: moneyOf(refund.amountMinor, refund.currency),
    paypal_fee: moneyOf(0n, refund.currency),
    net_amount: moneyOf(refund.amountMinor, refund.currency),
  },
  create_time: refund.createdAt,
  update_time: refund.createdAt,
  links: [
    link(world, `/v2/payments/refunds/${refund.id}`, 'self'),
    link(world, `/v2/payments/captures/${refund.captureId}`, 'up'),
  ],
});
