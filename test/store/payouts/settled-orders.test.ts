import { expect } from 'chai';
import { orderStates } from '../../../domain/order.ts';
import { type LegState, legStates } from '../../../domain/payout-leg.ts';
import { isSettled } from '../../../domain/settled.ts';
import { settled } from '../../../store/payouts/settled-orders.ts';
import { openTestStore, rowsOf, type TestStore } from '../fixtures.ts';

const shares: readonly (readonly LegState[])[] = [
  [],
  ...legStates.map(one => [one]),
  ...legStates.flatMap(one => legStates.map(other => [one, other])),
];
const orders = orderStates.flatMap(status =>
  [null, new Date(0)].flatMap(saleBookedAt => shares.map(legs => ({ status, saleBookedAt, legs }))),
);

describe('a settled order', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());

  /** Rows in place of the tables: the query sees each state, also one that no order comes to in this test. */
  const settledByDatabase = (): Promise<{ id: number }[]> =>
    rowsOf(
      db.store,
      `with given as (select * from json_to_recordset(?) g (id int, status text, booked timestamptz, legs json)),
         orders as (select id, status, booked as sale_booked_at from given),
         payout_legs as (select g.id as order_id, share as status from given g, json_array_elements_text(g.legs) share)
       select id from orders o where ${settled} order by id`,
      [
        JSON.stringify(
          orders.map(({ status, saleBookedAt, legs }, id) => ({ id, status, booked: saleBookedAt, legs })),
        ),
      ],
    );

  it('is the same one for a query as for a row, in every state of an order and its shares', async () => {
    const expected = orders.flatMap((order, id) =>
      isSettled(
        order,
        order.legs.map(status => ({ status })),
      )
        ? [id]
        : [],
    );
    expect((await settledByDatabase()).map(({ id }) => id)).to.deep.equal(expected);
  });

  it('is one whose standing shares are all paid, whatever was cancelled, and no other', () => {
    const is = (...legs: LegState[]) =>
      isSettled(
        { status: 'SHIPPED', saleBookedAt: new Date(0) },
        legs.map(status => ({ status })),
      );
    expect([is(), is('PAID'), is('CANCELLED', 'PAID'), is('CANCELLED')]).to.deep.equal([true, true, true, true]);
    expect([is('PAID', 'PENDING'), is('RETURNED'), is('NEEDS_REVIEW')]).to.deep.equal([false, false, false]);
    expect(isSettled({ status: 'PURCHASED', saleBookedAt: null }, []), 'its sale is not booked').to.equal(false);
    expect(isSettled({ status: 'WAITING', saleBookedAt: new Date(0) }, []), 'its goods do not come').to.equal(false);
  });
});
