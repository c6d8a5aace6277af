/** Covers: transactions/settle-marketplace-dispute.ts, workers/import/import-line.ts. */
import { expect } from 'chai';
import type { OrderId, UserId } from '../../../domain/ids.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import type { Order } from '../../../store/entities/order.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { refundedOf } from '../../../store/money/refunds.ts';
import { legsOfOrder } from '../../../store/payouts/legs.ts';
import { DecisionRefused } from '../../../transactions/decision-refused.ts';
import { decideOrder } from '../../../transactions/decisions/decide-order.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { changeOrder, importFrom, notesOf } from '../workbench.ts';
import { type Change, type Marketplace, openMarkets, sellAt } from './sold-at.ts';

describe('money that is contested at a marketplace', () => {
  let stage: Stage;
  let seller: Seller;
  beforeEach(async () => {
    ({ stage, seller } = await openMarkets());
  });
  afterEach(async () => {
    const found = await stage.store.read(em => checkLedger(em));
    await stage[Symbol.asyncDispose]();
    expect(found).to.deep.equal([]);
  });

  const sale = async (marketplace: Marketplace) => {
    const number = await sellAt(marketplace, stage, seller);
    const becomes = async (change: Change): Promise<Order> => {
      await changeOrder(stage, marketplace, number, change);
      const [order] = await importFrom(stage, seller, marketplace, number);
      if (!order) throw new Error('the sale was not imported');
      return order;
    };
    return { number, becomes };
  };
  const booked = async (marketplace: Marketplace) => {
    const { becomes } = await sale(marketplace);
    const { id } = await becomes({});
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    return { id, becomes };
  };
  const legsOf = (id: OrderId) => stage.store.read(em => legsOfOrder(em, id));
  const payLegs = async (id: OrderId) => {
    const answers = [];
    for (const leg of await legsOf(id)) answers.push(await stage.perform('payout', leg.id));
    return answers;
  };
  const paymentOf = async (id: OrderId) => (await stage.store.read(em => paymentsOf(em, id)))[0]?.status;
  const chargedBack = (statusDetail?: string): Change => ({
    payment: { status: 'charged_back', ...(statusDetail ? { statusDetail } : {}) },
    mediations: ['5100000001'],
  });
  const held = { holds: [{ reason: 'EbpCaseOpen', state: 'HELD' }] };
  const released = { holds: [{ reason: 'EbpCaseOpen', state: 'RELEASED' }] };

  const contests: readonly [what: string, marketplace: Marketplace, change: () => Change, over: Change][] = [
    ['a card holder’s bank', 'mercadolibre', () => chargedBack('in_process'), chargedBack('reimbursed')],
    [
      'a claim at MercadoLibre',
      'mercadolibre',
      () => ({ payment: { status: 'in_mediation' }, mediations: ['5100000001'] }),
      { payment: { status: 'approved', statusDetail: 'accredited' } },
    ],
    ['a case at eBay', 'ebay', () => held, released],
  ];
  for (const [what, marketplace, contested, over] of contests) {
    it(`by ${what} is not bought for, and told to a person`, async () => {
      const { becomes } = await sale(marketplace);
      const order = await becomes(contested());
      expect(order).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', frozenFor: 'DISPUTE' });
      expect(await stage.effects('supplier-order')).to.deep.equal([]);
      const decision = { decision: { decision: 'buy-again' as const }, by: seller.id as UserId, why: 'it is mine' };
      const again = stage.store.transaction(em => decideOrder(em, () => undefined, order.id, decision));
      expect(await again.catch((error: unknown) => error)).to.be.an.instanceOf(DecisionRefused);
    });

    for (const told of [true, false])
      it(`by ${what} right before the purchase is not bought for, ${told ? 'told' : 'though nobody tells it'}`, async () => {
        const { number, becomes } = await sale(marketplace);
        const { id } = await becomes({});
        await stage.perform('fulfill', id);
        await (told ? becomes(contested()) : changeOrder(stage, marketplace, number, contested()));
        await stage.perform('purchase', id);
        expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
        expect(await stage.effects('supplier-order')).to.deep.equal([]);
      });

    it(`by ${what} holds the shares until the seller has won, however often it is told`, async () => {
      const { id, becomes } = await booked(marketplace);
      for (let times = 0; times < 2; times += 1) await becomes(contested());
      expect(await stage.order(id)).to.include({ status: 'PURCHASED', frozenFor: 'DISPUTE' });
      expect(await paymentOf(id)).to.equal('DISPUTED');
      expect(await payLegs(id)).to.deep.equal(['frozen: DISPUTE', 'frozen: DISPUTE']);
      expect((await notesOf(stage, id)).filter(note => note.startsWith('the buyer disputes'))).to.have.length(1);
      for (let times = 0; times < 2; times += 1) await becomes(over);
      expect(await stage.order(id)).to.include({ status: 'PURCHASED', frozenFor: null });
      expect(await paymentOf(id)).to.equal('COMPLETED');
      expect((await payLegs(id)).join()).not.to.include('frozen');
    });
  }

  it('that its buyer’s bank has kept is booked as gone, and nothing of it is paid out', async () => {
    const { id, becomes } = await booked('mercadolibre');
    await becomes(chargedBack('in_process'));
    for (let times = 0; times < 2; times += 1) await becomes(chargedBack('settled'));
    expect(await stage.order(id)).to.include({ frozenFor: null });
    expect((await stage.store.read(em => refundedOf(em, id, 'CLP'))).amountMinor).to.equal(34_990n);
    expect((await legsOf(id)).map(({ status }) => status)).to.deep.equal(['CANCELLED', 'CANCELLED']);
  });

  it('that was gone before we saw the sale is no money', async () => {
    const { becomes } = await sale('mercadolibre');
    expect((await becomes(chargedBack('settled'))).status).to.equal('CREATED');
  });

  it('is not what eBay keeps of a new seller as a matter of course', async () => {
    const { id, becomes } = await booked('ebay');
    await becomes({ holds: [{ reason: 'NewSeller', state: 'HELD' }] });
    expect((await stage.order(id)).frozenFor).to.equal(null);
  });

  it('is not what a claim that is over leaves in the list', async () => {
    const { becomes } = await sale('mercadolibre');
    expect((await becomes({ mediations: ['5100000001'] })).status).to.equal('PAID');
  });

  const strange: readonly [what: string, marketplace: Marketplace, change: Change][] = [
    ['a payment', 'mercadolibre', { payment: { status: 'teleported' } }],
    ['an order', 'mercadolibre', { status: 'half_paid' }],
    ['an order that is paid by a payment that is not', 'mercadolibre', { payment: { status: 'rejected' } }],
    ['an order that is tagged as not paid', 'mercadolibre', { tags: ['not_paid'] }],
    ['an order at eBay', 'ebay', { paymentStatus: 'MAYBE' }],
  ];
  for (const [what, marketplace, change] of strange) {
    it(`is looked at by a person where the word of ${what} is not known: no money, nothing bought`, async () => {
      const { becomes } = await sale(marketplace);
      const order = await becomes(change);
      expect(order).to.include({ status: 'NEEDS_REVIEW', reason: 'UNKNOWN_STATUS', frozenFor: null });
      expect(await paymentOf(order.id)).to.equal(undefined);
    });

    it(`holds the shares where the word of ${what} is not known later`, async () => {
      const { id, becomes } = await booked(marketplace);
      await becomes(change);
      expect((await stage.order(id)).frozenFor).to.equal('DISPUTE');
    });
  }

  it('comes after all: it is booked, and whoever has looked may have it bought', async () => {
    const { becomes } = await sale('mercadolibre');
    const { id } = await becomes({ payment: { status: 'teleported' } });
    for (let times = 0; times < 2; times += 1) await becomes({ payment: { status: 'approved' } });
    expect(await paymentOf(id)).to.equal('COMPLETED');
    const decision = { decision: { decision: 'buy-again' as const }, by: seller.id as UserId, why: 'it was paid' };
    await stage.store.transaction(em => decideOrder(em, () => undefined, id, decision));
    for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, id);
    expect((await stage.order(id)).status).to.equal('PURCHASED');
  });
});
