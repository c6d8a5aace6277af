/** Covers: workers/events/paypal-dispute.ts, transactions/freeze-order.ts, transactions/settle-dispute.ts. */
import { expect } from 'chai';
import { storeEvent } from '../../store/events/inbound-events.ts';
import { paymentsOf } from '../../store/money/payments.ts';
import { legsOfOrder } from '../../store/payouts/legs.ts';
import { type Api, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

describe('api: while a buyer’s dispute is open', () => {
  let api: Api;
  let told = 0;
  before(async () => {
    api = await openApi();
  });
  after(() => api[Symbol.asyncDispose]());

  const paid = async (...queues: ('fulfill' | 'purchase' | 'create-sale')[]) => {
    const { id } = await api.stage.paidOrder(await api.stage.stockUp(await api.hire()));
    for (const queue of queues) await api.stage.perform(queue, id);
    const [payment] = await api.stage.store.read(em => paymentsOf(em, id));
    return { id, captureId: payment?.reference ?? '' };
  };
  const tell = async (type: string, resource: object) => {
    told += 1;
    const body = Buffer.from(JSON.stringify({ id: `WH-${told}`, event_type: type, resource_type: 'refund', resource }));
    const event = await api.stage.store.transaction(em =>
      storeEvent(em, {
        source: 'paypal',
        eventId: `WH-${told}`,
        type,
        headers: {},
        body,
        credentialId: null,
        wanted: true,
      }),
    );
    return api.stage.perform('apply-event', event?.id ?? '');
  };
  const dispute = async (captureId: string, step: object = { status: 'OPEN' }) => {
    const { id: dispute_id } = await api.stage.control<{ id: string }>('dispute', { captureId, ...step });
    await tell('CUSTOMER.DISPUTE.UPDATED', { dispute_id });
  };
  const sellerWins = { status: 'RESOLVED', outcome: 'RESOLVED_SELLER_FAVOUR' };
  const giveBack = async (captureId: string) => {
    const { paypal } = api.stage.context.providers;
    const body = paypal.refundBody({ amount: { amountMinor: 500n, currency: 'USD' }, customId: 'by-hand' });
    const { id } = await paypal.refundCapture(captureId, `by-hand-${captureId}`, body);
    const up = { rel: 'up', href: `https://api.paypal.com/v2/payments/captures/${captureId}` };
    await tell('PAYMENT.CAPTURE.REFUNDED', { id, links: [up] });
  };
  const boughtFor = async (id: string) =>
    (await api.stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id)).length;
  const legsStand = async (id: string) => {
    for (const { id: leg } of await api.stage.store.read(em => legsOfOrder(em, id as never)))
      expect(await api.stage.perform('payout', leg)).to.equal('frozen: DISPUTE');
  };
  const supplierCancels = async (id: string) => {
    const [placed] = (await api.stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id));
    await api.stage.control('supplier', { number: placed?.reference, status: 'FINISH', endReason: 'CANCELED' });
    await api.stage.perform('track-shipment', id);
  };
  const refundSeen = (id: string) =>
    api.call('POST', `/api/admin/orders/${id}/supplier-refund`, {
      as: api.admin,
      body: { amount: { amount: '14.49', currency: 'USD' } },
    });
  const decide = (id: string, body: object) =>
    api.call('POST', `/api/admin/orders/${id}/decide`, { as: api.admin, body: { why: 'looked at the site', ...body } });

  it('the goods are not bought again when the supplier’s refund is confirmed: a person decides after it', async () => {
    const { id, captureId } = await paid('fulfill', 'purchase', 'create-sale');
    await dispute(captureId);
    await supplierCancels(id);
    await legsStand(id);
    expect((await refundSeen(id)).json).to.include({ status: 'NEEDS_REVIEW' });
    await api.stage.sweepAndDrain();
    expect(await api.stage.order(id)).to.include({ status: 'NEEDS_REVIEW', frozenFor: 'DISPUTE' });
    expect(await boughtFor(id)).to.equal(1);
    expectProblem(await decide(id, { decision: 'buy-again' }), 409, 'ORDER_FROZEN');
    await dispute(captureId, sellerWins);
    expect((await decide(id, { decision: 'buy-again' })).json).to.include({ status: 'PAID' });
  });

  it('its freeze outlives the supplier’s refund that comes first', async () => {
    const { id, captureId } = await paid('fulfill', 'purchase', 'create-sale');
    await supplierCancels(id);
    await dispute(captureId);
    await refundSeen(id);
    expect(await api.stage.order(id)).to.include({ status: 'NEEDS_REVIEW', frozenFor: 'DISPUTE' });
  });

  it('the legs of goods that were ordered before it stand, although a part of the money goes back', async () => {
    const { id, captureId } = await paid('fulfill');
    const fault = { provider: 'aliexpress', operation: 'order-get', kind: 'status', status: 503, times: 1 };
    await api.stage.control('faults', fault);
    await api.stage.perform('purchase', id).catch(() => undefined);
    await dispute(captureId);
    await giveBack(captureId);
    for (const queue of ['purchase', 'create-sale'] as const) await api.stage.perform(queue, id);
    expect(await api.stage.order(id)).to.include({ status: 'PURCHASED', frozenFor: 'DISPUTE' });
    await legsStand(id);
  });

  it('nothing is bought by a decision', async () => {
    const { id, captureId } = await paid();
    await dispute(captureId);
    expect((await api.stage.order(id)).status).to.equal('NEEDS_REVIEW');
    expectProblem(await decide(id, { decision: 'buy-again' }), 409, 'ORDER_FROZEN');
    expect(await boughtFor(id)).to.equal(0);
  });

  it('an order that goes on by a decision pays nobody', async () => {
    const { id, captureId } = await paid('fulfill', 'purchase', 'create-sale');
    await dispute(captureId);
    await api.rows(`update orders set status = 'NEEDS_REVIEW', reason = 'PROGRAM_ERROR' where id = ?`, [id]);
    expect((await decide(id, { decision: 'go-on' })).json).to.include({ status: 'PURCHASED' });
    await legsStand(id);
  });
});
