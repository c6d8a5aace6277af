import { expect } from 'chai';
import { orderStates } from '../../../domain/order.ts';
import { legStates } from '../../../domain/payout-leg.ts';
import type { Effect, PayoutLeg } from '../../../store/entities/money.ts';
import type { Order, SupplierOrder } from '../../../store/entities/order.ts';
import { leftOpen } from '../../../store/payouts/legs.ts';
import {
  decidedIn,
  isClosedUnbooked,
  type OrderFacts,
  orderChoices,
} from '../../../transactions/decisions/order-choices.ts';
import { payoutChoices } from '../../../transactions/decisions/payout-choices.ts';

const done = { status: 'DONE', lastCode: null } as Effect;
const said = { status: 'DONE', lastCode: 'DECIDED_BY_PERSON' } as Effect;
const doubtful = { status: 'OPEN', lastSentAt: new Date(0) } as Effect;
const unsent = { status: 'OPEN', lastSentAt: null } as Effect;
const paidRow = { wasPaid: true, rawStatus: 'FINISH', status: 'PAID' } as SupplierOrder;
const closedRow = { wasPaid: true, rawStatus: 'FINISH', status: 'CANCELLED' } as SupplierOrder;

/** Everything that the facts may say together, and some that they never do. */
function* everyFact(): Generator<OrderFacts> {
  for (const status of decidedIn)
    for (const saleBookedAt of [null, new Date(0)])
      for (const buy of [null, unsent, doubtful, said, done])
        for (const refund of [null, doubtful, done])
          for (const placed of [[], [paidRow], [closedRow]])
            for (const isBooked of [false, true])
              for (const moneyIsHere of [true, false])
                for (const frozenFor of [null, 'DISPUTE', 'SUPPLIER_CANCELLED'] as const) {
                  const order = { status, saleBookedAt } as Order;
                  const more = { supplierOwes: false, refundUntold: false, wasRefunded: false };
                  yield { order, buy, refund, placed, isBooked, moneyIsHere, frozenFor, ...more };
                }
}

const allowed = (choices: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(choices).filter(name => choices[name] === null);

describe('what may be decided', () => {
  it('is never nothing, whatever the facts of an order that waits or needs a review', () => {
    for (const facts of everyFact()) expect(allowed(orderChoices(facts)), JSON.stringify(facts)).not.to.deep.equal([]);
  });

  it('never gives the goods up and keeps them', () => {
    for (const facts of everyFact()) {
      const names = allowed(orderChoices(facts));
      if (facts.buy?.status !== 'DONE') expect(names).not.to.include('not-coming');
      else if (facts.placed.some(({ wasPaid }) => wasPaid) && !isClosedUnbooked(facts))
        for (const name of ['buy-again', 'fail', 'supplied']) expect(names).not.to.include(name);
    }
  });

  it('is nothing while an order is at work, or over', () => {
    const [facts] = [...everyFact()];
    for (const status of orderStates.filter(state => !decidedIn.includes(state)))
      expect(allowed(orderChoices({ ...facts!, order: { ...facts!.order, status } as Order }))).to.deep.equal([]);
  });

  it('of a payout is something wherever nobody else moves it', () => {
    for (const status of legStates)
      for (const pay of [null, unsent, doubtful, said, done])
        for (const reason of [null, ...leftOpen, 'EFFECT_CONTRADICTED']) {
          for (const others of pay ? [[], [{ status: 'PAID' } as PayoutLeg]] : [[]]) {
            const names = allowed(payoutChoices({ leg: { status, reason } as PayoutLeg, pay, others }));
            if (['FAILED', 'RETURNED', 'REVERSED', 'UNCLAIMED', 'NEEDS_REVIEW'].includes(status))
              expect(names, `${status} ${reason} ${pay?.status}`).not.to.deep.equal([]);
            if (['PENDING', 'SENT', 'PAID', 'CANCELLED'].includes(status)) expect(names, status).to.deep.equal([]);
          }
        }
  });
});
