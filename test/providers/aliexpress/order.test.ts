import { expect } from 'chai';
import { money } from '../../../domain/money.ts';
import { toSupplierOrder } from '../../../providers/aliexpress/order.ts';
import {
  goodsWords,
  orderWords,
  type SupplierOrderStatus,
  statusOf,
} from '../../../providers/aliexpress/order-status.ts';
import { usd } from '../../support/money.ts';

type Said = { order: string; logistics?: string; lines?: readonly (string | undefined)[]; paid?: boolean };
const read = ({ order, logistics, lines = [undefined], paid = false }: Said) =>
  statusOf({ order, logistics, endReasons: lines, paid });

describe('how an order stands at AliExpress', () => {
  const cases: readonly [string, Said, SupplierOrderStatus][] = [
    ['one that nobody has paid', { order: 'PLACE_ORDER_SUCCESS', logistics: 'NO_LOGISTICS' }, 'PLACED_UNPAID'],
    [
      'one that says when it was paid, and not that it is',
      { order: 'PLACE_ORDER_SUCCESS', paid: true },
      'PAYMENT_PENDING',
    ],
    ['the day after the payment', { order: 'RISK_CONTROL', paid: true }, 'PAID'],
    ['the day after a payment that it does not tell of', { order: 'RISK_CONTROL' }, 'PAYMENT_PENDING'],
    ['a payment that is held', { order: 'RISK_CONTROL_HOLD', paid: true }, 'PAYMENT_PENDING'],
    ['a payment under way', { order: 'PAYMENT_PROCESSING' }, 'PAYMENT_PENDING'],
    ['a payment under way, with a time', { order: 'PAYMENT_PROCESSING', paid: true }, 'PAYMENT_PENDING'],
    ['money that the seller examines', { order: 'WAIT_SELLER_EXAMINE_MONEY', paid: true }, 'PAYMENT_PENDING'],
    ['a group that is waited for', { order: 'WAIT_GROUP', paid: true }, 'PAYMENT_PENDING'],
    ['what is paid', { order: 'WAIT_SELLER_SEND_GOODS', logistics: 'WAIT_SELLER_SEND_GOODS', paid: true }, 'PAID'],
    ['what is paid, without a time', { order: 'WAIT_SELLER_SEND_GOODS' }, 'PAID'],
    [
      'what is sent, by its logistics alone',
      { order: 'WAIT_SELLER_SEND_GOODS', logistics: 'SELLER_SEND_GOODS' },
      'SHIPPED',
    ],
    [
      'what has arrived, by its logistics alone',
      { order: 'WAIT_SELLER_SEND_GOODS', logistics: 'BUYER_ACCEPT_GOODS' },
      'SHIPPED',
    ],
    ['what is sent in part', { order: 'SELLER_PART_SEND_GOODS', logistics: 'SELLER_SEND_PART_GOODS' }, 'SHIPPED'],
    ['what is sent', { order: 'WAIT_BUYER_ACCEPT_GOODS', logistics: 'SELLER_SEND_GOODS' }, 'SHIPPED'],
    ['unpaid goods that are sent', { order: 'PLACE_ORDER_SUCCESS', logistics: 'SELLER_SEND_GOODS' }, 'UNCLEAR'],
    ['held goods that were accepted', { order: 'RISK_CONTROL_HOLD', logistics: 'BUYER_ACCEPT_GOODS' }, 'UNCLEAR'],

    [
      'a cancelled line of a paid order',
      { order: 'WAIT_SELLER_SEND_GOODS', lines: ['CANCELED'], paid: true },
      'CANCELLING',
    ],
    [
      'one of two lines',
      { order: 'WAIT_SELLER_SEND_GOODS', lines: [undefined, 'BUYER_CANCEL'], paid: true },
      'CANCELLING',
    ],
    [
      'a cancelled line of a sent order',
      { order: 'WAIT_BUYER_ACCEPT_GOODS', lines: ['seller_send_goods_timeout'] },
      'CANCELLING',
    ],
    [
      'a cancelled line under risk control',
      { order: 'RISK_CONTROL', lines: ['risk_reject_closed'], paid: true },
      'CANCELLING',
    ],
    ['a cancelled line of an unpaid order', { order: 'PLACE_ORDER_SUCCESS', lines: ['CANCELED'] }, 'CANCELLING'],
    [
      'a line that ended for a reason of its own',
      { order: 'WAIT_SELLER_SEND_GOODS', lines: ['TELEPORTED'] },
      'UNCLEAR',
    ],
    [
      'a line that a dispute ended',
      { order: 'WAIT_BUYER_ACCEPT_GOODS', lines: ['seller_accept_issue_no_goods_return'] },
      'UNCLEAR',
    ],
    ['a line that was accepted', { order: 'WAIT_BUYER_ACCEPT_GOODS', lines: ['buyer_accept_goods'] }, 'SHIPPED'],

    ['the end, of goods that were accepted', { order: 'FINISH', logistics: 'BUYER_ACCEPT_GOODS' }, 'DELIVERED'],
    [
      'the same, with a reason',
      { order: 'FINISH', logistics: 'BUYER_ACCEPT_GOODS', lines: ['buyer_accept_goods'] },
      'DELIVERED',
    ],
    ['the end, of goods that were cancelled', { order: 'FINISH', lines: ['CANCELED', 'BUYER_CANCEL'] }, 'CANCELLED'],
    [
      'the end, by a payment that never came',
      { order: 'FINISH', logistics: 'NO_LOGISTICS', lines: ['pay_timeout'] },
      'CANCELLED',
    ],
    [
      'the end, of one line cancelled of two',
      { order: 'FINISH', logistics: 'BUYER_ACCEPT_GOODS', lines: ['CANCELED', undefined] },
      'CANCELLING',
    ],
    [
      'the end, cancelled and accepted',
      { order: 'FINISH', logistics: 'BUYER_ACCEPT_GOODS', lines: ['CANCELED'] },
      'CANCELLING',
    ],
    ['the end, of goods that never left', { order: 'FINISH', logistics: 'NO_LOGISTICS' }, 'UNCLEAR'],
    [
      'the end, by a reason of its own',
      { order: 'FINISH', logistics: 'BUYER_ACCEPT_GOODS', lines: ['TELEPORTED'] },
      'UNCLEAR',
    ],
    ['the end, without lines', { order: 'FINISH', lines: [] }, 'UNCLEAR'],

    ['an address to complete', { order: 'WAIT_COMPLETE_ADDRESS', paid: true }, 'NEEDS_ATTENTION'],
    ['a cancellation under way', { order: 'IN_CANCEL', paid: true }, 'CANCELLING'],
    ['money on its way', { order: 'FUND_PROCESSING', paid: true }, 'NEEDS_ATTENTION'],
    ['a dispute', { order: 'IN_ISSUE', paid: true }, 'NEEDS_ATTENTION'],
    ['a frozen order', { order: 'IN_FROZEN', paid: true }, 'NEEDS_ATTENTION'],
    ['a new word', { order: 'TELEPORTED', logistics: 'SELLER_SEND_GOODS', paid: true }, 'UNCLEAR'],
    ['a name of every object', { order: 'constructor', logistics: 'toString' }, 'UNCLEAR'],
    ['a new word of logistics', { order: 'WAIT_SELLER_SEND_GOODS', logistics: 'TELEPORTED', paid: true }, 'PAID'],
  ];
  for (const [what, said, status] of cases) it(`${what}: ${status}`, () => expect(read(said)).to.equal(status));

  it('every word of theirs is among them', () => {
    expect(new Set(cases.map(([, { order }]) => order))).to.include.all.keys(Object.keys(orderWords));
    expect(new Set(cases.map(([, { logistics }]) => logistics ?? 'DEFAULT'))).to.include.all.keys(
      Object.keys(goodsWords),
    );
  });

  it('nobody is asked to pay what says when it was paid, whatever else it says', () => {
    const reasons = [undefined, 'CANCELED', 'buyer_accept_goods', 'TELEPORTED'];
    for (const order of [...Object.keys(orderWords), 'TELEPORTED'])
      for (const logistics of [...Object.keys(goodsWords), 'TELEPORTED', undefined])
        for (const reason of reasons)
          expect(statusOf({ order, logistics, endReasons: [reason], paid: true })).not.to.equal('PLACED_UNPAID');
  });
});

