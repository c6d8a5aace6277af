import { expect } from 'chai';
import { decideOrder } from '../../queues/decide.ts';
import { checkLedger } from '../../store/ledger-check.ts';
import { legsOfOrder } from '../../store/legs.ts';
import { parcelsOf } from '../../store/parcels.ts';
import { createStage, type Seller, type Stage } from '../support/stage.ts';
import {
  type Changes,
  dayMs,
  fromNow,
  hourMs,
  notesOf,
  orderToBuy,
  performWith,
  reservationsOf,
  rows,
  santiago,
} from '../workers/workbench.ts';
import {
  answer,
  boughtFor,
  changeProduct,
  clearShapes,
  firstLine,
  gatewaySays,
  numbersOf,
  orderResult,
  reshape,
} from './ali.ts';

describe('wires: what AliExpress says of an order', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
  });
  afterEach(async () => {
    await clearShapes(stage);
    expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]);
  });
  after(() => stage[Symbol.asyncDispose]());

  const purchase = (id: string, changes: Changes = {}) => performWith(stage, changes, 'purchase', id);
  const held = async (id: string) => (await reservationsOf(stage, id)).map(({ status }) => status);
  const supplier = (number: string, change: object) => stage.control('supplier', { number, ...change });
  const legs = (id: string) => stage.store.read(em => legsOfOrder(em, id as never));
  const sold = async (id: string) => (await rows(stage, 'select id from sales where order_id = ?', [id])).length;
  const goOn = (id: string) =>
    stage.context.transact((em, enqueue) =>
      decideOrder(em, enqueue, id as never, { decision: { decision: 'go-on' }, by: seller.id, why: 'looked at it' }),
    );
  /** Placed, and read back once: AliExpress does not pay by itself for Chile. */
  const unpaid = async (ordersPerCreate: 1 | 2 = 1) => {
    const goods = await stage.stockUp(seller, { ordersPerCreate });
    const { id } = await orderToBuy(stage, goods, ordersPerCreate, santiago);
    await purchase(id);
    return { id, numbers: await numbersOf(stage, id), number: (await numbersOf(stage, id))[0] ?? '' };
  };
  /** Somebody has paid it on the site since. */
  const paid = async () => {
    const order = await unpaid();
    await stage.control('pay', { number: order.number });
    return order;
  };
  const nobodyIsAskedToPay = async (id: string) => {
    const { status, waitReason } = await stage.order(id);
    expect([status, waitReason]).not.to.deep.equal(['WAITING', 'SUPPLIER_UNPAID']);
    expect(
      (await notesOf(stage, id)).filter(text => /pay AliExpress order \d+ on the site/.test(text)),
    ).to.have.length.at.most(1);
  };

  describe('what it charged', () => {
    const unsaid: readonly [string, readonly object[]][] = [
      ['is in no line', [{ op: 'remove', path: `${firstLine}/actual_fee` }]],
      ['is null', [{ op: 'replace', path: `${firstLine}/actual_fee`, value: null }]],
      ['is {}', [{ op: 'replace', path: `${firstLine}/actual_fee`, value: {} }]],
      ['has no number', [{ op: 'remove', path: `${firstLine}/actual_fee/amount` }]],
      [
        'is an amount of the order only',
        [
          { op: 'remove', path: `${firstLine}/actual_fee` },
          { op: 'remove', path: `${orderResult}/user_order_amount` },
        ],
      ],
      ['is an amount of an order without lines', [{ op: 'remove', path: `${orderResult}/child_order_list` }]],
    ];
    for (const [what, patch] of unsaid)
      it(`${what}: it was waited for without an end, and is what the order says`, async () => {
        const { id } = await orderToBuy(stage, await stage.stockUp(seller));
        await reshape(stage, 'order-get', patch);
        expect(await purchase(id)).to.equal('PURCHASED');
        expect(await reservationsOf(stage, id)).to.deep.equal([{ status: 'CONSUMED', amount: '1449', payer: null }]);
        expect(await stage.perform('create-sale', id)).to.match(/^sale booked/);
      });

    it('is read where its only line has no brackets, and its variant no name', async () => {
      const goods = await stage.stockUp(seller);
      const { id } = await orderToBuy(stage, goods);
      await changeProduct(stage, goods, { sparse: true, riskControlSeconds: 86_400 });
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await reservationsOf(stage, id)).to.deep.equal([{ status: 'CONSUMED', amount: '1449', payer: null }]);
    });

    it('is nowhere: a person looks after a day, and the order is bought once', async () => {
      const { id } = await orderToBuy(stage, await stage.stockUp(seller));
      const amounts = [`${firstLine}/actual_fee`, `${orderResult}/user_order_amount`, `${orderResult}/order_amount`];
      await reshape(
        stage,
        'order-get',
        amounts.map(path => ({ op: 'remove', path })),
      );
      expect(await purchase(id)).to.match(/does not say yet what it charged/);
      await purchase(id, { now: fromNow(23 * hourMs) });
      expect((await stage.order(id)).status).to.equal('PURCHASING');
      await purchase(id, { now: fromNow(25 * hourMs) });
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' });
      expect(await held(id)).to.deep.equal(['HELD']);
      await clearShapes(stage);
      await goOn(id);
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await boughtFor(stage, id)).to.equal(1);
    });

    const currencies: readonly [string, readonly object[]][] = [
      [
        'in EUR',
        ['actual_fee/currency_code'].map(path => ({ op: 'replace', path: `${firstLine}/${path}`, value: 'EUR' })),
      ],
      [
        'in EUR, where only the order says it',
        [
          { op: 'remove', path: `${firstLine}/actual_fee` },
          { op: 'replace', path: `${orderResult}/user_order_amount/currency_code`, value: 'EUR' },
        ],
      ],
    ];
    for (const [what, patch] of currencies)
      it(`${what} is for a person to see`, async () => {
        const { id } = await orderToBuy(stage, await stage.stockUp(seller));
        await reshape(stage, 'order-get', patch);
        await purchase(id);
        expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_CURRENCY' });
      });

    it('of two lines in two currencies was a broken invariant: the order’s own amount counts', async () => {
      const { id } = await orderToBuy(stage, await stage.stockUp(seller));
      const euro = { actual_fee: { amount: '2.00', currency_code: 'EUR' } };
      await reshape(stage, 'order-get', [{ op: 'add', path: `${firstLine.slice(0, -1)}-`, value: euro }]);
      expect(await purchase(id)).to.equal('PURCHASED');
    });
  });

  describe('a cancelled line of an order that goes on', () => {
    const stopped = async (id: string) => {
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_CANCELLED' });
      await stage.sweepAndDrain();
      expect(await sold(id)).to.equal(0);
      expect(await legs(id)).to.deep.equal([]);
      expect(await held(id)).to.deep.equal(['HELD']);
    };

    for (const status of ['WAIT_SELLER_SEND_GOODS', 'WAIT_BUYER_ACCEPT_GOODS', 'RISK_CONTROL'])
      it(`was bought, booked and paid out (${status}): a person looks before that`, async () => {
        const { id, number } = await paid();
        await supplier(number, { status, endReason: 'CANCELED' });
        await purchase(id);
        await stopped(id);
        expect((await notesOf(stage, id)).join('\n')).to.include('are cancelled (CANCELED)');
      });

    it('waits for the supplier’s refund once the order is closed too', async () => {
      const { id, number } = await paid();
      await supplier(number, { endReason: 'CANCELED' });
      await purchase(id);
      await stopped(id);
      await supplier(number, { status: 'FINISH', endReason: 'CANCELED' });
      await goOn(id);
      await purchase(id);
      expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'SUPPLIER_REFUND_UNPROVEN' });
    });

    it('of an order that nobody has paid is not to be paid', async () => {
      const { id, number } = await unpaid();
      await supplier(number, { endReason: 'CANCELED' });
      await purchase(id);
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_CANCELLED' });
    });

    it('that ended for an unknown reason is for a person', async () => {
      const { id, number } = await paid();
      await supplier(number, { endReason: 'TELEPORTED' });
      await purchase(id);
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' });
      expect((await notesOf(stage, id)).at(-1)).to.include('TELEPORTED');
    });

    it('one cell that cannot be read in the list of lines makes it unknown, not fine', async () => {
      const { id, number } = await paid();
      await supplier(number, { endReason: 'CANCELED' });
      await reshape(stage, 'order-get', [
        { op: 'replace', path: `${firstLine}/end_reason`, value: { why: 'CANCELED' } },
      ]);
      const error = await purchase(id).catch((thrown: unknown) => thrown);
      expect(error).to.include({ code: 'ALIEXPRESS_MALFORMED_ANSWER' });
      expect(await sold(id)).to.equal(0);
    });

    it('after the sale was booked stops what is still to be paid out, until it is no longer so', async () => {
      const { id, number } = await paid();
      await purchase(id);
      await performWith(stage, { config: { payoutHoldDays: 30 } }, 'create-sale', id);
      stage.jobs.length = 0;
      await supplier(number, { endReason: 'CANCELED' });
      await stage.perform('track-shipment', id);
      expect(await stage.order(id)).to.include({
        status: 'NEEDS_REVIEW',
        reason: 'SUPPLIER_CANCELLED',
        frozenFor: 'SUPPLIER_CANCELLED',
      });
      await rows(stage, `update payout_legs set not_before = now() where order_id = ?`, [id]);
      await stage.sweepAndDrain();
      expect((await legs(id)).map(({ status }) => status)).to.deep.equal(['PENDING', 'PENDING']);

      await goOn(id);
      expect(await stage.order(id)).to.include({ status: 'PURCHASED', frozenFor: 'SUPPLIER_CANCELLED' });
      await reshape(stage, 'order-get', [{ op: 'remove', path: `${firstLine}/end_reason` }]);
      await stage.perform('track-shipment', id);
      expect(await stage.order(id)).to.include({ status: 'PURCHASED', frozenFor: null });
      await stage.drain();
      for (const { status } of await legs(id)) expect(status).to.be.oneOf(['SENT', 'PAID']);
    });
  });

  describe('a payment', () => {
    it('under risk control with its time is paid: somebody was asked to pay it once more', async () => {
      const { id, number } = await paid();
      await supplier(number, { status: 'RISK_CONTROL' });
      expect(await purchase(id)).to.equal('PURCHASED');
      await nobodyIsAskedToPay(id);
    });

    it('under risk control with its time is paid at the first look too', async () => {
      const goods = await stage.stockUp(seller);
      const { id } = await orderToBuy(stage, goods);
      await changeProduct(stage, goods, { riskControlSeconds: 86_400 });
      expect(await purchase(id)).to.equal('PURCHASED');
    });

    for (const status of [
      'RISK_CONTROL_HOLD',
      'WAIT_SELLER_EXAMINE_MONEY',
      'PAYMENT_PROCESSING',
      'WAIT_GROUP',
      'PLACE_ORDER_SUCCESS',
    ])
      it(`that stands at ${status} with its time is waited for, and nobody pays again`, async () => {
        const { id, number } = await paid();
        await supplier(number, { status });
        expect(await purchase(id)).to.equal('PURCHASING');
        await nobodyIsAskedToPay(id);
        expect(await purchase(id)).to.match(/AliExpress examines the payment, nobody is to pay again/);
        await purchase(id, { now: fromNow(71 * hourMs) });
        expect((await stage.order(id)).status).to.equal('PURCHASING');
        await supplier(number, { status: 'WAIT_SELLER_SEND_GOODS' });
        expect(await purchase(id)).to.equal('PURCHASED');
      });

    it('that is examined for more than three days is for a person, who is told not to pay', async () => {
      const { id, number } = await paid();
      await supplier(number, { status: 'RISK_CONTROL_HOLD' });
      await purchase(id);
      await purchase(id);
      await purchase(id, { now: fromNow(73 * hourMs) });
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' });
      expect((await notesOf(stage, id)).at(-1)).to.include('nobody is to pay again');
    });

    it('under risk control without a time asks nobody to pay either', async () => {
      const { id, number } = await unpaid();
      await supplier(number, { status: 'RISK_CONTROL' });
      await purchase(id);
      await nobodyIsAskedToPay(id);
    });

    it('that one half of a purchase lacks is asked for, for that half only', async () => {
      const { id, numbers } = await unpaid(2);
      const [examined = '', open = ''] = numbers;
      await stage.control('pay', { number: examined });
      await supplier(examined, { status: 'RISK_CONTROL_HOLD' });
      await rows(stage, `update orders set status = 'PURCHASING', wait_reason = null where id = ?`, [id]);
      expect(await purchase(id)).to.include(`pay AliExpress order ${open} on the site`);
    });

    it('that AliExpress made as it was placed, and does not show yet, is not asked for', async () => {
      const { id } = await orderToBuy(stage, await stage.stockUp(seller));
      const early = [
        { op: 'replace', path: `${orderResult}/order_status`, value: 'PLACE_ORDER_SUCCESS' },
        { op: 'remove', path: `${orderResult}/order_paidtime_string` },
      ];
      await reshape(stage, 'order-get', early);
      expect(await purchase(id)).to.match(/nobody is to pay again/);
      await nobodyIsAskedToPay(id);
      await purchase(id, { now: fromNow(2 * hourMs) });
      expect(await stage.order(id)).to.include({ waitReason: 'SUPPLIER_UNPAID' });
      expect((await notesOf(stage, id)).at(-1)).to.include('if it shows it as unpaid');
    });

    it('under examination, whose buyer has the money back, is not to be made again', async () => {
      const { id, number } = await paid();
      await supplier(number, { status: 'RISK_CONTROL_HOLD' });
      await rows(stage, `update orders set frozen_for = 'DISPUTE' where id = ?`, [id]);
      await purchase(id);
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
    });
  });

  describe('of goods that are followed', () => {
    const followed = async () => {
      const { id, number } = await paid();
      await purchase(id);
      await stage.perform('create-sale', id);
      return { id, number };
    };
    const track = (id: string, changes: Changes = {}) => performWith(stage, changes, 'track-shipment', id);
    const parcels = (id: string) => stage.store.read(em => parcelsOf(em, id as never));
    const parcelList =
      '/aliexpress_ds_order_tracking_get_response/result/data/tracking_detail_line_list/tracking_detail';
    const sent = (number: string, ...trackingNumbers: string[]) =>
      supplier(number, {
        status: 'WAIT_BUYER_ACCEPT_GOODS',
        logisticsStatus: 'SELLER_SEND_GOODS',
        tracking: trackingNumbers.map(trackingNumber => ({ trackingNumber })),
      });

    it('that it does not show the account any more was "a bug of ours": a person looks there', async () => {
      const { id } = await followed();
      await answer(stage, 'order-get', gatewaySays('isv.insufficient-permission'));
      await track(id);
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' });
    });

    it('that are on their way by their logistics alone are on their way', async () => {
      const { id, number } = await followed();
      await supplier(number, { logisticsStatus: 'SELLER_SEND_GOODS' });
      expect(await track(id)).to.equal('SHIPPED');
    });

    it('a parcel whose item list cannot be read makes the answer unknown, and a step of its way does not', async () => {
      const { id, number } = await followed();
      await sent(number, 'LP0001');
      await reshape(stage, 'tracking-get', [
        { op: 'replace', path: `${parcelList}/0/package_item_list`, value: ['two'] },
      ]);
      expect(await track(id).catch((error: unknown) => error)).to.include({ code: 'ALIEXPRESS_MALFORMED_ANSWER' });
      await clearShapes(stage);
      await reshape(stage, 'tracking-get', [
        { op: 'replace', path: `${parcelList}/0/detail_node_list`, value: [{ time_stamp: 'yesterday' }, 'gone'] },
        { op: 'replace', path: `${parcelList}/0/carrier_name`, value: 7 },
        { op: 'remove', path: `${parcelList}/0/package_item_list/package_item/0/item_id` },
      ]);
      expect(await track(id)).to.equal('SHIPPED');
      expect(await parcels(id)).to.have.length(1);
    });

    it('a parcel that comes without its number once is not taken for gone', async () => {
      const { id, number } = await followed();
      await sent(number, 'LP0002', 'LP0003');
      await track(id);
      await reshape(stage, 'tracking-get', [{ op: 'replace', path: `${parcelList}/1/mail_no`, value: '' }]);
      await track(id);
      expect((await parcels(id)).map(({ goneAt }) => goneAt)).to.deep.equal([null, null]);
    });

    it('that have no tracking number for five days are told of once', async () => {
      const { id, number } = await followed();
      await sent(number);
      await track(id);
      const told = async () =>
        (await notesOf(stage, id)).filter(text => /look for it on the supplier/.test(text)).length;
      await track(id, { now: fromNow(dayMs) });
      expect(await told()).to.equal(0);
      for (const days of [6, 7]) await track(id, { now: fromNow(days * dayMs) });
      expect(await told()).to.equal(1);
      expect((await stage.order(id)).status).to.equal('SHIPPED');
    });
  });
});
