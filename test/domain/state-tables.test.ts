/** Covers: domain/state-table.ts, domain/order.ts, domain/payment.ts, domain/payout-leg.ts, domain/supplier-order.ts. */
import { expect } from 'chai';
import { orderMoves } from '../../domain/order.ts';
import { paymentMoves } from '../../domain/payment.ts';
import { legMoves } from '../../domain/payout-leg.ts';
import { assertMove, IllegalMove, isFinal, mayMove, type StateTable } from '../../domain/state-table.ts';
import { supplierOrderMoves } from '../../domain/supplier-order.ts';

type Machine = {
  name: string;
  moves: StateTable<string>;
  starts: readonly string[];
  finals: readonly string[];
};

/** Where a row may begin, and where it can never leave. */
const machines: readonly Machine[] = [
  { name: 'order', moves: orderMoves, starts: ['CREATED'], finals: [] },
  { name: 'payment', moves: paymentMoves, starts: ['PENDING'], finals: ['DECLINED'] },
  {
    name: 'supplier order',
    moves: supplierOrderMoves,
    starts: ['PLACED_UNPAID'],
    finals: ['DELIVERED', 'CANCELLED'],
  },
  { name: 'payout leg', moves: legMoves, starts: ['PENDING'], finals: [] },
];

function reachable(moves: StateTable<string>, starts: readonly string[]): Set<string> {
  const seen = new Set(starts);
  for (const state of seen) for (const next of moves[state] ?? []) seen.add(next);
  return seen;
}

for (const { name, moves, starts, finals } of machines) {
  const states = Object.keys(moves);
  const pairs = states.flatMap(from => states.map(to => ({ from, to })));

  describe(`the states of ${name}s`, () => {
    it('are all reachable from where it begins', () => {
      expect([...reachable(moves, starts)]).to.have.members(states);
    });

    it('lead only to states that exist, each named once', () => {
      for (const [from, next] of Object.entries(moves)) {
        expect(states, from).to.include.members([...next]);
        expect(new Set(next).size, from).to.equal(next.length);
      }
    });

    it(`have no exit from ${finals.join(' and ') || 'no state'}, and one from every other`, () => {
      expect(states.filter(state => isFinal(moves, state))).to.have.members([...finals]);
    });

    it('allow what the table says and refuse every other move', () => {
      const legal = new Set(Object.entries(moves).flatMap(([from, next]) => next.map(to => `${from} → ${to}`)));
      for (const { from, to } of pairs) {
        const attempt = () => assertMove(moves, `${name} 7`, from, to);
        expect(mayMove(moves, from, to)).to.equal(legal.has(`${from} → ${to}`));
        if (legal.has(`${from} → ${to}`)) expect(attempt).not.to.throw();
        else expect(attempt).to.throw(IllegalMove, `${name} 7 cannot move from ${from} to ${to}`);
      }
    });
  });
}

describe('the road of an order', () => {
  const into = (state: string) =>
    Object.entries(orderMoves).flatMap(([from, to]) => (to.some(s => s === state) ? [from] : []));

  it('refunds only what has finally failed, and a refund ends refunded or before a person', () => {
    expect(into('REFUNDING')).to.deep.equal(['FAILED']);
    expect(orderMoves.REFUNDING).to.have.members(['REFUNDED', 'NEEDS_REVIEW']);
    expect(into('REFUNDED')).to.deep.equal(['REFUNDING']);
  });

  it('buys only what was paid: nothing goes from CREATED to buying without passing PAID, a wait or a person', () => {
    expect(orderMoves.CREATED).not.to.include.members(['PURCHASING']);
    expect(into('PURCHASING')).to.have.members(['PAID', 'WAITING', 'NEEDS_REVIEW']);
  });

  it('never fails what was bought, and never revives what was refunded', () => {
    for (const state of ['PURCHASED', 'SHIPPED', 'DELIVERED'] as const)
      expect(orderMoves[state]).not.to.include('FAILED');
    expect(into('PAID')).not.to.include.members(['REFUNDING']);
    expect(into('PAID')).not.to.include.members(['REFUNDED']);
  });

  it('lets a person look at every order, also one that is over: its money may come again', () => {
    for (const [state, next] of Object.entries(orderMoves))
      if (state !== 'NEEDS_REVIEW') expect(next, state).to.include('NEEDS_REVIEW');
  });
});

describe('the states of a payout leg', () => {
  it('lead to PAID only from where the provider has it, or by a person', () => {
    const into = Object.entries(legMoves).flatMap(([from, to]) => (to.includes('PAID') ? [from] : []));
    expect(into).to.have.members(['SENT', 'UNCLAIMED', 'NEEDS_REVIEW']);
  });

  it('never send again what was paid, without its coming back first', () => {
    expect(legMoves.PAID).to.have.members(['RETURNED', 'REVERSED']);
  });
});
