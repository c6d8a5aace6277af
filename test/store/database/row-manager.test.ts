/** Covers: store/database/row-manager.ts. */
import { raw } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { Effect } from '../../../store/entities/money.ts';
import { InboundEvent, Order, unopenedOrder } from '../../../store/entities/order.ts';
import { storeEvent } from '../../../store/events/inbound-events.ts';
import { createStage, type Stage } from '../../support/stage.ts';
import { ordersAt, placeOnEbay, rows } from '../../workers/workbench.ts';

/** MikroORM's own answer, as a plain value. */
const byMikroOrm = async (em: EntityManager, entity: object, where: object, options: object = {}) =>
  (await EntityManager.prototype.find.call(em, entity as never, where as never, options)).map(row => ({
    ...(row as object),
  }));

describe('rows that are found by their columns', () => {
  let stage: Stage;
  before(async () => {
    stage = await createStage();
    const seller = await stage.hireSeller();
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const { id } = await stage.paidOrder(goods);
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    const ebay = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 2_999 }] });
    await stage.drain();
    expect(await ordersAt(stage, ebay)).to.have.length.within(0, 1);
    await stage.sweepAndDrain();
    const event = { source: 'paypal', eventId: 'WH-1', type: 'ANY', headers: { host: 'us' }, wanted: false } as const;
    await stage.store.transaction(em => storeEvent(em, { ...event, body: Buffer.from('{}') }));
  });
  after(() => stage[Symbol.asyncDispose]());

  it('are the values that MikroORM gives, in every table', async () => {
    const filled: string[] = [];
    await stage.store.read(async em => {
      for (const meta of em.getMetadata().getAll().values()) {
        const order = Object.fromEntries(meta.primaryKeys.map(key => [key, 'asc']));
        const options = { orderBy: order, limit: 50 };
        const ours = await em.find(meta.class, {}, options as never);
        expect(ours, meta.tableName).to.deep.equal(await byMikroOrm(em, meta.class, {}, options));
        if (ours.length > 0) filled.push(meta.tableName);
      }
    });
    expect(filled).to.include.members(['orders', 'effects', 'payout_legs', 'inbound_events', 'order_events', 'users']);
  });

  const anyone: readonly (readonly [what: string, entity: object, where: object, options?: object])[] = [
    ['nothing asked', Order, {}],
    ['equal', Order, { channel: 'paypal', status: 'PURCHASED' }],
    ['null', Order, { reason: null }],
    ['not null', Order, { externalOrderId: { $ne: null } }],
    ['not equal', Effect, { purpose: 'pay', status: { $ne: 'DISPROVEN' } }],
    ['one of many', Effect, { purpose: { $in: ['buy', 'capture'] } }],
    ['one of none', Effect, { purpose: { $in: [] } }],
    ['a time before, and one after', Order, { createdAt: { $gt: new Date(0), $lte: new Date(8e12) } }],
    ['in an order, a page of it', Effect, {}, { orderBy: { purpose: 'desc', createdAt: 'asc' }, limit: 2, offset: 1 }],
    ['with a column left closed', Order, {}, unopenedOrder],
    ['a bigint', Order, { saleMinor: 2_999n }],
    ['either of two, which MikroORM answers', InboundEvent, { $or: [{ status: 'APPLIED' }, { status: 'IGNORED' }] }],
  ];
  for (const [what, entity, where, options = {}] of anyone)
    it(`are the same when asked for ${what}`, async () => {
      await stage.store.read(async em => {
        const ours = await em.find(entity as never, where as never, options as never);
        expect(ours).to.deep.equal(await byMikroOrm(em, entity, where, options));
      });
    });

  it('are one or none, and fail where one must be there', async () => {
    const id = '00000000-0000-0000-0000-000000000000' as OrderId;
    const [order] = await rows<{ id: OrderId }>(stage, 'select id from orders limit 1');
    await stage.store.read(async em => {
      expect(await em.findOne(Order, { id })).to.equal(null);
      expect((await em.findOneOrFail(Order, { id: order!.id })).id).to.equal(order?.id);
      const missing = await em.findOneOrFail(Order, { id }).catch(String);
      expect(missing).to.include('Order not found');
    });
  });

  it('are seen as they are inside the transaction that changes them', async () => {
    const [order] = await rows<{ id: OrderId }>(stage, 'select id from orders limit 1');
    const undone = new Error('undone');
    const seen = await stage.store
      .transaction(async em => {
        await em.execute('update orders set quantity = 7 where id = ?', [order?.id]);
        throw Object.assign(undone, { quantity: (await em.findOneOrFail(Order, { id: order!.id })).quantity });
      })
      .catch((error: { quantity: number }) => error.quantity);
    expect(seen).to.equal(7);
  });

  it('are changed where the guard fits, and nowhere else', async () => {
    const [order] = await rows<{ id: OrderId }>(stage, 'select id from orders limit 1');
    const at = new Date('2031-02-03T04:05:06.789Z');
    await stage.store.write(async em => {
      const { id, fence } = await em.findOneOrFail(Order, { id: order!.id });
      const change = { nextCheckAt: at, maxCostMinor: 9_007_199_254_740_993n, waitReason: null };
      expect(await em.nativeUpdate(Order, { id, fence: fence + 1n }, change)).to.equal(0);
      expect(await em.nativeUpdate(Order, { id, fence }, change)).to.equal(1);
      expect(await em.findOneOrFail(Order, { id })).to.deep.include(change);
      expect(await em.nativeUpdate(Order, { id, fence }, { fence: raw<bigint>('fence + 1') })).to.equal(1);
      expect((await em.findOneOrFail(Order, { id })).fence).to.equal(fence + 1n);
    });
  });
});
