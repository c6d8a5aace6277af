/**
 * The status of an order at AliExpress. Four fields together say it, and each of them alone has been wrong:
 * `order_status`, `logistics_status`, the `end_reason` of each line, and the time of payment. They are translated into
 * the words of this file first; then the first row of `rows` that fits decides. A word in no table makes the order
 * UNCLEAR.
 */

import { rowOf } from '../gate/checked-call.ts';

/** What AliExpress itself calls the order. */
type Order =
  | 'unpaid'
  | 'money under examination'
  | 'in the day after payment'
  | 'paid'
  | 'sent'
  | 'ended'
  | 'being cancelled'
  | 'stopped';
export const orderWords: Readonly<Record<string, Order>> = {
  PLACE_ORDER_SUCCESS: 'unpaid',
  PAYMENT_PROCESSING: 'money under examination',
  WAIT_SELLER_EXAMINE_MONEY: 'money under examination',
  RISK_CONTROL_HOLD: 'money under examination',
  WAIT_GROUP: 'money under examination',
  RISK_CONTROL: 'in the day after payment',
  WAIT_SELLER_SEND_GOODS: 'paid',
  SELLER_PART_SEND_GOODS: 'sent',
  WAIT_BUYER_ACCEPT_GOODS: 'sent',
  FINISH: 'ended',
  WAIT_COMPLETE_ADDRESS: 'stopped',
  IN_CANCEL: 'being cancelled',
  FUND_PROCESSING: 'stopped',
  IN_ISSUE: 'stopped',
  IN_FROZEN: 'stopped',
};

type Goods = 'not sent' | 'sent' | 'accepted';
export const goodsWords: Readonly<Record<string, Goods>> = {
  DEFAULT: 'not sent',
  NO_LOGISTICS: 'not sent',
  WAIT_SELLER_SEND_GOODS: 'not sent',
  SELLER_SEND_PART_GOODS: 'sent',
  SELLER_SEND_GOODS: 'sent',
  BUYER_ACCEPT_GOODS: 'accepted',
};

/**
 * Why a line has ended: `CANCELED`, `BUYER_CANCEL`, `pay_timeout`, `buyer_accept_goods`. No list of them is known, so
 * they are read by their words. One with words of both kinds (`seller_accept_issue`, `confirm_timeout`) says neither.
 */
const cancelled = /cancel|clos|time_?out|reject|refund|risk|issue|dispute/i;
const fulfilled = /accept|confirm|receive|success|finish|complete/i;

type Lines = 'standing' | 'all cancelled' | 'some cancelled' | 'ended for another reason';

/**
 * PAYMENT_PENDING: AliExpress has, or may have, the money, and nobody may pay again. CANCELLING: goods of it are, or
 * may be, cancelled although the order is not closed. NEEDS_ATTENTION: it stands still until a person acts on the site.
 * UNCLEAR: AliExpress uses a new word, or contradicts itself.
 */
export type SupplierOrderStatus =
  | 'PLACED_UNPAID'
  | 'PAYMENT_PENDING'
  | 'PAID'
  | 'SHIPPED'
  | 'DELIVERED'
  | 'CANCELLED'
  | 'CANCELLING'
  | 'NEEDS_ATTENTION'
  | 'UNCLEAR';

type Reading = { order?: Order | undefined; goods?: Goods | undefined; lines: Lines; paid: boolean };
type Row = Partial<Reading> & { is: SupplierOrderStatus };

/** A field that a row does not name may have any value. */
export const rows: readonly Row[] = [
  { order: 'ended', lines: 'all cancelled', goods: 'accepted', is: 'CANCELLING' },
  { order: 'ended', lines: 'all cancelled', is: 'CANCELLED' },
  { lines: 'all cancelled', is: 'CANCELLING' },
  { lines: 'some cancelled', is: 'CANCELLING' },
  { order: 'being cancelled', is: 'CANCELLING' },
  { lines: 'ended for another reason', is: 'UNCLEAR' },

  { order: 'ended', goods: 'accepted', is: 'DELIVERED' },
  { order: 'ended', is: 'UNCLEAR' },
  { order: 'stopped', is: 'NEEDS_ATTENTION' },

  { order: 'sent', is: 'SHIPPED' },
  { order: 'paid', goods: 'sent', is: 'SHIPPED' },
  { order: 'paid', goods: 'accepted', is: 'SHIPPED' },
  { order: 'paid', is: 'PAID' },

  // Unpaid goods are not sent: one of the two fields is late, or wrong.
  { goods: 'sent', is: 'UNCLEAR' },
  { goods: 'accepted', is: 'UNCLEAR' },
  { order: 'in the day after payment', paid: true, is: 'PAID' },
  { order: 'in the day after payment', is: 'PAYMENT_PENDING' },
  { order: 'money under examination', is: 'PAYMENT_PENDING' },
  { order: 'unpaid', paid: true, is: 'PAYMENT_PENDING' },
  { order: 'unpaid', is: 'PLACED_UNPAID' },
];

/** AliExpress's own words, as they came. */
export type Words = {
  order: string;
  logistics?: string | undefined;
  /** Of each line. */
  endReasons: readonly (string | undefined)[];
  paid: boolean;
};

export function statusOf({ order, logistics, endReasons, paid }: Words): SupplierOrderStatus {
  const reading: Reading = {
    order: rowOf(orderWords, order),
    goods: rowOf(goodsWords, logistics),
    lines: linesOf(endReasons),
    paid,
  };
  const fits = ({ is: _, ...named }: Row) =>
    (Object.keys(named) as (keyof Reading)[]).every(field => named[field] === reading[field]);
  return rows.find(fits)?.is ?? 'UNCLEAR';
}

function linesOf(endReasons: Words['endReasons']): Lines {
  const ended = endReasons.filter(reason => reason !== undefined);
  const gone = ended.filter(reason => cancelled.test(reason) && !fulfilled.test(reason));
  const done = ended.filter(reason => fulfilled.test(reason) && !cancelled.test(reason));
  if (gone.length + done.length < ended.length) return 'ended for another reason';
  if (gone.length === 0) return 'standing';
  return gone.length === endReasons.length ? 'all cancelled' : 'some cancelled';
}
