/** Covers: transactions/decisions/confirm-supplier-refund.ts, transactions/settle-refund.ts. */
import { expect } from 'chai';
import { orderOf } from '../../demo/sight.ts';
import type { OrderId } from '../../domain/ids.ts';
import { isOpenLeg } from '../../domain/payout-leg.ts';
import { advance } from '../../queues/transact.ts';
import { checkLedger } from '../../store/books/ledger-check.ts';
import { claimOrder } from '../../store/orders/orders.ts';
import { parcelsOf } from '../../store/orders/parcels.ts';
import { supplierOrdersOf } from '../../store/orders/supplier-orders.ts';
import { legsOfOrder } from '../../store/payouts/legs.ts';
import { findSale } from '../../store/payouts/sales.ts';
import { haltPurchase } from '../../transactions/halt-purchase.ts';
import { until } from '../support/until.ts';
import { parkedOf, performWith, reservationsOf } from '../workers/workbench.ts';
import { type Api, openApi } from './open-api.ts';

describe('api: a supplier’s refund', () => {
  let api: Api;
  before(async () => {
    api = await openApi();
  });
  after(() => api[Symbol.asyncDispose]());

  const cancelled = async (): Promise<OrderId> => {
    const { stage } = api;
    const { id } = await stage.paidOrder(await stage.stockUp(await stage.hireSeller()));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    const [effect] = (await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id));
    await stage.control('supplier', { number: effect?.reference, status: 'FINISH', endReason: 'CANCELED' });
    await stage.perform('track-shipment', id);
    return id;
  };
  const seen = (id: string, amount: string) =>
    api.call('POST', `/api/admin/orders/${id}/supplier-refund`, {
      as: api.admin,
      body: { amount: { amount, currency: 'USD' } },
    });
  const statusOf = async (id: string) => (await api.stage.order(id)).status;

  it('lets an order that waits for it be bought again, once it is whole', async () => {
    const id = await cancelled();
    expect((await seen(id, '14.48')).json).to.include({ status: 409, code: 'REFUND_INCOMPLETE' });
    expect(await statusOf(id)).to.equal('WAITING');
    expect((await seen(id, '14.49')).status).to.equal(202);
    expect(await statusOf(id)).to.equal('PAID');
    expect((await seen(id, '14.49')).json).to.include({ status: 409, code: 'NO_REFUND_AWAITED' });
  });

  it('lets an order that was bought a second time settle: the shares of the first purchase stay cancelled', async () => {
    const { stage } = api;
    await stage.control('settings', { payoutSettleMs: 1 });
    const id = await cancelled();
    const view = async () => (await api.call('GET', `/api/orders/${id}`, { as: api.admin })).json;
    expect((await seen(id, '14.49')).status).to.equal(202);
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    expect(await view()).to.include({ status: 'PURCHASED', settled: false });
    const legs = () => stage.store.read(em => legsOfOrder(em, id));
    await until(async () => {
      for (const leg of await legs()) if (isOpenLeg(leg.status)) await stage.perform('payout', leg.id);
      return !(await legs()).some(({ status }) => isOpenLeg(status));
    });
    expect((await legs()).map(({ status }) => status)).to.have.members(['CANCELLED', 'CANCELLED', 'PAID', 'PAID']);
    expect(await view()).to.include({ settled: true });
    expect(await orderOf(stage.store, { id })).to.include({ settled: true, openLegs: 0 });
  });

  it('is booked for an order that somebody gave up, which stays where it is', async () => {
    const id = await cancelled();
    await api.stage.context.transact(async (em, enqueue) => {
      const order = await claimOrder(em, id, ['WAITING']);
      if (!order) throw new Error('the order does not wait');
      await advance(em, enqueue, order, { to: 'FAILED', reason: 'SUPPLIER_REFUSED', note: 'by hand' });
    });
    expect((await parkedOf(api.stage, id)).map(({ account }) => account)).to.have.members([
      'supplier-refunds',
      'supplier-purchases',
    ]);
    expect((await seen(id, '14.49')).status).to.equal(202);
    expect(await api.stage.order(id)).to.include({ status: 'FAILED', frozenFor: null, saleBookedAt: null });
    // The buyer's money is parked, to be given back.
    expect((await parkedOf(api.stage, id)).map(({ account }) => account)).to.have.members([
      'buyer-payments',
      'fees:payment',
    ]);
    expect((await seen(id, '14.49')).json).to.include({ code: 'NO_REFUND_AWAITED' });
  });

  const goOn = (id: string) =>
    api.call('POST', `/api/admin/orders/${id}/decide`, {
      as: api.admin,
      body: { decision: 'go-on', why: 'looked at it' },
    });

  it('is not booked for an order that a worker takes for bought: no sale is booked without its goods', async () => {
    const id = await cancelled();
    await api.stage.context.transact(async (em, enqueue) => {
      const order = await claimOrder(em, id, ['WAITING']);
      if (!order) throw new Error('the order does not wait');
      await haltPurchase(em, enqueue, order, 'PAYMENT_REVERSED', 'a part went back to the buyer');
    });
    expect((await goOn(id)).status).to.equal(202);
    expect(await statusOf(id)).to.equal('PURCHASED');
    expect((await seen(id, '14.49')).json).to.include({ status: 409, code: 'ORDER_UNDER_WAY' });
    // Nothing has to be read for it: what is cancelled stays so.
    const { aliexpress } = api.stage.context.providers;
    const unread = { ...aliexpress, getOrder: () => Promise.reject(new Error('nothing can be read')) };
    await performWith(api.stage, { providers: { aliexpress: unread } }, 'track-shipment', id);
    expect(await api.stage.order(id)).to.include({ status: 'WAITING', waitReason: 'SUPPLIER_REFUND_UNPROVEN' });
    expect((await seen(id, '14.49')).status).to.equal(202);
    expect(await statusOf(id)).to.equal('PAID');
  });

  it('is for the part that was cancelled: the other is followed meanwhile, and a person lets the order go on', async () => {
    const { stage } = api;
    const goods = await stage.stockUp(await stage.hireSeller(), { ordersPerCreate: 2 });
    const { id } = await stage.paidOrder(goods, 2);
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    const [gone, comes] = await stage.store.read(em => supplierOrdersOf(em, id));
    if (gone?.costMinor == null || comes?.costMinor == null) throw new Error('it is bought as two');
    await stage.control('supplier', { number: gone.number, status: 'FINISH', endReason: 'CANCELED' });
    await stage.perform('track-shipment', id);
    const waiting = await stage.order(id);
    expect(waiting).to.include({ status: 'WAITING', frozenFor: 'SUPPLIER_CANCELLED' });
    expect(waiting.nextCheckAt, 'its other half is looked at again').to.be.an.instanceOf(Date);

    const tracking = [{ trackingNumber: `LP${comes.number}` }];
    await stage.control('supplier', { number: comes.number, status: 'WAIT_BUYER_ACCEPT_GOODS', tracking });
    await stage.perform('track-shipment', id);
    const [parcel] = await stage.store.read(em => parcelsOf(em, id));
    expect(parcel?.toldAt, 'the buyer knows of the parcel').to.be.an.instanceOf(Date);

    const dollars = (minor: bigint) => (Number(minor) / 100).toFixed(2);
    expect((await seen(id, dollars(gone.costMinor + comes.costMinor))).json).to.include({ code: 'REFUND_INCOMPLETE' });
    expect((await seen(id, dollars(gone.costMinor))).status).to.equal(202);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', frozenFor: null });
    expect((await goOn(id)).status).to.equal(202);
    for (const queue of ['purchase', 'create-sale', 'track-shipment'] as const) await stage.perform(queue, id);
    expect(await statusOf(id)).to.equal('SHIPPED');
    const sale = await stage.store.read(em => findSale(em, id));
    expect(sale?.supplierCostMinor).to.equal(comes.costMinor);
    expect(await parkedOf(stage, id)).to.deep.equal([]);
    expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]);
    expect((await reservationsOf(stage, id)).map(({ amount }) => amount)).to.deep.equal([`${comes.costMinor}`]);
    expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id))).to.have.length(2);
    await stage.control('supplier', {
      number: comes.number,
      status: 'FINISH',
      logisticsStatus: 'BUYER_ACCEPT_GOODS',
    });
    await stage.perform('track-shipment', id);
    expect(await statusOf(id)).to.equal('DELIVERED');
  });
});
