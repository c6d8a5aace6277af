/** Covers: workers/purchase/supplier-cancelled.ts, transactions/undo-purchase.ts. */
import { expect } from 'chai';
import { changeSettings } from '../../../store/accounts/users.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { claimOrder } from '../../../store/orders/orders.ts';
import { decideOrder } from '../../../transactions/decisions/decide-order.ts';
import { undoPurchase } from '../../../transactions/undo-purchase.ts';
import type { Context } from '../../../workers/context/context.ts';
import { processors } from '../../../workers/processors.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { Death, mortal } from '../mortal.ts';
import { notesOf, orderToBuy, parkedOf, performWith, reservationsOf, rows, santiago } from '../workbench.ts';

describe('a supplier order that was paid, and closed before its purchase was seen', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    await stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(async () => expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]));

  const numbersOf = async (id: string): Promise<string[]> => {
    const placed = await rows<{ number: string }>(
      stage,
      'select number from supplier_orders where order_id = ? order by number',
      [id],
    );
    return placed.map(({ number }) => number);
  };
  const close = (number = '') => stage.control('supplier', { number, status: 'FINISH', endReason: 'CANCELED' });
  const pay = (number = '') => stage.control('pay', { number });
  /** AliExpress does not pay by itself for Chile. */
  const placedUnpaid = async (ordersPerCreate: 1 | 2 = 1) => {
    const order = await orderToBuy(stage, await stage.stockUp(seller, { ordersPerCreate }), ordersPerCreate, santiago);
    await stage.perform('purchase', order.id);
    return { id: order.id, numbers: await numbersOf(order.id) };
  };
  /** AliExpress pays by itself, and the worker dies before it has looked. */
  const paidUnseen = async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    const failpoint = (name: string) => {
      if (name === 'effect-closed') throw new Death(name);
    };
    await performWith(stage, { failpoint }, 'purchase', id).catch((error: Error) => error);
    return { id, numbers: await numbersOf(id) };
  };
  const purchase = (ctx: Context, orderId: string) => processors.purchase({ orderId } as never, ctx);

  const waitsForRefund = async (id: string, owed = '1449') => {
    expect(await stage.order(id)).to.include({
      status: 'WAITING',
      waitReason: 'SUPPLIER_REFUND_UNPROVEN',
      frozenFor: 'SUPPLIER_CANCELLED',
    });
    expect(await reservationsOf(stage, id)).to.deep.equal([{ status: 'CONSUMED', amount: owed, payer: null }]);
    expect(await parkedOf(stage, id)).to.deep.include({ account: 'supplier-refunds', amount: owed, currency: 'USD' });
  };

  it('waits for the supplier’s refund, wherever the worker that sees it dies', async () => {
    for (let dieAt = 0, died = true; died; dieAt += 1) {
      const { id, numbers } = await placedUnpaid();
      await pay(numbers[0]);
      await close(numbers[0]);
      const { context } = mortal(stage.context, dieAt);
      died = (await purchase(context, id).catch((error: unknown) => error)) instanceof Death;
      if (died) await stage.perform('purchase', id);
      await waitsForRefund(id);
    }
  });

  it('waits for it too when a run that has lost the order saw it closed first', async () => {
    const { id, numbers } = await placedUnpaid();
    await pay(numbers[0]);
    const { aliexpress } = stage.context.providers;
    const overtaken: typeof aliexpress.getOrder = async (...call) => {
      expect(await stage.perform('purchase', id)).to.equal('PURCHASED');
      await close(numbers[0]);
      return aliexpress.getOrder(...call);
    };
    const stale = { providers: { aliexpress: { ...aliexpress, getOrder: overtaken } } };
    expect(await performWith(stage, stale, 'purchase', id)).to.equal('another run owns the order now');
    const [row] = await rows<{ status: string }>(stage, 'select status from supplier_orders where order_id = ?', [id]);
    expect(row).to.deep.equal({ status: 'PAID' });
    await stage.perform('create-sale', id);
    await stage.perform('track-shipment', id);
    await waitsForRefund(id);
  });

  it('waits for it when AliExpress paid by itself and closed it before the first look', async () => {
    const { id, numbers } = await paidUnseen();
    await close(numbers[0]);
    await stage.perform('purchase', id);
    await waitsForRefund(id);
  });

  it('is known to be paid from the answer that placed it, when the order itself does not say so', async () => {
    const { id, numbers } = await paidUnseen();
    await close(numbers[0]);
    const { aliexpress } = stage.context.providers;
    const silent: typeof aliexpress.getOrder = async (...call) => {
      const { paid: _, ...news } = await aliexpress.getOrder(...call);
      return news;
    };
    await performWith(stage, { providers: { aliexpress: { ...aliexpress, getOrder: silent } } }, 'purchase', id);
    await waitsForRefund(id);
  });

  it('is not taken for paid because its request was answered a second time', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller), 1, santiago);
    await stage.control('faults', { provider: 'aliexpress', operation: 'order-create', kind: 'drop-reply', times: 1 });
    expect(await stage.perform('purchase', id)).to.match(/^uncertain/);
    await stage.perform('purchase', id);
    const [number] = await numbersOf(id);
    await close(number);
    await stage.perform('purchase', id);
    expect((await notesOf(stage, id)).join()).to.include('FAILED (SUPPLIER_PAYMENT_EXPIRED)');
  });

  it('is never refunded to its buyer because a person let it go on', async () => {
    const { id, numbers } = await placedUnpaid();
    await pay(numbers[0]);
    await stage.control('supplier', { number: numbers[0], status: 'IN_CANCEL' });
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_CANCELLED' });
    await close(numbers[0]);
    await stage.context.transact((em, enqueue) =>
      decideOrder(em, enqueue, id as never, { decision: { decision: 'go-on' }, by: seller.id, why: 'looked at it' }),
    );
    await stage.perform('purchase', id);
    await waitsForRefund(id);
  });

  it('owes what was paid, when the other half of the purchase was closed unpaid', async () => {
    const { id, numbers } = await placedUnpaid(2);
    await pay(numbers[0]);
    await stage.perform('purchase', id);
    for (const number of numbers) await close(number);
    await stage.perform('purchase', id);
    const [row] = await rows<{ cost: string }>(
      stage,
      'select cost_minor::text as cost from supplier_orders where number = ?',
      [numbers[0] ?? ''],
    );
    await waitsForRefund(id, row?.cost);
  });

  it('is bought again once its refund was seen, and is paid for once in the books', async () => {
    const { id, numbers } = await paidUnseen();
    await close(numbers[0]);
    await stage.perform('purchase', id);
    await stage.context.transact(async em => {
      const order = await claimOrder(em, id, ['WAITING']);
      if (!order) throw new Error('the order does not wait');
      await undoPurchase(em, order, { cost: { amountMinor: 1_449n, currency: 'USD' }, seenBy: 'somebody' });
    });
    expect(await reservationsOf(stage, id)).to.deep.equal([{ status: 'RELEASED', amount: '1449', payer: null }]);
    expect((await parkedOf(stage, id)).map(({ account }) => account)).to.have.members([
      'buyer-payments',
      'fees:payment',
    ]);
  });
});
