/** Covers: domain/state-table.ts, migrations/0002-orders.ts. */
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { type OrderState, orderMoves, orderStates } from '../../../domain/order.ts';
import { paymentMoves, paymentStates } from '../../../domain/payment.ts';
import { type LegState, legMoves, legStates } from '../../../domain/payout-leg.ts';
import type { StateTable } from '../../../domain/state-table.ts';
import { supplierOrderMoves, supplierOrderStates } from '../../../domain/supplier-order.ts';
import type { EntityManager } from '../../../store/database/entity-manager.ts';
import { insertLeg, insertOrder, openTestStore, refusalOf, rowsOf, type TestStore } from '../fixtures.ts';

type Machine = {
  name: string;
  table: string;
  states: readonly string[];
  moves: StateTable<string>;
  insert(em: EntityManager, state: string): Promise<string>;
  /** What else the table asks of a row in that state. */
  facts?: (state: string) => Record<string, string | null>;
};

async function insertPayment(em: EntityManager, state: string): Promise<string> {
  const [id, order] = [randomUUID(), await insertOrder(em)];
  await em.execute(
    `insert into payments (id, order_id, provider, reference, status, raw_status, amount_minor, currency)
     values (?, ?, 'paypal', ?, ?, 'RAW', 2999, 'USD')`,
    [id, order.id, id, state],
  );
  return id;
}

async function insertSupplierOrder(em: EntityManager, state: string): Promise<string> {
  const [id, order] = [randomUUID(), await insertOrder(em)];
  await em.execute(
    `insert into supplier_orders (id, order_id, number, status, raw_status) values (?, ?, ?, ?, 'RAW')`,
    [id, order.id, id, state],
  );
  return id;
}

const machines: readonly Machine[] = [
  {
    name: 'order',
    table: 'orders',
    states: orderStates,
    moves: orderMoves,
    insert: async (em, state) => (await insertOrder(em, { status: state as OrderState })).id,
    facts: state => ({
      wait_reason: state === 'WAITING' ? 'HOLD' : null,
      reason: state === 'FAILED' || state === 'NEEDS_REVIEW' ? 'PROGRAM_ERROR' : null,
    }),
  },
  { name: 'payment', table: 'payments', states: paymentStates, moves: paymentMoves, insert: insertPayment },
  {
    name: 'supplier-order',
    table: 'supplier_orders',
    states: supplierOrderStates,
    moves: supplierOrderMoves,
    insert: insertSupplierOrder,
  },
  {
    name: 'leg',
    table: 'payout_legs',
    states: legStates,
    moves: legMoves,
    insert: async (em, state) => (await insertLeg(em, { status: state as LegState })).id,
  },
];

const pairsOf = (states: readonly string[]) => states.flatMap(from => states.map(to => [from, to] as const));

describe('the database’s own state machines', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());

  it('are the four of the domain', async () => {
    const rows = await rowsOf<{ machine: string }>(db.store, 'select distinct machine from state_moves');
    expect(rows.map(({ machine }) => machine)).to.have.members(machines.map(({ name }) => name));
  });

  for (const { name, table, states, moves, insert, facts = () => ({}) } of machines) {
    it(`know the moves of the ${name} machine and no others`, async () => {
      const rows = await rowsOf<{ from: string; to: string }>(
        db.store,
        'select from_state as from, to_state as to from state_moves where machine = ?',
        [name],
      );
      const inDomain = pairsOf(states).filter(([from, to]) => moves[from]?.includes(to));
      expect(rows.map(({ from, to }) => `${from} → ${to}`)).to.have.members(
        inDomain.map(([from, to]) => `${from} → ${to}`),
      );
    });

    it(`take every state of the ${name} machine and refuse one that does not exist`, async () => {
      for (const state of states) await db.store.transaction(em => insert(em, state));
      expect(await refusalOf(db.store.transaction(em => insert(em, 'LOST')))).to.match(/status/);
    });

    it(`allow each legal move of the ${name} machine and refuse each illegal one, whoever writes`, async () => {
      for (const [from, to] of pairsOf(states)) {
        if (from === to) continue;
        const changes = { status: to, ...facts(to) };
        const outcome = await refusalOf(
          db.store.transaction(async em => {
            const id = await insert(em, from);
            const set = Object.keys(changes).map(column => `${column} = ?`);
            await em.execute(`update ${table} set ${set.join(', ')} where id = ?`, [...Object.values(changes), id]);
          }),
        );
        expect(outcome, `${name}: ${from} → ${to}`).to.equal(moves[from]?.includes(to) ? 'accepted' : 'state_moves');
      }
    });
  }
});

describe('what the orders table asks of a row', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());

  const rows: [string, string, string][] = [
    ['a wait without its reason', `status = 'WAITING', wait_reason = null`, 'orders_wait_has_reason'],
    ['a reason to wait without a wait', `wait_reason = 'HOLD'`, 'orders_wait_has_reason'],
    ['a failure without its reason', `status = 'FAILED', reason = null`, 'orders_end_has_reason'],
    ['a review without its reason', `status = 'NEEDS_REVIEW', reason = null`, 'orders_end_has_reason'],
    ['buying without an address', `status = 'PURCHASING', ship_to = null`, 'orders_buying_is_ready'],
    ['buying without a product', `status = 'PURCHASING', product_id = null`, 'orders_buying_is_ready'],
    ['buying without a maximum', `status = 'PURCHASING', max_cost_minor = null`, 'orders_buying_is_ready'],
    ['buying without a rate', `status = 'PURCHASING', fx_rate = null`, 'orders_buying_is_ready'],
    ['no pieces', 'quantity = 0', 'orders_quantity_check'],
    ['a negative price', 'sale_minor = -1', 'orders_sale_minor_check'],
    ['proceeds held by nobody', `proceeds_held_by = 'buyer'`, 'orders_proceeds_held_by_check'],
  ];
  for (const [what, change, constraint] of rows)
    it(`refuses ${what}`, async () => {
      const order = await db.store.transaction(em => insertOrder(em));
      const write = db.store.transaction(em => em.execute(`update orders set ${change} where id = ?`, [order.id]));
      expect(await refusalOf(write)).to.equal(constraint);
    });
});
