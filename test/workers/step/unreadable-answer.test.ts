import { expect } from 'chai';
import { Unreadable } from '../../../domain/call-outcome.ts';
import { evidenceOf, findEvidence } from '../../../store/orders/evidence.ts';
import { legsOfOrder } from '../../../store/payouts/legs.ts';
import { thrownBy } from '../../providers/thrown-by.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { fromNow, hintOf, hourMs, notesOf, ordersAt, orderToBuy, performWith, placeOnEbay } from '../workbench.ts';

describe('an answer that cannot be read', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(() => lift());

  const lift = () => fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
  const answer = (provider: string, operation: string, body: unknown) =>
    stage.control('faults', { provider, operation, kind: 'answer', body, times: 50 });
  const keptOf = (id: string) => stage.store.read(em => evidenceOf(em, id as never));
  const later = (queue: Parameters<Stage['perform']>[0], id: string, hours: number) =>
    performWith(stage, { now: fromNow(hours * hourMs) }, queue, id);

  it('is asked for again within the hour, and is a person’s after it, with the answer', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    await answer('aliexpress', 'product-get', {
      aliexpress_ds_product_get_response: { result: { moved: 'Elsewhere' } },
    });
    expect(await thrownBy(() => stage.perform('purchase', id))).to.be.instanceOf(Unreadable);
    expect((await stage.order(id)).status).to.equal('PURCHASING');
    expect(await later('purchase', id, 1)).to.include('NEEDS_REVIEW (UNREADABLE_ANSWER)');
    const [kept] = await keptOf(id);
    expect(kept).to.include({
      kind: 'answer',
      step: 'PURCHASING',
      reason: 'ALIEXPRESS_MALFORMED_ANSWER',
      url: 'aliexpress',
    });
    const file = await stage.store.read(em => findEvidence(em, id, kept?.id ?? ''));
    expect(file?.text).to.include('Elsewhere');
    expect((await notesOf(stage, id)).join('\n')).not.to.include('Elsewhere');
    expect(await stage.effects('supplier-order')).to.have.length(0);
  });

  it('that was read well for a long time in between counts from new', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    await answer('aliexpress', 'product-get', {});
    await thrownBy(() => stage.perform('purchase', id));
    expect(await thrownBy(() => later('purchase', id, 30))).to.be.instanceOf(Unreadable);
    expect((await stage.order(id)).status).to.equal('PURCHASING');
  });

  it('of a payout is a person’s after the hour: nothing is paid meanwhile', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    for (const queue of ['purchase', 'create-sale'] as const) await stage.perform(queue, id);
    const [leg] = await stage.store.read(em => legsOfOrder(em, id));
    const legId = leg?.id ?? '';
    await stage.perform('payout', legId);
    await answer('paypal', 'get-payout', { batch_header: null });
    expect(await thrownBy(() => stage.perform('payout', legId))).to.be.instanceOf(Unreadable);
    expect(await later('payout', legId, 1)).to.include('NEEDS_REVIEW');
    expect((await keptOf(id)).map(({ step, reason }) => [step, reason])).to.deep.equal([
      [`payout/${leg?.beneficiary}`, 'PAYPAL_MALFORMED_ANSWER'],
    ]);
  });

  it('of a sale of ours becomes an order in review, which nobody buys for', async () => {
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const orderId = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 2_999 }] });
    const eventId = await hintOf(stage, seller, 'ebay', orderId);
    await answer('ebay', 'get-order', { orderId, lineItems: 'of another type' });
    expect(await thrownBy(() => stage.perform('import-order', eventId))).to.be.instanceOf(Unreadable);
    expect(await ordersAt(stage, orderId)).to.deep.equal([]);
    await later('import-order', eventId, 1.1);
    const [order] = await ordersAt(stage, orderId);
    expect(order).to.include({ status: 'NEEDS_REVIEW', reason: 'UNREADABLE_SALE', saleMinor: 0n, channel: 'ebay' });
    const [kept] = await keptOf(order?.id ?? '');
    const file = await stage.store.read(em => findEvidence(em, order?.id as never, kept?.id ?? ''));
    expect(file?.text).to.include('of another type');

    await lift();
    await stage.perform('import-order', await hintOf(stage, seller, 'ebay', orderId));
    expect((await ordersAt(stage, orderId)).map(({ status }) => status).toSorted()).to.deep.equal([
      'CANCELLED',
      'PAID',
    ]);
  });

  it('holds no token: what a consent or a refresh was answered is never kept', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    await stage.store.transaction(em =>
      em.execute(`update api_credentials set access_expires_at = now() where user_id = ?`, [seller.id]),
    );
    await answer('aliexpress', 'token-refresh', { '/auth/token/refresh_response': { access: 'a-new-secret-token' } });
    const failure = await thrownBy(() => stage.perform('purchase', id));
    expect(failure).to.be.instanceOf(Unreadable);
    expect((failure as Unreadable).answer).to.equal(undefined);
    expect(await later('purchase', id, 1)).to.include('UNREADABLE_ANSWER');
    expect(await keptOf(id)).to.deep.equal([]);
  });
});
