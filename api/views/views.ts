import { formatMoney, type Money, money } from '../../domain/money.ts';
import { isSettled } from '../../domain/settled.ts';
import { productMaxBuy, productPrice } from '../../store/catalogue/products.ts';
import type { PayoutLeg, Sale } from '../../store/entities/money.ts';
import type { Order, OrderEvent, Parcel, Payment, SupplierOrder } from '../../store/entities/order.ts';
import type { Product } from '../../store/entities/people.ts';
import { salePrice } from '../../store/orders/orders.ts';
import { legAmount } from '../../store/payouts/legs.ts';

/** What the API shows of a row: only the fields that are named here. */
export const moneyView = (amount: Money) => ({
  amountMinor: amount.amountMinor.toString(),
  currency: amount.currency,
  text: formatMoney(amount),
});

export const productView = (product: Product) => ({
  id: product.id,
  title: product.title,
  price: moneyView(productPrice(product)),
  maxBuyPrice: moneyView(productMaxBuy(product)),
  supplierProductId: product.supplierProductId,
  supplierSkuId: product.supplierSkuId,
  createdAt: product.createdAt,
});

export const orderView = (order: Order) => ({
  id: order.id,
  channel: order.channel,
  externalOrderId: order.externalOrderId ?? null,
  externalLineId: order.externalLineId ?? null,
  listingId: order.listingId ?? null,
  productId: order.productId ?? null,
  quantity: order.quantity,
  price: moneyView(salePrice(order)),
  status: order.status,
  waitReason: order.waitReason ?? null,
  waitUntil: order.waitUntil ?? null,
  reason: order.reason ?? null,
  createdAt: order.createdAt,
  updatedAt: order.updatedAt,
});

export const orderDetailView = (
  order: Order,
  parts: {
    timeline: OrderEvent[];
    payments: Payment[];
    supplierOrders: SupplierOrder[];
    parcels: Parcel[];
    sale: Sale | null;
    legs: PayoutLeg[];
  },
) => ({
  ...orderView(order),
  shipTo: order.shipTo ?? null,
  payments: parts.payments.map(payment => ({
    provider: payment.provider,
    reference: payment.reference,
    status: payment.status,
    amount: moneyView(money(payment.amountMinor, payment.currency)),
  })),
  supplierOrders: parts.supplierOrders.map(row => ({
    number: row.number,
    status: row.status,
    payDeadline: row.payDeadline ?? null,
    cost: row.costMinor != null && row.costCurrency ? moneyView(money(row.costMinor, row.costCurrency)) : null,
  })),
  parcels: parts.parcels.map(parcel => ({
    trackingNumber: parcel.trackingNumber,
    carrier: parcel.carrier,
    quantity: parcel.quantity,
    shippedAt: parcel.shippedAt,
    lastEvent: parcel.lastEvent ?? null,
    /** When the parcel was reported to the sale channel, or why it was not. */
    toldAt: parcel.toldAt ?? null,
    refusedFor: parcel.refusedFor ?? null,
    /** The tracking number has changed since. */
    replaced: parcel.goneAt != null,
  })),
  sale: parts.sale && saleView(parts.sale),
  payouts: parts.legs.map(leg => ({
    id: leg.id,
    beneficiary: leg.beneficiary,
    amount: moneyView(legAmount(leg)),
    status: leg.status,
    reason: leg.reason ?? null,
  })),
  settled: isSettled(order, parts.legs),
  timeline: parts.timeline.map(({ at, kind, note, detail }) => ({ at, kind, note, detail: detail ?? {} })),
});

export const saleView = (sale: Sale) => {
  const amount = (minor: bigint) => moneyView(money(minor, sale.currency));
  return {
    id: sale.id,
    orderId: sale.orderId,
    salePrice: amount(sale.salePriceMinor),
    supplierCost: amount(sale.supplierCostMinor),
    marketplaceFee: amount(sale.marketplaceFeeMinor),
    paymentFee: amount(sale.paymentFeeMinor),
    grossProfit: amount(sale.grossProfitMinor),
    commission: amount(sale.grossProfitMinor - sale.netProfitMinor),
    netProfit: amount(sale.netProfitMinor),
    setOff: amount(sale.setOffMinor),
    variance: amount(sale.grossProfitMinor - sale.expectedProfitMinor),
    createdAt: sale.createdAt,
  };
};
