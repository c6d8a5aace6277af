import type { Account } from '../accounts.ts';
import { toDecimal } from '../decimal.ts';
import { bare } from '../json.ts';
import { textAt } from '../shape.ts';
import type { World } from '../world.ts';
import { costOf, feeOf } from './cost.ts';
import { missing, refusal } from './refusals.ts';
import { objectOf, type Request } from './request.ts';
import type { OrderLine, SupplierOrder } from './state.ts';

/** `aliexpress.trade.ds.order.get`: the account's own orders only. */
export function getOrder(world: World, request: Request, account: Account): object {
  const number = textAt(objectOf(request, 'single_order_query'), 'order_id');
  if (!number) throw missing('single_order_query.order_id');
  const order = world.state.aliexpress.orders.get(number);
  if (order?.accountId !== account.accountId)
    throw refusal('isv.insufficient-permission', 'Insufficient permissions, please check the parameters');
  const total = { amount: toDecimal(costOf(order), order.currency), currency_code: order.currency };
  return {
    result: {
      order_status: isUnderRiskControl(world, order) ? 'RISK_CONTROL' : order.status,
      logistics_status: order.logisticsStatus,
      gmt_create: gmt(order.createdMs),
      ...(order.paidMs === undefined ? {} : { order_paidtime_string: gmt(order.paidMs) }),
      pay_timeout_second: String(order.payTimeoutSeconds),
      order_amount: total,
      user_order_amount: total,
      child_order_list: linesOf(request, order),
      logistics_info_list: request.list(
        'aeop_order_logistics_info',
        order.tracking.map(line => ({ logistics_no: line.trackingNumber, logistics_service: order.logisticsService })),
      ),
      store_info: { store_id: 1101345678, store_name: 'Sandbox Store', store_url: 'https://sandbox.example/store' },
    },
  };
}

const isUnderRiskControl = ({ clock }: World, { status, paidMs, riskControlSeconds }: SupplierOrder): boolean =>
  status === 'WAIT_SELLER_SEND_GOODS' && paidMs !== undefined && clock.now() < paidMs + riskControlSeconds * 1000;

/** In a sparse order the only line stands without brackets, and none says what was really charged. */
function linesOf(request: Request, order: SupplierOrder): unknown {
  const lines = order.lines.map(line => childDocument(order, line));
  if (!order.sparse) return request.list('aeop_child_order_info', lines);
  const [first, ...others] = lines.map(({ actual_fee, actual_shipping_fee, actual_tax_fee, ...line }) => line);
  return { aeop_child_order_info: others.length > 0 ? [first, ...others] : first };
}

function childDocument({ currency, endReason }: SupplierOrder, line: OrderLine) {
  const money = (minor: bigint) => ({ amount: toDecimal(minor, currency), currency_code: currency });
  return {
    product_id: bare(line.productId),
    sku_id: bare(line.skuId),
    product_name: line.title,
    product_count: line.count,
    product_price: money(line.priceMinor),
    sale_fee: money(line.priceMinor * BigInt(line.count)),
    sale_discount_fee: money(0n),
    shipping_fee: money(line.shippingMinor),
    shipping_discount_fee: money(0n),
    actual_shipping_fee: money(line.shippingMinor),
    actual_tax_fee: money(line.taxMinor),
    actual_fee: money(feeOf(line)),
    already_include_tax: 'false',
    ...(endReason === undefined ? {} : { end_reason: endReason }),
  };
}

/** `2026-11-20 06:53:00`, in UTC. */
const gmt = (atMs: number): string => new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
