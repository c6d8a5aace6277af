import { type Money, sum } from '../../domain/money.ts';
import type { Destination } from './address.ts';
import type { LogisticsAddress } from './address-rules.ts';
import { type SupplierOrderStatus, statusOf } from './order-status.ts';
import type { WireSupplierOrder } from './schema.ts';

type NewSupplierOrder = {
  /** Our idempotency key: AliExpress deduplicates it for 24 h. */
  outOrderId: string;
  destination: Destination;
  items: readonly NewItem[];
};

export type NewItem = {
  productId: string;
  /** Verbatim from the product; empty when it has one variant only. */
  skuAttr: string;
  quantity: number;
  /** The `code` of a freight offer. */
  logisticsServiceName: string;
};

/** The two parameters of a create, as the texts that are signed and sent. */
export type FrozenOrder = { param_place_order_request4_open_api_d_t_o: string; ds_extend_request: string };

/**
 * The frozen request of an order: JSON of its two text parameters. It asks for automatic payment, which AliExpress
 * grants to some accounts only.
 */
export function orderRequest({ outOrderId, destination, items }: NewSupplierOrder): string {
  const { logisticsAddress, nationalAddress } = destination;
  const frozen: FrozenOrder = {
    param_place_order_request4_open_api_d_t_o: JSON.stringify({
      out_order_id: outOrderId,
      logistics_address: logisticsAddress,
      product_items: items.map(item => ({
        product_id: item.productId,
        product_count: item.quantity,
        sku_attr: item.skuAttr,
        logistics_service_name: item.logisticsServiceName,
      })),
    }),
    ds_extend_request: JSON.stringify({
      payment: { pay_currency: 'USD', try_to_pay: true },
      ...(nationalAddress ? { trade_extra_param: { nat_addr: nationalAddress } } : {}),
    }),
  };
  return JSON.stringify(frozen);
}

/** What a frozen request orders, and the address as it names it. */
export function ordered(frozenRequest: string): { items: NewItem[]; shipTo: LogisticsAddress } {
  const frozen = JSON.parse(frozenRequest) as FrozenOrder;
  const { product_items, logistics_address } = JSON.parse(frozen.param_place_order_request4_open_api_d_t_o) as {
    logistics_address: LogisticsAddress;
    product_items: { product_id: string; product_count: number; sku_attr: string; logistics_service_name: string }[];
  };
  const items = product_items.map(item => ({
    productId: item.product_id,
    quantity: item.product_count,
    skuAttr: item.sku_attr,
    logisticsServiceName: item.logistics_service_name,
  }));
  return { items, shipTo: logistics_address };
}

export type SupplierOrder = {
  number: string;
  status: SupplierOrderStatus;
  rawStatus: string;
  /** Why its lines have ended, if they have. */
  endReasons?: readonly string[];
  /** AliExpress gives a time of payment, also for an order that was closed since. */
  paid?: true;
  /**
   * What was charged, shipping and tax included: the actual fees of all lines; where one is missing, the amount shown
   * to the user, and else the order's own amount.
   */
  charged?: Money;
  payDeadline?: Date;
};

type WireResult = WireSupplierOrder['result'];

export function toSupplierOrder(number: string, wire: WireResult): SupplierOrder {
  const { order_status: rawStatus, logistics_status: logistics, child_order_list: lines } = wire;
  const paid = wire.order_paidtime_string !== undefined;
  const endReasons = lines.map(line => line.end_reason);
  const status = statusOf({ order: rawStatus, logistics, endReasons, paid });
  const charged = feesOf(lines) ?? wire.user_order_amount ?? wire.order_amount;
  const payDeadline = status === 'PLACED_UNPAID' ? deadlineOf(wire) : undefined;
  const ended = endReasons.filter(reason => reason !== undefined);
  return {
    number,
    status,
    rawStatus,
    ...(ended.length > 0 ? { endReasons: ended } : {}),
    ...(paid ? { paid } : {}),
    ...(charged ? { charged } : {}),
    ...(payDeadline ? { payDeadline } : {}),
  };
}

/** The sum of the lines' actual fees; undefined where one is missing or has another currency. */
function feesOf(lines: WireResult['child_order_list']): Money | undefined {
  const [first, ...others] = lines.map(line => line.actual_fee);
  if (!first || others.some(fee => fee?.currency !== first.currency)) return undefined;
  return sum(
    lines.flatMap(line => line.actual_fee ?? []),
    first.currency,
  );
}

/** A creation time without a zone is read as UTC: AliExpress names none. */
function deadlineOf({ gmt_create: created, pay_timeout_second: seconds }: WireResult): Date | undefined {
  if (created === undefined || seconds === undefined) return undefined;
  const iso = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(created) ? `${created.replace(' ', 'T')}Z` : created;
  const createdMs = Date.parse(iso);
  return Number.isNaN(createdMs) ? undefined : new Date(createdMs + seconds * 1000);
}
