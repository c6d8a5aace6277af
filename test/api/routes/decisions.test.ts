import { expect } from 'chai';
import { money } from '../../../domain/money.ts';
import { legsOfOrder } from '../../../store/payouts/legs.ts';
import { timelineLines } from '../../support/timeline-lines.ts';
import { reservationsOf } from '../../workers/workbench.ts';
import { type Api, openApi } from '../open-api.ts';
import { expectProblem } from '../problem.ts';

const yearMs = 365 * 86_400_000;

describe('api: what a person decides about what nobody can prove', () => {
  let api: Api;
  before(async () => {
    api = await openApi();
  });
  after(() => api[Symbol.asyncDispose]());

  const decide = (id: string, body: object) =>
    api.call('POST', `/api/admin/orders/${id}/decide`, { as: api.admin, body: { why: 'looked at the site', ...body } });
  const later = <T>(work: () => Promise<T>) => api.stage.at(new Date(Date.now() + yearMs), work);
  const statusOf = async (id: string) => (await api.stage.order(id)).status;

  /** Sent to the supplier, answer lost, and its key forgotten: nobody knows. */
  const unproven = async (kind: 'drop-reply' | 'timeout') => {
    const seller = await api.hire();
    const { id } = await api.stage.paidOrder(await api.stage.stockUp(seller));
    await api.stage.perform('fulfill', id);
    const status = kind === 'timeout' ? { kind: 'status', status: 503 } : { kind };
    await api.stage.control('faults', { provider: 'aliexpress', operation: 'order-create', times: 1, ...status });
    await api.stage.perform('purchase', id);
    const { purchase } = (await import('../../../workers/processors.ts')).processors;
    await later(() => purchase({ orderId: id }, api.stage.context));
    expect(await api.stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    const [placed] = (await api.stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id));
    return { id, number: placed?.reference };
  };

  it('it was bought: the order is followed under the numbers that were seen', async () => {
    const { id, number } = await unproven('drop-reply');
    const answer = await decide(id, { decision: 'bought', supplierOrders: [number] });
    expect(answer.json).to.include({ status: 'PURCHASING' });
    await api.stage.sweepAndDrain();
    expect(await statusOf(id)).to.equal('PURCHASED');
    expect((await api.stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id))).to.have.length(1);
    const timeline = await timelineLines(api.stage, { orderId: id });
    expect(timeline.find(({ detail }) => detail?.by === api.admin.id)?.note).to.contain('looked at the site');
  });

  it('a mistyped number is corrected; another order’s is refused: the order was stuck with none', async () => {
    const [{ id, number }, other] = [await unproven('drop-reply'), await unproven('drop-reply')];
    await decide(other.id, { decision: 'bought', supplierOrders: [other.number] });
    expectProblem(await decide(id, { decision: 'bought', supplierOrders: [other.number] }), 409, 'REFERENCE_TAKEN');
    await decide(id, { decision: 'bought', supplierOrders: ['8000000000000001'] });
    await api.stage.perform('purchase', id);
    expect(await api.stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' });
    await decide(id, { decision: 'bought', supplierOrders: [number] });
    await api.stage.sweepAndDrain();
    expect(await statusOf(id)).to.equal('PURCHASED');
    const known = await api.rows('select number from supplier_orders where order_id = ?', [id]);
    expect(known).to.deep.equal([{ number }]);
  });

  it('what the supplier has closed, and our books never paid, is bought anew or given up', async () => {
    for (const [decision, status] of [
      ['buy-again', 'PAID'],
      ['fail', 'FAILED'],
    ] as const) {
      const { id, number } = await unproven('drop-reply');
      await decide(id, { decision: 'bought', supplierOrders: [number] });
      // Closed after it was paid, and it is never told what was charged.
      await api.rows(`update orders set status = 'NEEDS_REVIEW', reason = 'SUPPLIER_NEEDS_ATTENTION' where id = ?`, [
        id,
      ]);
      await api.rows(`update effects set last_code = null where subject = ?`, [id]);
      expectProblem(await decide(id, { decision }), 409, 'GOODS_ORDERED');
      await api.rows(`update supplier_orders set status = 'CANCELLED', was_paid = true where order_id = ?`, [id]);
      expect((await decide(id, { decision })).json).to.include({ status });
      expect((await reservationsOf(api.stage, id)).map(row => row.status)).to.deep.equal(['RELEASED']);
    }
  });

  it('what is booked as paid is not, until its supplier has given the money back', async () => {
    const { id } = await api.stage.paidOrder(await api.stage.stockUp(await api.hire()));
    await api.stage.drain();
    await api.rows(`update orders set status = 'NEEDS_REVIEW', reason = 'PROGRAM_ERROR' where id = ?`, [id]);
    await api.rows(`update supplier_orders set status = 'CANCELLED' where order_id = ?`, [id]);
    expectProblem(await decide(id, { decision: 'buy-again' }), 409, 'GOODS_ORDERED');
  });

  it('a number that was none is taken back: it is bought anew, or given up', async () => {
    for (const [decision, status] of [
      ['buy-again', 'PAID'],
      ['fail', 'FAILED'],
    ] as const) {
      const { id } = await unproven('timeout');
      await decide(id, { decision: 'bought', supplierOrders: [`800000000000000${decision.length}`] });
      await api.stage.perform('purchase', id);
      expect((await decide(id, { decision })).json).to.include({ status });
      expect(await api.rows('select from supplier_orders where order_id = ?', [id])).to.deep.equal([]);
    }
  });

  it('an answer that comes after somebody said that it did not happen is kept, with its numbers', async () => {
    const { id } = await api.stage.paidOrder(await api.stage.stockUp(await api.hire()));
    await api.stage.perform('fulfill', id);
    const { aliexpress } = api.stage.context.providers;
    const late = {
      ...aliexpress,
      createOrder: async (...sent: Parameters<typeof aliexpress.createOrder>) => {
        const answer = await aliexpress.createOrder(...sent);
        await api.rows(`update orders set status = 'NEEDS_REVIEW', reason = 'EFFECT_UNPROVEN' where id = ?`, [id]);
        expect((await decide(id, { decision: 'fail' })).json).to.include({ status: 'FAILED' });
        return answer;
      },
    };
    const { purchase } = (await import('../../../workers/processors.ts')).processors;
    const { context } = api.stage;
    await purchase({ orderId: id }, { ...context, providers: { ...context.providers, aliexpress: late } });
    const [placed] = (await api.stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id));
    const [effect] = await api.rows(
      `select status, last_code, result from effects where purpose = 'buy' and subject = ?`,
      [id],
    );
    expect(effect).to.include({ status: 'DISPROVEN', last_code: 'EFFECT_CONTRADICTED' });
    expect(effect.result.orderNumbers).to.deep.equal([placed?.reference]);
    const timeline = await timelineLines(api.stage, { orderId: id });
    const told = timeline.find(({ note }) => note.startsWith('given up as not happened, and it did'));
    expect(told?.detail).to.have.nested.property('answer.orderNumbers').that.deep.equals([placed?.reference]);
  });

  it('nothing was bought: it is bought anew, under another key, once', async () => {
    const { id } = await unproven('timeout');
    expect((await decide(id, { decision: 'buy-again' })).json).to.include({ status: 'PAID' });
    await api.stage.sweepAndDrain();
    expect(await statusOf(id)).to.equal('PURCHASED');
    const bought = (await api.stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id));
    expect(bought.map(({ key }) => key)).to.deep.equal([`${id}-2`]);
  });

  it('nothing was bought, and nothing will be: its money is free, and the buyer may have theirs back', async () => {
    const { id } = await unproven('timeout');
    expect((await decide(id, { decision: 'fail' })).json).to.include({ status: 'FAILED' });
    expect(await api.stage.order(id)).to.include({ reason: 'DECIDED_BY_PERSON' });
    expect((await reservationsOf(api.stage, id)).map(({ status }) => status)).to.deep.equal(['RELEASED']);
  });

  it('is refused where the facts are against it', async () => {
    const seller = await api.hire();
    const { id } = await api.stage.paidOrder(await api.stage.stockUp(seller));
    expectProblem(await decide(id, { decision: 'fail' }), 409, 'NOT_IN_REVIEW');
    await api.stage.drain();
    await api.rows(`update orders set status = 'NEEDS_REVIEW', reason = 'PROGRAM_ERROR' where id = ?`, [id]);
    for (const decision of ['buy-again', 'fail']) expectProblem(await decide(id, { decision }), 409, 'GOODS_ORDERED');
    expectProblem(await decide(id, { decision: 'bought', supplierOrders: ['1234567890'] }), 409, 'NOTHING_IN_DOUBT');
    expectProblem(await decide(id, { decision: 'bought' }), 400, 'INVALID_INPUT');
    expectProblem(await decide(id, { decision: 'go-on', supplierOrders: ['1234567890'] }), 400, 'INVALID_INPUT');
    expect((await decide(id, { decision: 'go-on' })).json).to.include({ status: 'PURCHASED' });
  });

  it('nothing is bought again beside a refund of which nobody knows whether it left', async () => {
    const { id } = await api.stage.paidOrder(await api.stage.stockUp(await api.hire()));
    for (const status of ['FAILED', 'REFUNDING'])
      await api.rows(`update orders set status = ?, reason = 'OUT_OF_STOCK' where id = ?`, [status, id]);
    await api.stage.control('faults', {
      provider: 'paypal',
      operation: 'refund',
      times: 1,
      kind: 'drop-reply',
    });
    await api.stage.perform('refund', id);
    const { refund } = (await import('../../../workers/processors.ts')).processors;
    const { paypal } = api.stage.context.providers;
    const unseen = { ...paypal, getOrder: async () => null };
    const blind = { ...api.stage.context, providers: { ...api.stage.context.providers, paypal: unseen as never } };
    await later(() => refund({ orderId: id }, blind));
    expect(await api.stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expectProblem(await decide(id, { decision: 'buy-again' }), 409, 'REFUND_SENT');
  });

  it('nothing is bought again for money that went back', async () => {
    const { id } = await api.stage.paidOrder(await api.stage.stockUp(await api.hire()));
    await api.rows(`update orders set status = 'NEEDS_REVIEW', reason = 'PAYMENT_REVERSED' where id = ?`, [id]);
    await api.rows(`update payments set status = 'REFUNDED' where order_id = ?`, [id]);
    expectProblem(await decide(id, { decision: 'buy-again' }), 409, 'NOT_PAID');
  });

  it('a payout that did not happen is paid anew, and one that did is followed', async () => {
    for (const decision of ['not-paid', 'paid'] as const) {
      const seller = await api.hire();
      const { id } = await api.stage.paidOrder(await api.stage.stockUp(seller));
      for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await api.stage.perform(queue, id);
      api.stage.jobs.length = 0;
      const legs = () => api.stage.store.read(em => legsOfOrder(em, id as never));
      const [leg] = await legs();
      const legId = leg?.id ?? '';
      const fault = decision === 'paid' ? { kind: 'drop-reply' } : { kind: 'status', status: 503 };
      await api.stage.control('faults', { provider: 'paypal', operation: 'create-payout', times: 1, ...fault });
      await api.stage.perform('payout', legId);
      // As when neither the batch nor the key can be found any more.
      await api.rows(`update payout_legs set status = 'NEEDS_REVIEW', reason = 'EFFECT_UNPROVEN' where id = ?`, [
        legId,
      ]);
      const [sent] = (await api.stage.effects('payout')).filter(({ key }) => key.includes(legId));
      const body = {
        decision,
        why: 'looked at PayPal',
        ...(decision === 'paid' ? { reference: sent?.detail.batchId } : {}),
      };
      const answer = await api.call('POST', `/api/admin/payouts/${legId}/decide`, { as: api.admin, body });
      expect(answer.json, JSON.stringify(answer.json)).to.include({ status: 'PENDING' });
      await api.stage.sweepAndDrain();
      expect((await legs()).find(({ id: of }) => of === legId)?.status).to.be.oneOf(['SENT', 'PAID']);
      expect((await api.stage.effects('payout')).filter(({ key }) => key.includes(legId))).to.have.length(1);
    }
  });

  /** Two legs of one sale; PayPal has the first's payout, and its answer was lost. */
  const payoutsInDoubt = async () => {
    const { id } = await api.stage.paidOrder(await api.stage.stockUp(await api.hire()));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await api.stage.perform(queue, id);
    const [first, second] = await api.stage.store.read(em => legsOfOrder(em, id));
    const [legId, otherId] = [first?.id ?? '', second?.id ?? ''];
    await api.stage.control('faults', { provider: 'paypal', operation: 'create-payout', times: 1, kind: 'drop-reply' });
    for (const leg of [legId, otherId]) await api.stage.perform('payout', leg);
    await api.rows(`update payout_legs set status = 'NEEDS_REVIEW', reason = 'EFFECT_UNPROVEN' where id = ?`, [legId]);
    const sent = await api.stage.effects('payout');
    const batchOf = (leg: string) => sent.find(({ key }) => key.includes(leg))?.detail.batchId;
    return { legId, batchId: batchOf(legId), otherBatchId: batchOf(otherId) };
  };
  const decideLeg = (legId: string, body: object) =>
    api.call('POST', `/api/admin/payouts/${legId}/decide`, { as: api.admin, body: { why: 'PayPal’s site', ...body } });
  const legOf = async (legId: string) =>
    (await api.rows('select status, reason from payout_legs where id = ?', [legId]))[0];

  it('a payout’s mistyped reference goes back to the person, who corrects it: it was asked after for ever', async () => {
    const { legId, batchId, otherBatchId } = await payoutsInDoubt();
    expectProblem(await decideLeg(legId, { decision: 'paid', reference: otherBatchId }), 409, 'REFERENCE_TAKEN');
    await decideLeg(legId, { decision: 'paid', reference: 'NOSUCHBATCH12' });
    await api.stage.perform('payout', legId);
    expect(await legOf(legId)).to.deep.equal({ status: 'NEEDS_REVIEW', reason: 'PAYOUT_NOT_KNOWN' });
    await decideLeg(legId, { decision: 'paid', reference: batchId });
    await api.stage.perform('payout', legId);
    expect((await legOf(legId)).status).to.be.oneOf(['SENT', 'PAID']);
  });

  it('another payout’s batch is not taken for a leg’s own, though it has the same amount', async () => {
    const { legId } = await payoutsInDoubt();
    const [{ amount_minor, receiver }] = await api.rows('select amount_minor, receiver from payout_legs where id = ?', [
      legId,
    ]);
    const { paypal } = api.stage.context.providers;
    const amount = money(BigInt(amount_minor), 'USD');
    const byHand = paypal.payoutBody({ batchKey: `by-hand-${legId}`, receiver, amount, note: 'by hand' });
    const { batchId } = await paypal.createPayout(byHand);
    await decideLeg(legId, { decision: 'paid', reference: batchId });
    await api.stage.perform('payout', legId);
    expect(await legOf(legId)).to.deep.equal({ status: 'NEEDS_REVIEW', reason: 'PAYOUT_OF_ANOTHER' });
    expect((await decideLeg(legId, { decision: 'not-paid' })).json).to.include({ status: 'PENDING' });
  });
});
