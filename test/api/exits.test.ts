/** Covers: api/routes/decisions.ts, transactions/decisions/order-choices.ts, transactions/decisions/payout-choices.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../domain/ids.ts';
import { jobForOrder } from '../../queues/next-job.ts';
import { checkLedger } from '../../store/books/ledger-check.ts';
import { legsOfOrder } from '../../store/payouts/legs.ts';
import type { OrderDecisionName } from '../../transactions/decisions/decision-schemas.ts';
import { usdText as usd } from '../support/money.ts';
import { parkedOf } from '../workers/workbench.ts';
import { type Api, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';
import { stuckOrders } from './stuck-orders.ts';

const paidFor = (numbers: readonly string[], amount: string) =>
  numbers.map(number => ({ number, cost: { amount, currency: 'USD' } }));

/** Where an order stands for a person, and every way on: what is sent with the decision, and where the order ends. */
type Case = {
  readonly when: string;
  /** Brings an order there by its own road. */
  readonly arrange: () => Promise<string>;
  readonly stands: object;
  readonly exits: { readonly [Name in OrderDecisionName]?: { body?: (id: string) => object; ends: object } };
};

/** Each decision as it may be said of any order; what does not fit the facts is refused by them. */
const said: Readonly<Record<OrderDecisionName, object>> = {
  'go-on': {},
  delivered: {},
  bought: { supplierOrders: ['8193999999999998'] },
  'bought-for': { paid: [{ number: '8193999999999999', cost: usd('14.49') }] },
  supplied: { cost: usd('0.00') },
  'not-coming': { returned: usd('0.00'), lost: usd('0.00') },
  'supplier-refunded': { returned: usd('14.49'), lost: usd('0.00') },
  'marketplace-refunded': { amount: usd('5.00') },
  'buy-again': {},
  'refund-again': {},
  refunded: { amount: usd('29.99'), reference: 'TRANSFER-1' },
  fail: {},
};

