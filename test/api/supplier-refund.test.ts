import { expect } from 'chai';
import type { OrderId } from '../../domain/ids.ts';
import { advance } from '../../queues/transact.ts';
import { claimOrder } from '../../store/orders.ts';
import { parkedOf } from '../workers/workbench.ts';
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
});
