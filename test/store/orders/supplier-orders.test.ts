import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { mayMove } from '../../../domain/state-table.ts';
import { supplierOrderMoves, supplierOrderStates } from '../../../domain/supplier-order.ts';
import { LostClaim } from '../../../store/database/due-row.ts';
import { claimOrder } from '../../../store/orders/orders.ts';
import {
  applySupplierStatus,
  type SupplierWord,
  saveSupplierNews,
  saveSupplierOrders,
  supplierOrdersOf,
} from '../../../store/orders/supplier-orders.ts';
import { usd } from '../../support/money.ts';
import { insertOrder, openTestStore, rowsOf, type TestStore } from '../fixtures.ts';

describe('supplier orders', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());

  const place = async (...numbers: string[]) => {
    const order = await db.store.transaction(em => insertOrder(em, { status: 'PURCHASING' }));
    const { id } = order;
    await db.store.transaction(em => saveSupplierOrders(em, id, { numbers }));
    const rows = () => db.store.read(em => supplierOrdersOf(em, id));
    const tell = async (word: SupplierWord) => {
      const [row] = await rows();
      applySupplierStatus(row!, word);
      await db.store.transaction(em => saveSupplierNews(em, order, [row!]));
      return row;
    };
    return { id, rows, tell };
  };

  it('are all kept that one purchase came back with, and again is harmless', async () => {
    const numbers = [randomUUID(), randomUUID()].toSorted();
    const { id, rows } = await place(...numbers);
    await db.store.transaction(em => saveSupplierOrders(em, id, { numbers }));
    expect((await rows()).map(({ number, status }) => [number, status])).to.deep.equal(
      numbers.map(number => [number, 'PLACED_UNPAID']),
    );
  });

  it('belong to the purchase that had them first', async () => {
    const number = randomUUID();
    const first = await place(number);
    const second = await place(number);
    expect([(await first.rows()).length, (await second.rows()).length]).to.deep.equal([1, 0]);
  });

  it('follow the table from every state to every other, and leave a late answer alone', async () => {
    for (const from of supplierOrderStates)
      for (const to of supplierOrderStates) {
        const { rows, tell } = await place(randomUUID());
        const [{ id } = { id: '' }] = await rows();
        await rowsOf(db.store, `update supplier_orders set status = ?, raw_status = 'EARLIER' where id = ?`, [
          from,
          id,
        ]);
        const row = await tell({ status: to, rawStatus: 'NEWS' });
        const moves = from === to || mayMove(supplierOrderMoves, from, to);
        const expected = { status: moves ? to : from, rawStatus: moves ? 'NEWS' : 'EARLIER' };
        expect((await rows())[0], `${from} → ${to}`).to.include(expected);
        expect(row, `${from} → ${to}`).to.include(expected);
      }
  });

  it('learn what they cost and by when they are to be paid, and forget neither', async () => {
    const { rows, tell } = await place(randomUUID());
    const payDeadline = new Date('2030-01-02T03:04:05.678Z');
    await tell({ status: 'PLACED_UNPAID', rawStatus: 'X', payDeadline });
    await tell({ status: 'PAID', rawStatus: 'X', cost: usd(1_449n) });
    await tell({ status: 'SHIPPED', rawStatus: 'X' });
    expect((await rows())[0]).to.deep.include({
      status: 'SHIPPED',
      costMinor: 1_449n,
      costCurrency: 'USD',
      payDeadline,
    });
  });

  it('stay paid once they were, whatever is told later, by its state or by the time of its payment', async () => {
    const words: SupplierWord[] = [
      { status: 'PAID', rawStatus: 'X' },
      { status: 'CANCELLED', rawStatus: 'FINISH', paid: true },
      { rawStatus: 'IN_CANCEL', paid: true },
    ];
    for (const word of words) {
      const { rows, tell } = await place(randomUUID());
      expect((await rows())[0]).to.include({ wasPaid: false });
      await tell(word);
      await tell({ status: 'CANCELLED', rawStatus: 'FINISH' });
      expect((await rows())[0]).to.include({ wasPaid: true, status: 'CANCELLED' });
    }
  });

  it('are only written by who owns the order', async () => {
    const { id, rows, tell } = await place(randomUUID());
    await db.store.transaction(em => claimOrder(em, id, ['PURCHASING']));
    const late = await tell({ status: 'CANCELLED', rawStatus: 'FINISH' }).catch((error: unknown) => error);
    expect(late).to.be.an.instanceOf(LostClaim);
    expect((await rows())[0]).to.include({ status: 'PLACED_UNPAID' });
  });
});
