import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { findSale } from '../../../store/payouts/sales.ts';
import { insertLeg, openTestStore, refusalOf, rowsOf, type TestStore } from '../fixtures.ts';

describe('sales', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());

  const sellAgain = (orderId: OrderId) =>
    rowsOf(
      db.store,
      `insert into sales (id, order_id, user_id, currency, sale_price_minor, supplier_cost_minor, marketplace_fee_minor,
         payment_fee_minor, gross_profit_minor, net_profit_minor, expected_profit_minor)
       select ?, order_id, user_id, currency, sale_price_minor, supplier_cost_minor, marketplace_fee_minor,
         payment_fee_minor, gross_profit_minor, net_profit_minor, expected_profit_minor from sales where order_id = ?`,
      [randomUUID(), orderId],
    );

  it('stand one per order at a time, by the database itself: only a voided one makes way', async () => {
    const { orderId, saleId } = await db.store.transaction(em => insertLeg(em));
    expect(await refusalOf(sellAgain(orderId))).to.equal('sales_one_standing');
    await rowsOf(db.store, 'update sales set voided_at = now() where id = ?', [saleId]);
    expect(await refusalOf(sellAgain(orderId))).to.equal('accepted');
    expect((await db.store.read(em => findSale(em, orderId)))?.id).not.to.equal(saleId);
  });
});