describe('every reason has an exit, by amount', () => {
  let api: Api;
  let stuck: ReturnType<typeof stuckOrders>;
  before(async () => {
    api = await openApi();
    stuck = stuckOrders(api);
  });
  after(() => api[Symbol.asyncDispose]());
  afterEach(async () => expect(await api.stage.store.read(em => checkLedger(em))).to.deep.equal([]));

  const supplied = { ends: { status: 'DELIVERED', suppliedByHandAt: true } };
  const refundedByTransfer = { ends: { status: 'NEEDS_REVIEW' } };
  const cases: readonly Case[] = [
    {
      when: 'it waits and nothing is ordered',
      arrange: () => stuck.aboveCap(),
      stands: { status: 'WAITING', waitReason: 'ORDER_ABOVE_CAP' },
      exits: {
        supplied,
        'buy-again': { ends: { status: 'PURCHASED' } },
        // Nothing is left to buy it with.
        refunded: { ends: { status: 'REFUNDED' } },
        fail: { ends: { status: 'REFUNDED' } },
      },
    },
    {
      when: 'nobody knows whether it was ordered',
      arrange: () => stuck.inDoubt(),
      stands: { status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' },
      exits: {
        // Numbers that nobody has: a person hears of it again.
        bought: { ends: { status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' } },
        'bought-for': { ends: { status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', saleBookedAt: true } },
        supplied,
        'buy-again': { ends: { status: 'PURCHASED' } },
        refunded: refundedByTransfer,
        fail: { ends: { status: 'REFUNDED' } },
      },
    },
    {
      when: 'it is ordered, and cannot be read at the supplier',
      arrange: () => stuck.orderedUnread(),
      stands: { status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' },
      exits: {
        'go-on': { ends: { status: 'PURCHASED' } },
        'bought-for': {
          body: async id => ({ paid: paidFor(await stuck.numbersOf(id), '13.50') }),
          ends: { status: 'PURCHASED', saleBookedAt: true },
        },
        'not-coming': {
          body: () => ({ returned: usd('10.00'), lost: usd('4.49') }),
          ends: { status: 'NEEDS_REVIEW' },
        },
        refunded: refundedByTransfer,
      },
    },
    {
      when: 'one of two supplier orders was paid, and the other closed unpaid: 13.50 was in no book',
      arrange: () => stuck.halfPaid(),
      stands: { status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' },
      exits: {
        'go-on': { ends: { status: 'NEEDS_REVIEW' } },
        'bought-for': {
          body: async id => ({ paid: paidFor((await stuck.numbersOf(id)).slice(0, 1), '13.50') }),
          ends: { status: 'PURCHASED', saleBookedAt: true },
        },
        'not-coming': {
          body: () => ({ returned: usd('13.50'), lost: usd('0.00') }),
          ends: { status: 'NEEDS_REVIEW' },
        },
        refunded: refundedByTransfer,
      },
    },
    {
      when: 'the supplier cancelled after it was paid and booked',
      arrange: () => stuck.cancelledAfterwards(),
      stands: { status: 'WAITING', waitReason: 'SUPPLIER_REFUND_UNPROVEN' },
      exits: {
        'go-on': { ends: { status: 'WAITING' } },
        delivered: { ends: { status: 'WAITING' } },
        'not-coming': {
          body: () => ({ returned: usd('14.00'), lost: usd('0.49') }),
          ends: { status: 'NEEDS_REVIEW', frozenFor: null },
        },
        'supplier-refunded': { ends: { status: 'PURCHASED', frozenFor: null } },
        // Nobody pays for goods whose buyer has the money back, and nothing is bought again.
        refunded: { ends: { status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' } },
      },
    },
    {
      when: 'its sale is booked, and its parcels cannot be followed',
      arrange: () => stuck.untracked(),
      stands: { status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' },
      exits: {
        'go-on': { ends: { status: 'PURCHASED' } },
        delivered: { ends: { status: 'DELIVERED' } },
        'not-coming': {
          body: () => ({ returned: usd('0.00'), lost: usd('14.49') }),
          ends: { status: 'NEEDS_REVIEW', saleBookedAt: null },
        },
        refunded: refundedByTransfer,
      },
    },
    {
      when: 'nobody knows whether its refund has arrived',
      arrange: () => stuck.refundInDoubt(),
      stands: { status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' },
      exits: {
        'refund-again': { ends: { status: 'REFUNDED' } },
        // Nothing is sent beside the transfer.
        refunded: { ends: { status: 'NEEDS_REVIEW', frozenFor: null } },
        // The same refund is looked for, and sent once more.
        fail: { ends: { status: 'REFUNDED' } },
      },
    },
    {
      when: 'its seller is to refund it at the marketplace',
      arrange: () => stuck.leftToItsSeller(),
      stands: { status: 'NEEDS_REVIEW', reason: 'REFUND_BY_SELLER' },
      exits: {
        supplied,
        'buy-again': { ends: { status: 'NEEDS_REVIEW', reason: 'REFUND_BY_SELLER' } },
        refunded: refundedByTransfer,
        fail: { ends: { status: 'NEEDS_REVIEW', reason: 'REFUND_BY_SELLER' } },
      },
    },
  ];

  const decide = (id: string, decision: string, body: object) =>
    api.call('POST', `/api/admin/orders/${id}/decide`, {
      as: api.admin,
      body: { decision, why: 'looked at the site', ...body },
    });
  /** Its jobs, and twice what a sweep would give it to do. */
  const carryOn = async (id: string) => {
    await api.stage.drain();
    for (let round = 0; round < 2; round += 1) {
      const job = jobForOrder(await api.stage.order(id));
      if (job) await api.stage.perform(job.queue as 'fulfill', id);
      await api.stage.drain();
    }
  };
  const isSet = (value: unknown) => (value instanceof Date ? true : value);
  const state = async (id: string, like: object) => {
    const order: Record<string, unknown> = { ...(await api.stage.order(id)) };
    return Object.fromEntries(Object.keys(like).map(key => [key, isSet(order[key])]));
  };

  for (const { when, arrange, stands, exits } of cases)
    describe(`when ${when}`, () => {
      for (const [decision, exit] of Object.entries(exits))
        it(`${decision} leads to ${JSON.stringify(exit.ends)}`, async () => {
          const id = await arrange();
          api.stage.jobs.length = 0;
          expect(await state(id, stands)).to.deep.equal(stands);
          const body = (await exit.body?.(id)) ?? said[decision as OrderDecisionName];
          const answer = await decide(id, decision, body);
          expect(answer.status, answer.text).to.equal(202);
          await carryOn(id);
          expect(await state(id, exit.ends)).to.deep.equal(exit.ends);
        });

      it('everything else is refused, with the reason why, and changes nothing', async () => {
        const id = await arrange();
        const before = await api.stage.order(id);
        for (const [decision, body] of Object.entries(said)) {
          if (decision in exits) continue;
          const answer = await decide(id, decision, body);
          expect(answer.status, `${decision}: ${answer.text}`).to.equal(409);
          expect(answer.json.detail, decision).to.be.a('string').and.not.to.equal('');
        }
        expect(await state(id, stands)).to.deep.equal(stands);
        expect((await api.stage.order(id)).stateEntry).to.equal(before.stateEntry);
      });
    });

  it('goods that do not come leave no share behind, and what is lost is the platform’s', async () => {
    const id = await stuck.cancelledAfterwards();
    await decide(id, 'not-coming', { returned: usd('14.00'), lost: usd('0.49') });
    expect((await api.stage.store.read(em => legsOfOrder(em, id as OrderId))).map(leg => leg.status)).to.deep.equal([
      'CANCELLED',
      'CANCELLED',
    ]);
    const lost = await api.rows(
      `select sum(p.amount_minor)::text as minor from ledger_postings p join ledger_transactions t on t.id = p.transaction_id
       where t.order_id = ? and p.account = 'lost'`,
      [id],
    );
    expect(lost).to.deep.equal([{ minor: '49' }]);
    await decide(id, 'fail', {});
    await api.stage.drain();
    expect((await api.stage.order(id)).status).to.equal('REFUNDED');
    expect(await parkedOf(api.stage, id)).to.deep.equal([]);
  });

  it('a supplier order that was paid and then cancelled is no part of what was bought: it was owed and in no book', async () => {
    const { stage } = api;
    const id = await stuck.halfPaid();
    const [closed, comes] = (await stuck.numbersOf(id)).toReversed();
    await api.rows('update supplier_orders set was_paid = true, cost_minor = 1500 where number = ?', [closed]);
    await api.rows('update supplier_orders set was_paid = false where number = ?', [comes]);
    await decide(id, 'bought-for', { paid: paidFor([comes ?? ''], '9.00') });
    await carryOn(id);
    expect(await stage.order(id)).to.include({ status: 'PURCHASED', frozenFor: null });
    expect(await parkedOf(stage, id)).to.deep.equal([]);
  });

  it('goods that were not supplied after all are undone like ordered ones, and may be supplied once more', async () => {
    const id = await stuck.aboveCap();
    for (const cost of ['3.00', '4.00']) {
      expect((await decide(id, 'supplied', { cost: usd(cost) })).status).to.equal(202);
      await api.stage.perform('create-sale', id);
      await api.rows(`update orders set status = 'NEEDS_REVIEW', reason = 'PROGRAM_ERROR' where id = ?`, [id]);
      if (cost === '3.00') await decide(id, 'not-coming', { returned: usd('1.00'), lost: usd('2.00') });
    }
    expect(await parkedOf(api.stage, id)).to.deep.equal([]);
    const bookedOn = await api.rows(
      `select p.account, sum(p.amount_minor)::text as minor from ledger_postings p join ledger_transactions t on t.id = p.transaction_id
       where t.order_id = ? and p.account in ('cash:elsewhere', 'lost') group by 1 order by 1`,
      [id],
    );
    expect(bookedOn).to.deep.equal([
      { account: 'cash:elsewhere', minor: '-600' },
      { account: 'lost', minor: '200' },
    ]);
  });

  it('what goods cost is said as it is booked, and never in another currency', async () => {
    const id = await stuck.cancelledAfterwards();
    const short = await decide(id, 'not-coming', { returned: usd('14.00'), lost: usd('0.00') });
    expectProblem(short, 409, 'AMOUNTS_DIFFER');
    const euros = { amount: '14.49', currency: 'EUR' };
    expectProblem(await decide(id, 'not-coming', { returned: euros, lost: usd('0.00') }), 409, 'AMOUNTS_DIFFER');
  });

  it('money that a buyer has by a transfer is given back once, and no more than they paid', async () => {
    const id = await stuck.leftToItsSeller();
    const transfer = (amount: string, reference: string) => decide(id, 'refunded', { amount: usd(amount), reference });
    expectProblem(await transfer('30.00', 'T-1'), 409, 'MORE_THAN_LEFT');
    expect((await transfer('10.00', 'T-100')).status).to.equal(202);
    expectProblem(await transfer('10.00', 'T-100'), 409, 'REFERENCE_TAKEN');
    expect((await transfer('19.99', 'T-101')).status).to.equal(202);
    await decide(id, 'fail', {});
    await api.stage.drain();
    expect((await api.stage.order(id)).status).to.equal('REFUNDED');
  });
});
