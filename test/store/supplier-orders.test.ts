import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { money } from '../../domain/money.ts';
import { mayMove } from '../../domain/state-table.ts';
import { supplierOrderMoves, supplierOrderStates } from '../../domain/supplier-order.ts';
import { keepSupplierOrders, supplierOrdersOf, updateSupplierOrder } from '../../store/supplier-orders.ts';
import { insertOrder, openTestStore, rowsOf, type TestStore } from './fixtures.ts';

const usd = (minor: bigint) => money(minor, 'USD');

describe('supplier orders', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());

  const place = async (...numbers: string[]) => {
    const { id } = await db.store.transaction(em => insertOrder(em, { status: 'PURCHASING' }));
    await db.store.transaction(em => keepSupplierOrders(em, id, null, numbers));
    return { id, rows: () => db.store.read(em => supplierOrdersOf(em, id)) };
  };

  it('are all kept that one purchase came back with, and again is harmless', async () => {
    const numbers = [randomUUID(), randomUUID()].toSorted();
    const { id, rows } = await place(...numbers);
    await db.store.transaction(em => keepSupplierOrders(em, id, null, numbers));
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
        const { rows } = await place(randomUUID());
        const [{ id } = { id: '' }] = await rows();
        await rowsOf(db.store, `update supplier_orders set status = ?, raw_status = 'EARLIER' where id = ?`, [
          from,
          id,
        ]);
        const [row] = await rows();
        await db.store.transaction(em => updateSupplierOrder(em, row!, { status: to, rawStatus: 'NEWS' }));
        const moves = from === to || mayMove(supplierOrderMoves, from, to);
        const expected = { status: moves ? to : from, rawStatus: moves ? 'NEWS' : 'EARLIER' };
        expect((await rows())[0], `${from} → ${to}`).to.include(expected);
        expect(row, `${from} → ${to}`).to.include(expected);
      }
  });

  it('learn what they cost and by when they are to be paid, and forget neither', async () => {
    const { rows } = await place(randomUUID());
    const payDeadline = new Date('2030-01-02T03:04:05.678Z');
    const tell = async (facts: Partial<Parameters<typeof updateSupplierOrder>[2]>) => {
      const [row] = await rows();
      await db.store.transaction(em =>
        updateSupplierOrder(em, row!, { status: 'PLACED_UNPAID', rawStatus: 'X', ...facts }),
      );
    };
    await tell({ payDeadline });
    await tell({ status: 'PAID', cost: usd(1_449n) });
    await tell({ status: 'SHIPPED' });
    expect((await rows())[0]).to.deep.include({
      status: 'SHIPPED',
      costMinor: 1_449n,
      costCurrency: 'USD',
      payDeadline,
    });
  });
});
