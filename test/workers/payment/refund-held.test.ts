/** Covers: workers/payment/refund.ts. */
import { expect } from 'chai';
import { changeSettings } from '../../../store/accounts/users.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { decideOrder } from '../../../transactions/decisions/decide-order.ts';
import { createStage, type Goods, type Stage } from '../../support/stage.ts';
import { dispute, openDispute, sellerWins } from '../events/paypal-news.ts';
import { changeOrder, importFrom, performWith, placeOnEbay, rows } from '../workbench.ts';

describe('a refund', () => {
  let stage: Stage;
  let goods: Goods;
  let admin: string;
  let seller: Awaited<ReturnType<Stage['hireSeller']>>;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    await stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
    goods = await stage.stockUp(seller);
    admin = (await rows<{ id: string }>(stage, `select id from users where role = 'admin'`))[0]?.id ?? '';
  });
  beforeEach(() => {
    stage.jobs.length = 0;
  });
  after(() => stage[Symbol.asyncDispose]());

  const paymentOf = async (id: string) => (await stage.store.read(em => paymentsOf(em, id as never)))[0];
  const refundsOf = async (id: string) =>
    (await stage.effects('refund')).filter(({ detail }) => detail.customId === id).length;
  /** A person gives the order up; its money goes back by the reseller's policy. */
  const giveUp = (id: string) =>
    stage.context.transact((em, enqueue) =>
      decideOrder(em, enqueue, id as never, { decision: { decision: 'fail' }, by: admin as never, why: 'looked' }),
    );

  it('of a disputed payment waits: the order is not called refunded while the buyer has nothing back', async () => {
    const { id } = await stage.paidOrder(goods);
    const { reference = '' } = (await paymentOf(id)) ?? {};
    await dispute(stage, reference, openDispute);
    await giveUp(id);
    for (let looks = 0; looks < 2; looks += 1) {
      await stage.sweepAndDrain();
      expect((await stage.order(id)).status).to.equal('REFUNDING');
    }
    expect(await refundsOf(id)).to.equal(0);

    await dispute(stage, reference, sellerWins);
    await stage.sweepAndDrain();
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect(await refundsOf(id)).to.equal(1);
    expect((await paymentOf(id))?.status).to.equal('REFUNDED');
  });

  it('of an order that is frozen says what for, and when it looks again', async () => {
    const { id } = await stage.paidOrder(goods);
    for (const status of ['FAILED', 'REFUNDING'])
      await rows(
        stage,
        `update orders set status = ?, reason = 'OUT_OF_STOCK', frozen_for = 'SUPPLIER_CANCELLED' where id = ?`,
        [status, id],
      );
    expect(await stage.perform('refund', id)).to.equal('frozen: SUPPLIER_CANCELLED');
    expect((await stage.order(id)).nextCheckAt?.getTime()).to.be.greaterThan(Date.now() + 3_500_000);
    await rows(stage, 'update orders set frozen_for = null where id = ?', [id]);
    await stage.sweepAndDrain();
    expect((await stage.order(id)).status).to.equal('REFUNDED');
  });

  it('that has left is followed to its end, whatever has frozen the order since', async () => {
    const { id } = await stage.paidOrder(goods);
    for (const status of ['FAILED', 'REFUNDING'])
      await rows(stage, `update orders set status = ?, reason = 'OUT_OF_STOCK' where id = ?`, [status, id]);
    const { paypal } = stage.context.providers;
    const pending: typeof paypal = {
      ...paypal,
      getRefund: async (...ask) => ({ ...(await paypal.getRefund(...ask)), status: 'PENDING' }),
    };
    await performWith(stage, { providers: { paypal: pending } }, 'refund', id);
    await rows(stage, `update orders set frozen_for = 'REFUND_PENDING' where id = ?`, [id]);
    await stage.perform('refund', id);
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect(await refundsOf(id)).to.equal(1);
  });

  it('that its seller made at the marketplace ends the order', async () => {
    const number = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 2_999 }] });
    const [order] = await importFrom(stage, seller, 'ebay', number);
    const id = order?.id ?? '';
    const putToRefunding = async () => {
      for (const status of ['FAILED', 'REFUNDING'])
        await rows(stage, `update orders set status = ?, reason = 'OUT_OF_STOCK' where id = ?`, [status, id]);
    };
    await putToRefunding();
    await stage.perform('refund', id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'REFUND_BY_SELLER' });
    await changeOrder(stage, 'ebay', number, { paymentStatus: 'FULLY_REFUNDED' });
    await importFrom(stage, seller, 'ebay', number);
    await giveUp(id);
    await stage.drain();
    expect((await stage.order(id)).status).to.equal('REFUNDED');
  });
});
