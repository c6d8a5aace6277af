/** Covers: transactions/hold-for-cancellation.ts, workers/marketplace/recheck-sale.ts. */
import { expect } from 'chai';
import { legsOfOrder } from '../../../store/payouts/legs.ts';
import { berlin, type Seller, type Stage } from '../../support/stage.ts';
import { changeOrder, importFrom, notesOf, rows, santiago } from '../workbench.ts';
import { type Change, openMarkets, sellAt } from './sold-at.ts';

describe('a cancellation that is asked for at the marketplace', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    ({ stage, seller } = await openMarkets());
  });
  after(() => stage[Symbol.asyncDispose]());

  const marketplaces = [
    ['ebay', { cancelState: 'IN_PROGRESS' }, { cancelState: 'NONE_REQUESTED' }, { cancelState: 'CANCELED' }],
    ['mercadolibre', { status: 'pending_cancel' }, { status: 'paid' }, { status: 'cancelled', tags: [] }],
  ] as const satisfies [string, Change, Change, Change][];

  for (const [marketplace, asked, declined, accepted] of marketplaces)
    describe(`(${marketplace})`, () => {
      const letThrough = async (shipTo = berlin) => {
        const number = await sellAt(marketplace, stage, seller, shipTo);
        const [order] = await importFrom(stage, seller, marketplace, number);
        const id = order!.id;
        await stage.perform('fulfill', id);
        const becomes = async (change: Change) => {
          await changeOrder(stage, marketplace, number, change);
          await importFrom(stage, seller, marketplace, number);
        };
        return { id, number, becomes };
      };
      /** Placed at the supplier, which pays nothing by itself for Chile. */
      const unpaid = async () => {
        const sale = await letThrough(santiago);
        await stage.perform('purchase', sale.id);
        expect(await stage.order(sale.id)).to.include({ status: 'WAITING', waitReason: 'SUPPLIER_UNPAID' });
        const [placed] = await rows<{ number: string }>(
          stage,
          'select number from supplier_orders where order_id = ?',
          [sale.id],
        );
        return { ...sale, supplierOrder: placed!.number };
      };

      it('tells whoever would pay the supplier not to, and lets the order go on when it is declined', async () => {
        const { id, becomes, supplierOrder } = await unpaid();
        for (let times = 0; times < 2; times += 1) await becomes(asked);
        await stage.drain();
        const held = await stage.order(id);
        expect(held).to.include({ status: 'WAITING', waitReason: 'CANCELLATION_ASKED' });
        expect(held.nextCheckAt?.getTime()).to.be.greaterThan(Date.now() + 600_000);
        expect((await notesOf(stage, id)).at(-1)).to.include(`do not pay AliExpress order ${supplierOrder}`);
        await stage.perform('purchase', id);
        expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'CANCELLATION_ASKED' });
        await becomes(declined);
        await stage.drain();
        expect(await stage.order(id)).to.include({
          waitReason: 'SUPPLIER_UNPAID',
          frozenFor: null,
          cancelAskedAt: null,
        });
        await stage.control('pay', { number: supplierOrder });
        await stage.perform('purchase', id);
        expect((await stage.order(id)).status).to.equal('PURCHASED');
      });

      it('is asked after where nobody tells that it was declined', async () => {
        const { id, number, becomes } = await unpaid();
        await becomes(asked);
        await stage.drain();
        await changeOrder(stage, marketplace, number, declined);
        await stage.perform('purchase', id);
        expect(await stage.order(id)).to.include({ waitReason: 'SUPPLIER_UNPAID', frozenFor: null });
      });

      it('is a person’s when it is accepted: what is placed is not to be paid', async () => {
        const { id, becomes } = await unpaid();
        await becomes(asked);
        await stage.drain();
        await becomes(accepted);
        expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'CANCELLED_AFTER_PURCHASE' });
        expect((await notesOf(stage, id)).join('\n')).to.include('do not pay');
      });

      it('is a person’s when nobody tells that it was accepted', async () => {
        const { id, number, becomes } = await unpaid();
        await becomes(asked);
        await stage.drain();
        await changeOrder(stage, marketplace, number, accepted);
        await stage.perform('purchase', id);
        expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'CANCELLED_AFTER_PURCHASE' });
      });

      it('goes on as bought where somebody has paid all the same, and holds the shares', async () => {
        const { id, becomes, supplierOrder } = await unpaid();
        await becomes(asked);
        await stage.control('pay', { number: supplierOrder });
        await stage.drain();
        expect(await stage.order(id)).to.include({ status: 'PURCHASED', frozenFor: 'CANCELLATION_ASKED' });
        const legs = await stage.store.read(em => legsOfOrder(em, id));
        expect(legs).to.have.length(2);
        for (const leg of legs) expect(await stage.perform('payout', leg.id)).to.equal('frozen: CANCELLATION_ASKED');
        await becomes(declined);
        expect((await stage.order(id)).frozenFor).to.equal(null);
      });

      it('that comes while the goods are being bought stops the purchase, until it is declined', async () => {
        const { id, becomes } = await letThrough();
        await becomes(asked);
        expect(await stage.order(id)).to.include({ status: 'PURCHASING', frozenFor: 'CANCELLATION_ASKED' });
        await stage.perform('purchase', id);
        expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'HOLD' });
        expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id))).to.deep.equal([]);
        await becomes(declined);
        await stage.perform('fulfill', id);
        await stage.perform('purchase', id);
        expect(await stage.order(id)).to.include({ status: 'PURCHASED', frozenFor: null });
      });

      it('sends nothing again of which nobody knows whether it was ordered, until it is declined', async () => {
        const { id, becomes } = await letThrough();
        await stage.control('faults', { provider: 'aliexpress', operation: 'order-create', kind: 'drop-reply' });
        await stage.perform('purchase', id);
        await becomes(asked);
        await stage.perform('purchase', id);
        expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'CANCELLATION_ASKED' });
        await becomes(declined);
        await stage.perform('purchase', id);
        expect((await stage.order(id)).status).to.equal('PURCHASED');
        expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id))).to.have.length(1);
      });
    });
});
