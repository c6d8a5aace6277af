/** Covers: dashboard/pages/decision.ts, transactions/decisions/order-choices.ts. */
import { randomInt, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { freezes, orderStates } from '../../domain/order.ts';
import { legStates } from '../../domain/payout-leg.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import { leftOpen } from '../../store/payouts/legs.ts';
import type { OrderDecisionName, PayoutDecisionName } from '../../transactions/decisions/decision-schemas.ts';
import { decidedIn } from '../../transactions/decisions/order-choices.ts';
import { berlin } from '../support/stage.ts';
import { addEffect, payFor, soldWithPayout, wayTo } from './order-in-state.ts';
import { openWorld, operator, type visitor, type World } from './world.ts';

type Fields = Readonly<Record<string, string>>;
const usd = (name: string, amount: string): Fields => ({ [name]: amount, [`${name}Currency`]: 'USD' });
const bank = (): Fields => ({ reference: `bank-${randomUUID().slice(0, 8)}` });
const number = (): Fields => ({ supplierOrders: String(randomInt(2 ** 40, 2 ** 41)) });

/** What the form of each decision sends. */
const orderForms: Readonly<Record<OrderDecisionName, () => Fields>> = {
  'go-on': () => ({}),
  delivered: () => ({}),
  bought: number,
  'bought-for': () => ({ ...number(), ...usd('costs', '20.00') }),
  supplied: () => usd('cost', '0'),
  'buy-again': () => ({}),
  'not-coming': () => ({ ...usd('returned', '0'), ...usd('lost', '0') }),
  'supplier-refunded': () => ({ ...usd('returned', '0'), ...usd('lost', '0') }),
  'marketplace-refunded': () => usd('amount', '0'),
  'refund-again': () => ({}),
  refunded: () => ({ ...usd('amount', '5.00'), ...bank() }),
  fail: () => ({}),
};
const payoutForms: Readonly<Record<PayoutDecisionName, () => Fields>> = {
  paid: bank,
  'not-paid': () => ({}),
  'pay-again': () => ({}),
  'paid-elsewhere': () => ({ ...usd('amount', '1.00'), ...bank() }),
};

type Situation = { readonly facts: Partial<Order>; readonly isPaid?: true; readonly buy?: Effect['status'] };
const why = (status: Order['status']): Partial<Order> => {
  if (status === 'WAITING') return { waitReason: 'SUPPLIER_UNPAID' };
  return status === 'NEEDS_REVIEW' || status === 'FAILED' ? { reason: 'PROGRAM_ERROR' } : {};
};
const orderSituations: readonly Situation[] = orderStates.flatMap((status): Situation[] => {
  const facts = { status, ...why(status) };
  if (!decidedIn.includes(status)) return [{ facts, isPaid: true }];
  const unbought: Situation = { facts, isPaid: true };
  return [
    { facts },
    unbought,
    { ...unbought, buy: 'OPEN' },
    { ...unbought, buy: 'DONE' },
    ...freezes.map((frozenFor): Situation => ({ ...unbought, facts: { ...facts, frozenFor } })),
  ];
});

const payoutSituations = legStates.flatMap(state =>
  ([undefined, 'OPEN', 'DONE'] as const).flatMap(pay =>
    (state === 'NEEDS_REVIEW' ? [null, ...leftOpen] : [null]).map(reason => ({ state, pay, reason: reason ?? null })),
  ),
);

/** Where it is shown, and where it is decided about. */
type Thing = { readonly page: string; readonly action: string };

describe('the decisions that an order’s page offers', () => {
  let world: World;
  let admin: ReturnType<typeof visitor>;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
  });
  after(() => world.close());

  async function orderIn({ facts, isPaid, buy }: Situation): Promise<Thing> {
    const id = await world.addOrder({ shipTo: berlin, maxCostMinor: 2_500n, fxRate: '1', ...facts });
    if (isPaid) await payFor(world, id);
    if (buy) await addEffect(world, { purpose: 'buy', subject: id, status: buy });
    return { page: `/orders/${id}`, action: `/orders/${id}/decide` };
  }
  async function payoutIn({ state, pay, reason }: (typeof payoutSituations)[number]): Promise<Thing> {
    const { order, leg } = await soldWithPayout(world, wayTo(state), reason);
    if (pay) await addEffect(world, { purpose: 'pay', subject: leg, status: pay });
    return { page: `/orders/${order}`, action: `/legs/${leg}/decide` };
  }
  async function offered({ page, action }: Thing): Promise<string[]> {
    const { text } = await admin.get(page).expect(200);
    const form = new RegExp(`action="${action}">\\s*<input type="hidden" name="decision" value="([a-z-]+)"`, 'g');
    return [...text.matchAll(form)].map(([, name = '']) => name);
  }
  const decide = async ({ action }: Thing, decision: string, fields: Fields) =>
    (
      await admin
        .post(action)
        .type('form')
        .send({ decision, why: 'looked there', ...fields })
    ).status;

  /** What is offered is taken, of a thing of its own each time; what is not offered is refused, and changes nothing. */
  async function walk(make: () => Promise<Thing>, forms: Readonly<Record<string, () => Fields>>): Promise<void> {
    const thing = await make();
    const choices = await offered(thing);
    for (const [name, fields] of Object.entries(forms)) {
      if (choices.includes(name)) expect(await decide(await make(), name, fields()), `${name}, offered`).to.equal(303);
      else expect(await decide(thing, name, fields()), `${name}, not offered`).to.equal(409);
    }
    expect(await offered(thing)).to.deep.equal(choices);
  }

  for (const situation of orderSituations) {
    const { facts, isPaid, buy = 'none' } = situation;
    const named = [facts.status, isPaid ? 'paid' : 'unpaid', `purchase ${buy}`, facts.frozenFor]
      .filter(Boolean)
      .join(', ');
    it(`are those that are taken: ${named}`, () => walk(() => orderIn(situation), orderForms));
  }
  for (const situation of payoutSituations)
    it(`about a payout are those that are taken: ${Object.values(situation).join(', ')}`, () =>
      walk(() => payoutIn(situation), payoutForms));
});
