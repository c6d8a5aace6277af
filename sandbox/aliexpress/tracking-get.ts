import type { Account } from '../accounts.ts';
import { bare } from '../json.ts';
import type { World } from '../world.ts';
import type { Request } from './request.ts';
import type { TrackingLine } from './state.ts';

/** `aliexpress.ds.order.tracking.get`: not shipped yet, and not yours, look the same. */
export function getTracking(world: World, request: Request, account: Account): object {
  const order = world.state.aliexpress.orders.get(request.required('ae_order_id'));
  request.required('language');
  if (order?.accountId !== account.accountId || order.tracking.length === 0)
    return { result: { ret: false, code: '1001', msg: 'TRACKING DATA NOT FOUND' } };
  const itemsOf = (parcel: TrackingLine) =>
    order.lines.map(line => ({
      item_id: bare(line.productId),
      sku_id: bare(line.skuId),
      quantity: parcel.count ?? line.count,
      item_title: line.title,
      sku_desc: '',
    }));
  const parcels = order.tracking.map(line => ({
    mail_no: line.trackingNumber,
    carrier_name: line.carrier,
    package_item_list: request.list('package_item', itemsOf(line)),
    detail_node_list: request.list(
      'detail_node',
      line.events.map(event => ({
        time_stamp: Date.parse(event.at),
        tracking_name: event.description,
        tracking_detail_desc: event.description,
      })),
    ),
  }));
  return {
    result: {
      ret: true,
      code: '200',
      msg: 'success',
      data: { tracking_detail_line_list: request.list('tracking_detail', parcels) },
    },
  };
}
