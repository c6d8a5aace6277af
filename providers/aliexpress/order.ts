import type { Address } from '../../domain/address.ts';
import { add, type Money } from '../../domain/money.ts';
import { nationalAddress, toLogisticsAddress } from './address-rules.ts';
import type { WireSupplierOrder } from './schema.ts';

export type NewSupplierOrder = {
  /** Our key: AliExpress deduplicates it for 24 h. */
  outOrderId: string;
  address: Address;
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
 * grants to some accounts only. @throws Terminal `ADDRESS_…`
 */
export function orderRequest({ outOrderId, address, items }: NewSupplierOrder): string {
  const shortAddress = nationalAddress(address);
  const frozen: FrozenOrder = {
    param_place_order_request4_open_api_d_t_o: JSON.stringify({
      out_order_id: outOrderId,
      logistics_address: toLogisticsAddress(address),
      product_items: items.map(item => ({
        product_id: item.productId,
        product_count: item.quantity,
        sku_attr: item.skuAttr,
        logistics_service_name: item.logisticsServiceName,
      })),
    }),
    ds_extend_request: JSON.stringify({
      payment: { pay_currency: 'USD', try_to_pay: true },
      ...(shortAddress ? { trade_extra_param: { nat_addr: shortAddress } } : {}),
    }),
  };
  return JSON.stringify(frozen);
}

/** NEEDS_ATTENTION: no next state follows from what AliExpress says; a person looks at it. */
export type SupplierOrderStatus =
  | 'PLACED_UNPAID'
  | 'PAYMENT_PENDING'
  | 'PAID'
  | 'SHIPPED'
  | 'DELIVERED'
  | 'CANCELLED'
  | 'NEEDS_ATTENTION';

export type SupplierOrder = {
  number: string;
  status: SupplierOrderStatus;
  rawStatus: string;
  /** It says when it was paid: also of an order that was closed since. */
  paid?: true;
  /** What was really charged, shipping and tax included; absent until every line says it. */
  actualFee?: Money;
  payDeadline?: Date;
};

/** `FINISH` is not here: it says that an order ended, not how. */
export const statuses: Record<string, SupplierOrderStatus> = {
  PLACE_ORDER_SUCCESS: 'PLACED_UNPAID',
  PAYMENT_PROCESSING: 'PAYMENT_PENDING',
  WAIT_SELLER_EXAMINE_MONEY: 'PAYMENT_PENDING',
  RISK_CONTROL: 'PAYMENT_PENDING',
  RISK_CONTROL_HOLD: 'PAYMENT_PENDING',
  WAIT_GROUP: 'PAYMENT_PENDING',
  WAIT_COMPLETE_ADDRESS: 'NEEDS_ATTENTION',
  WAIT_SELLER_SEND_GOODS: 'PAID',
  SELLER_PART_SEND_GOODS: 'SHIPPED',
  WAIT_BUYER_ACCEPT_GOODS: 'SHIPPED',
  IN_CANCEL: 'NEEDS_ATTENTION',
  FUND_PROCESSING: 'NEEDS_ATTENTION',
  IN_ISSUE: 'NEEDS_ATTENTION',
  IN_FROZEN: 'NEEDS_ATTENTION',
};

type WireResult = WireSupplierOrder['result'];

export function toSupplierOrder(number: string, wire: WireResult): SupplierOrder {
  const { order_status: rawStatus, child_order_list: lines } = wire;
  const status = rawStatus === 'FINISH' ? endOf(wire) : (statuses[rawStatus] ?? 'NEEDS_ATTENTION');
  const fees = lines.flatMap(line => line.actual_fee ?? []);
  const actualFee = fees.length === lines.length && fees.length > 0 ? fees.reduce(add) : undefined;
  const payDeadline = status === 'PLACED_UNPAID' ? deadlineOf(wire) : undefined;
  return {
    number,
    status,
    rawStatus,
    ...(wire.order_paidtime_string === undefined ? {} : { paid: true }),
    ...(actualFee ? { actualFee } : {}),
    ...(payDeadline ? { payDeadline } : {}),
  };
}

/** Completed or closed: only the reason of the lines and the state of the goods tell which. */
function endOf({ logistics_status: logistics, child_order_list: lines }: WireResult): SupplierOrderStatus {
  const cancelled = lines.filter(line => /cancel/i.test(line.end_reason ?? '')).length;
  if (cancelled > 0) return cancelled === lines.length ? 'CANCELLED' : 'NEEDS_ATTENTION';
  return logistics === 'BUYER_ACCEPT_GOODS' ? 'DELIVERED' : 'NEEDS_ATTENTION';
}

/** A creation time without a zone is read as UTC: AliExpress names none. */
function deadlineOf({ gmt_create: created, pay_timeout_second: seconds }: WireResult): Date | undefined {
  if (created === undefined || seconds === undefined) return undefined;
  const iso = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(created) ? `${created.replace(' ', 'T')}Z` : created;
  const createdMs = Date.parse(iso);
  return Number.isNaN(createdMs) ? undefined : new Date(createdMs + seconds * 1000);
}