describe('what AliExpress charged', () => {
  const order = { order_status: 'WAIT_SELLER_SEND_GOODS' };
  const charged = (more: object) => toSupplierOrder('1', { ...order, child_order_list: [], ...more }).charged;
  const lines = [{ actual_fee: usd(100n) }, { actual_fee: usd(23n) }];

  it('is what all lines say in the end', () => {
    expect(charged({ child_order_list: lines, user_order_amount: usd(9n) })).to.deep.equal(usd(123n));
  });

  it('is what its user is shown, and else its own amount, where not every line says it', () => {
    const some = { child_order_list: [...lines, {}] };
    expect(charged({ ...some, user_order_amount: usd(1449n), order_amount: usd(1500n) })).to.deep.equal(usd(1449n));
    expect(charged({ ...some, order_amount: usd(1500n) })).to.deep.equal(usd(1500n));
    expect(charged(some)).to.equal(undefined);
    expect(charged({})).to.equal(undefined);
  });

  it('is never a sum of two currencies', () => {
    const mixed = { child_order_list: [{ actual_fee: usd(100n) }, { actual_fee: money(23n, 'EUR') }] };
    expect(charged({ ...mixed, user_order_amount: usd(126n) })).to.deep.equal(usd(126n));
    expect(charged(mixed)).to.equal(undefined);
  });
});
