import type { Address } from '../../domain/address.ts';
import { type Money, parseMoney } from '../../domain/money.ts';
import { wireDecimal } from '../../domain/wire-amount.ts';
import type { WireCapture, WireOrder, WireRefund } from './schema.ts';
import { type Tracker, toTrackers } from './tracking.ts';

/** COMPLETED means that the order is done, not that the money came: read the captures. */
export type PayPalOrder = {
  id: string;
  status: string;
  customId?: string;
  captures: Capture[];
  refunds: Refund[];
  /** The parcels that were reported to PayPal; undefined where they cannot be read. */
  trackers: Tracker[] | undefined;
};

/** Only `COMPLETED` is paid. The fee is absent while it is pending, and sometimes afterwards; it need not be in the payment's currency. */
export type Capture = {
  id: string;
  status: string;
  amount: Money;
  fee?: Money;
  customId?: string;
  orderId?: string;
  /** Why it is pending, refunded or declined: `ECHECK`, `PENDING_REVIEW`, … */
  reason?: string;
};

/** `customId` comes from the request: ours is the effect's key. */
export type Refund = { id: string; status: string; amount: Money; captureId?: string; customId?: string };

/** A refund that was read by itself: sometimes it has no amount. */
export type ToldRefund = Omit<Refund, 'amount'> & { amount?: Money };

export type NewOrder = {
  /** Kept 6 h by PayPal: a repeat within them gives the same order. */
  requestId: string;
  /** Comes back on the capture and in its webhook, ≤ 127 characters. */
  customId: string;
  /** For all pieces together. */
  amount: Money;
  description: string;
  quantity: number;
  shipTo: Address;
  returnUrl: string;
  cancelUrl: string;
};

const wireAmount = (amount: Money) => ({ currency_code: amount.currency, value: wireDecimal('paypal', amount) });

export const orderBody = (order: NewOrder): string =>
  JSON.stringify({
    intent: 'CAPTURE',
    purchase_units: [
      {
        custom_id: order.customId,
        description: (order.quantity > 1 ? `${order.quantity} × ${order.description}` : order.description).slice(
          0,
          127,
        ),
        amount: wireAmount(order.amount),
        shipping: { type: 'SHIPPING', name: { full_name: order.shipTo.fullName }, address: wireAddress(order.shipTo) },
      },
    ],
    payment_source: {
      paypal: {
        experience_context: {
          return_url: order.returnUrl,
          cancel_url: order.cancelUrl,
          user_action: 'PAY_NOW',
          shipping_preference: 'SET_PROVIDED_ADDRESS',
          payment_method_preference: 'IMMEDIATE_PAYMENT_REQUIRED', // no eCheck that is pending for days
        },
      },
    },
  });

const wireAddress = (address: Address) => ({
  address_line_1: address.line1,
  ...(address.line2 ? { address_line_2: address.line2 } : {}),
  admin_area_2: address.city,
  ...(address.region ? { admin_area_1: address.region } : {}),
  ...(address.postalCode ? { postal_code: address.postalCode } : {}),
  country_code: address.country,
});

type NewRefund = { amount: Money; customId: string; note?: string };

/** The frozen request of a refund. */
export const refundBody = ({ amount, customId, note }: NewRefund): string =>
  JSON.stringify({
    amount: wireAmount(amount),
    custom_id: customId,
    ...(note ? { note_to_payer: note.slice(0, 255) } : {}),
  });

/** The amount of a frozen request of ours. */
export function refundAsked(frozenBody: string): Money {
  const { amount } = JSON.parse(frozenBody) as { amount: { value: string; currency_code: string } };
  return parseMoney(amount.value, amount.currency_code);
}

export function toOrder({ id, status, purchase_units }: WireOrder): PayPalOrder {
  const customId = purchase_units.map(unit => unit.custom_id).find(Boolean);
  return {
    id,
    status,
    ...(customId ? { customId } : {}),
    captures: purchase_units.flatMap(unit => unit.payments?.captures ?? []).map(capture => toCapture(capture, id)),
    refunds: purchase_units
      .flatMap(unit => unit.payments?.refunds ?? [])
      .map(refund => ({ ...toRefund(refund), amount: refund.amount })),
    trackers: toTrackers(purchase_units),
  };
}

/** What went back of one capture. A refund that names none is of the capture that its order shows. */
export function refundsOfCapture({ captures, refunds }: PayPalOrder, captureId: string): Refund[] {
  const isShown = captures.some(({ id }) => id === captureId);
  return refunds.filter(refund => (refund.captureId === undefined ? isShown : refund.captureId === captureId));
}

export function toCapture(wire: WireCapture, knownOrderId?: string): Capture {
  const { paypal_fee: fee } = wire.seller_receivable_breakdown ?? {};
  const orderId = wire.supplementary_data?.related_ids?.order_id ?? knownOrderId;
  const reason = wire.status_details?.reason;
  return {
    id: wire.id,
    status: wire.status,
    amount: wire.amount,
    ...(fee ? { fee } : {}),
    ...(wire.custom_id ? { customId: wire.custom_id } : {}),
    ...(orderId ? { orderId } : {}),
    ...(reason ? { reason } : {}),
  };
}

export function toRefund({ id, status, amount, custom_id: customId, links = [] }: WireRefund): ToldRefund {
  const up = links.find(link => link.rel === 'up')?.href;
  const captureId = up && /\/captures\/([A-Za-z0-9-]{1,64})$/.exec(up)?.[1];
  return {
    id,
    status,
    ...(amount ? { amount } : {}),
    ...(captureId ? { captureId } : {}),
    ...(customId ? { customId } : {}),
  };
}
