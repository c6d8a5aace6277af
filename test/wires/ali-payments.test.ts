/** Covers: providers/aliexpress/order-status.ts, workers/purchase/supplier-status.ts, workers/purchase/supplier-prices.ts. */
import { expect } from 'chai';
import { checkLedger } from '../../store/books/ledger-check.ts';
import { createStage, type Seller, type Stage } from '../support/stage.ts';
import {
  type Changes,
  fromNow,
  hourMs,
  notesOf,
  orderToBuy,
  performWith,
  reservationsOf,
  rows,
} from '../workers/workbench.ts';
import {
  boughtFor,
  changeProduct,
  clearShapes,
  firstLine,
  letGoOn,
  orderResult,
  paidByHand,
  placedUnpaid,
  reshape,
} from './ali.ts';

describe('wires: what AliExpress says of an order’s money', () => {
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
  const unpaid = (ordersPerCreate: 1 | 2 = 1) => placedUnpaid(stage, seller, ordersPerCreate);
  const paid = () => paidByHand(stage, seller);
  const goOn = (id: string) => letGoOn(stage, seller, id);
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
});
