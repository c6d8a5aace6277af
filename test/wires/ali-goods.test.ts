/** Covers: providers/aliexpress/order.ts, workers/purchase/follow-purchase.ts. */
import { expect } from 'chai';
import { checkLedger } from '../../store/books/ledger-check.ts';
import { parcelsOf } from '../../store/orders/parcels.ts';
import { legsOfOrder } from '../../store/payouts/legs.ts';
import { createStage, type Seller, type Stage } from '../support/stage.ts';
import { type Changes, dayMs, fromNow, notesOf, performWith, reservationsOf, rows } from '../workers/workbench.ts';
import { answer, clearShapes, firstLine, gatewaySays, letGoOn, paidByHand, placedUnpaid, reshape } from './ali.ts';

describe('wires: what AliExpress says of an order’s goods', () => {
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
  const legs = (id: string) => stage.store.read(em => legsOfOrder(em, id as never));
  const sold = async (id: string) => (await rows(stage, 'select id from sales where order_id = ?', [id])).length;

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
        expect((await notesOf(stage, id)).join('\n')).to.include(
          `of its lines: CANCELED: some of its goods are cancelled`,
        );
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

    const words: readonly [string, object, object][] = [
      ['a word of tomorrow', { status: 'TELEPORTED' }, { status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' }],
      [
        'an end that says not which',
        { status: 'FINISH', logisticsStatus: 'NO_LOGISTICS' },
        { status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', frozenFor: null },
      ],
      [
        'a cancellation under way',
        { status: 'IN_CANCEL' },
        { status: 'NEEDS_REVIEW', reason: 'SUPPLIER_CANCELLED', frozenFor: 'SUPPLIER_CANCELLED' },
      ],
      ['a dispute at the supplier’s', { status: 'IN_ISSUE' }, { status: 'PURCHASED', frozenFor: null }],
    ];
    for (const [what, said, becomes] of words)
      it(`with ${what} are ${Object.values(becomes).join(' ')}, and somebody is told`, async () => {
        const { id, number } = await followed();
        await supplier(number, said);
        for (let time = 0; time < 2; time += 1) await track(id);
        expect(await stage.order(id)).to.include(becomes);
        const { status } = said as { status: string };
        expect((await notesOf(stage, id)).filter(text => text.includes(status))).to.have.length(1);
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
