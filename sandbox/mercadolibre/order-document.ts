import { accountById } from '../accounts.ts';
import { toDecimal } from '../decimal.ts';
import { bare } from '../json.ts';
import type { World } from '../world.ts';
import type { MercadoLibreOrder, PaymentWords } from './state.ts';

/** An order of `GET /orders/{id}`. Money is bare JSON numbers beside a currency. */
export function orderDocument(world: World, order: MercadoLibreOrder): object {
  const money = (minor: bigint) => bare(toDecimal(minor, order.currency));
  const total = order.items.reduce((sum, item) => sum + item.unitPriceMinor * BigInt(item.quantity), 0n);
  const fees = order.items.reduce((sum, item) => sum + item.saleFeeMinor * BigInt(item.quantity), 0n);
  const paid = paidStatuses.includes(order.status);
  const words = paymentWordsOf(order);
  const site = order.items[0]!.itemId.slice(0, 3);
  return {
    id: BigInt(order.id),
    status: order.status,
    status_detail: null,
    date_created: order.createdAt,
    date_closed: paid ? order.createdAt : null,
    last_updated: order.updatedAt,
    order_items: order.items.map(item => ({
      item: {
        id: item.itemId,
        title: item.title,
        category_id: `${site}1055`,
        variation_id: item.variationId === undefined ? null : bare(item.variationId),
        variation_attributes: [],
        seller_sku: null,
      },
      quantity: item.quantity,
      unit_price: money(item.unitPriceMinor),
      full_unit_price: money(item.unitPriceMinor),
      currency_id: order.currency,
      sale_fee: item.saleFee === undefined ? money(item.saleFeeMinor) : bare(item.saleFee),
      listing_type_id: 'gold_special',
    })),
    total_amount: money(total),
    paid_amount: money(paid ? total : 0n),
    currency_id: order.currency,
    buyer: { id: 266272126, nickname: 'BUYER_SANDBOX' },
    seller: { id: BigInt(order.accountId), nickname: accountById(world, 'mercadolibre', order.accountId)?.accountName },
    payments: [
      {
        id: BigInt(order.shipmentId) + 1n,
        status: words.status,
        status_detail: words.statusDetail ?? null,
        currency_id: order.currency,
        transaction_amount: money(total),
        transaction_amount_refunded: money(order.status === 'cancelled' ? total : order.refundedMinor),
        total_paid_amount: money(paid ? total : 0n),
        marketplace_fee: money(fees),
        shipping_cost: money(0n),
        coupon_amount: money(0n),
        taxes_amount: money(0n),
        installments: 1,
        payment_method_id: 'master',
        date_approved: paid ? order.createdAt : null,
      },
    ],
    shipping: { id: BigInt(order.shipmentId) },
    pack_id: order.packId === undefined ? null : BigInt(order.packId),
    tags: order.tags,
    cancel_detail:
      order.status === 'cancelled' ? { group: 'buyer', code: 'buyer_cancel', description: 'Buyer cancelled' } : null,
    mediations: order.mediations.map(id => ({ id: BigInt(id) })),
    taxes: { amount: null, currency_id: null },
    coupon: { id: null, amount: money(0n) },
  };
}

/** Their money has come; most orders stay `paid` though a part of it went back. */
const paidStatuses = ['paid', 'partially_refunded', 'pending_cancel'];

/** How its payment stands. */
export const paymentWordsOf = ({ payment, status }: MercadoLibreOrder): PaymentWords => payment ?? paymentWords(status);

function paymentWords(status: string): PaymentWords {
  if (paidStatuses.includes(status)) return { status: 'approved', statusDetail: 'accredited' };
  if (status === 'cancelled') return { status: 'refunded', statusDetail: 'refunded' };
  return { status: 'in_process', statusDetail: 'pending_contingency' };
}
