/** Covers: store/send-once.ts, workers/processors.ts. */
import { expect } from 'chai';
import type { LegId, OrderId } from '../../domain/ids.ts';
import { changeSettings } from '../../store/accounts/users.ts';
import { checkLedger } from '../../store/books/ledger-check.ts';
import { storeEvent } from '../../store/events/inbound-events.ts';
import { ledgerTotals } from '../../store/money/ledger.ts';
import { paymentsOf } from '../../store/money/payments.ts';
import { supplierOrdersOf } from '../../store/orders/supplier-orders.ts';
import { findLeg, legsOfOrder } from '../../store/payouts/legs.ts';
import { processors } from '../../workers/processors.ts';
import { createStage, type SandboxEffect, type Seller, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { Death, mortal } from './mortal.ts';
import { fromNow, hintOf, hourMs, ordersAt, performWith, placeOnEbay, rows } from './workbench.ts';

/** A piece of work that a process may die in; `subject` is the row that its job is for. */
type Work = {
  what: string;
  queue: keyof typeof processors;
  table: 'orders' | 'payout_legs' | 'inbound_events';
  prepare(): Promise<string>;
  done(subject: string): Promise<boolean>;
  /** What it causes outside, and how often. */
  causes?: SandboxEffect['kind'];
};

describe('a process that dies between any two of its commits and calls', function () {
  this.timeout(60_000);
  let stage: Stage;
  let seller: Seller;
  let payee: Seller;
  before(async () => {
    stage = await createStage();
    await stage.control('settings', { payoutSettleMs: 0 });
    await stage.control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '1000000' });
    seller = await stage.hireSeller();
    payee = await stage.hireSeller();
    await stage.store.transaction(async em => {
      await changeSettings(em, seller.id, { refundPolicy: 'automatic' });
      await changeSettings(em, payee.id, { payoutProvider: 'payoneer', payoutReceiver: 'payee-1' });
    });
    // Who dies while the very first balance is read holds the others up until its claim ends.
    await letThrough();
  });
  after(() => stage[Symbol.asyncDispose]());

  const statusIs = (wanted: string) => async (id: string) => (await stage.order(id)).status === wanted;
  const legsOf = (order: string) => stage.store.read(em => legsOfOrder(em, order as OrderId));
  const legStatus = async (id: string) => (await stage.store.read(em => findLeg(em, id as LegId)))?.status;
  const legPaid = async (id: string) => (await legStatus(id)) === 'PAID';

  const checkout = async (by = seller, stock = 50) => (await stage.checkout(await stage.stockUp(by, { stock }))).id;
  const paid = async (by = seller, stock = 50) => (await stage.paidOrder(await stage.stockUp(by, { stock }))).id;
  const broughtTo = async (order: string, ...queues: Work['queue'][]) => {
    for (const queue of queues) await stage.perform(queue, order);
    return order;
  };
  const letThrough = async () => broughtTo(await paid(), 'fulfill');
  const bought = async () => broughtTo(await paid(), 'fulfill', 'purchase');
  const toRefund = async () => broughtTo(await paid(seller, 0), 'fulfill', 'purchase');
  const legOf = async (by: Seller) => {
    const legs = await legsOf(await broughtTo(await paid(by), 'fulfill', 'purchase', 'create-sale'));
    return legs.find(({ beneficiary }) => beneficiary === 'reseller')?.id ?? '';
  };
  const placed = new Map<string, string>();
  const toldByEbay = async () => {
    const goods = await stage.stockUp(seller);
    const number = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 2_999 }] });
    const event = await hintOf(stage, seller, 'ebay', number);
    placed.set(event, number);
    return event;
  };
  /** The work was done once, and its answer never came: it is to be found. */
  const unanswered =
    (queue: Work['queue'], provider: string, operation: string, made: () => Promise<string>) => async () => {
      const subject = await made();
      await stage.control('faults', { provider, operation, kind: 'drop-reply', times: 1 });
      expect(await stage.perform(queue, subject)).to.match(/^uncertain/);
      return subject;
    };

  const soldAs = new Map<string, string>();
  /** A booked sale; then something happens to its payment at PayPal, which sends an event about it. */
  const toldByPayPal = (type: string, happens: (captureId: string) => Promise<Record<string, unknown>>) => async () => {
    const order = await broughtTo(await bought(), 'create-sale');
    const [payment] = await stage.store.read(em => paymentsOf(em, order as OrderId));
    const body = Buffer.from(
      JSON.stringify({
        id: 'WH-TOLD',
        event_type: type,
        resource_type: 'any',
        resource: await happens(payment?.reference ?? ''),
      }),
    );
    const event = { source: 'paypal', eventId: `WH-${order}`, type, headers: {}, body } as const;
    const stored = await stage.store.transaction(em => storeEvent(em, { ...event, credentialId: null, wanted: true }));
    soldAs.set(stored?.id ?? '', order);
    return stored?.id ?? '';
  };
  const refundedAtPayPal = async (captureId: string) => {
    const { refundId: id } = await stage.control<{ refundId: string }>('refund', { captureId, amountMinor: '500' });
    return { id, links: [{ rel: 'up', href: `https://api.paypal.com/v2/payments/captures/${captureId}` }] };
  };
  const disputedAtPayPal = async (captureId: string) => ({
    dispute_id: (await stage.control<{ id: string }>('dispute', { captureId, status: 'OPEN' })).id,
  });
  const cancelledBySupplier = async () => {
    const order = await broughtTo(await bought(), 'create-sale');
    const [row] = await stage.store.read(em => supplierOrdersOf(em, order as OrderId));
    await stage.control('supplier', { number: row?.number, status: 'FINISH', endReason: 'CANCELED' });
    return order;
  };
  /** It was dealt with, and the payment that it is about has become what PayPal says. */
  const heard = (payment: string) => async (event: string) => {
    const facts = `select e.status as event, p.status as payment from inbound_events e
      join payments p on p.order_id = ? where e.id = ?`;
    const [row] = await rows<{ event: string; payment: string }>(stage, facts, [soldAs.get(event), event]);
    return row?.event === 'APPLIED' && row.payment === payment;
  };

  const importing = { queue: 'import-order', table: 'inbound_events' } as const;
  const applying = { queue: 'apply-event', table: 'inbound_events' } as const;
  const capturing = { queue: 'capture-payment', table: 'orders', done: statusIs('PAID'), causes: 'capture' } as const;
  const buying = {
    queue: 'purchase',
    table: 'orders',
    done: statusIs('PURCHASED'),
    causes: 'supplier-order',
  } as const;
  const paying = { queue: 'payout', table: 'payout_legs', done: legPaid, causes: 'payout' } as const;
  const refunding = { queue: 'refund', table: 'orders', done: statusIs('REFUNDED'), causes: 'refund' } as const;

  const works: readonly Work[] = [
    {
      what: 'an import',
      ...importing,
      prepare: toldByEbay,
      done: async event => (await ordersAt(stage, placed.get(event) ?? ''))[0]?.status === 'PAID',
    },
    { what: 'a capture', ...capturing, prepare: checkout },
    {
      what: 'a capture that is found',
      ...capturing,
      prepare: unanswered('capture-payment', 'paypal', 'capture', checkout),
    },
    {
      what: 'letting an order through',
      queue: 'fulfill',
      table: 'orders',
      prepare: paid,
      done: statusIs('PURCHASING'),
    },
    { what: 'a purchase', ...buying, prepare: letThrough },
    {
      what: 'a purchase that is repeated',
      ...buying,
      prepare: unanswered('purchase', 'aliexpress', 'order-create', letThrough),
    },
    {
      what: 'a purchase that is impossible',
      queue: 'purchase',
      table: 'orders',
      prepare: async () => broughtTo(await paid(seller, 0), 'fulfill'),
      done: statusIs('REFUNDING'),
    },
    {
      what: 'the booking of a sale',
      queue: 'create-sale',
      table: 'orders',
      prepare: bought,
      done: async id => (await legsOf(id)).length === 2,
    },
    { what: 'a payout by PayPal', ...paying, prepare: () => legOf(seller) },
    {
      what: 'a payout by PayPal that is repeated',
      ...paying,
      prepare: unanswered('payout', 'paypal', 'create-payout', () => legOf(seller)),
    },
    {
      what: 'a payout by Payoneer that is found',
      ...paying,
      prepare: unanswered('payout', 'payoneer', 'create-payout', () => legOf(payee)),
    },
    {
      what: 'hearing of a refund',
      ...applying,
      done: heard('PARTIALLY_REFUNDED'),
      prepare: toldByPayPal('PAYMENT.CAPTURE.REFUNDED', refundedAtPayPal),
    },
    {
      what: 'hearing of a dispute',
      ...applying,
      done: heard('DISPUTED'),
      prepare: toldByPayPal('CUSTOMER.DISPUTE.CREATED', disputedAtPayPal),
    },
    {
      what: 'seeing that the supplier has cancelled',
      queue: 'track-shipment',
      table: 'orders',
      prepare: cancelledBySupplier,
      done: statusIs('WAITING'),
    },
    { what: 'a refund', ...refunding, prepare: toRefund },
    { what: 'a refund that is found', ...refunding, prepare: unanswered('refund', 'paypal', 'refund', toRefund) },
  ];

  type Life = { subject: string; died: string };

  /** The work with a death at each of its steps in turn. */
  const dieAtEachStep = async ({ queue, prepare }: Pick<Work, 'queue' | 'prepare'>): Promise<Life[]> => {
    const lives: Life[] = [];
    for (;;) {
      const subject = await prepare();
      const { context, steps } = mortal(stage.context, lives.length);
      const run = processors[queue] as (payload: Record<string, string>, ctx: typeof context) => Promise<string>;
      const end = await run({ orderId: subject, legId: subject, eventId: subject }, context).catch(error => error);
      if (typeof end === 'string') return lives;
      expect(end).to.be.instanceOf(Death);
      lives.push({ subject, died: `step ${lives.length} of ${queue}, before ${steps.at(-1)}` });
    }
  };

  const caused = async (kind: SandboxEffect['kind'], subject: string) =>
    (await stage.effects(kind)).filter(({ key, detail }) => `${key} ${detail.customId ?? ''}`.includes(subject)).length;

  const booksBalance = async () => {
    expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]);
    expect((await stage.store.read(em => ledgerTotals(em))).every(({ amountMinor }) => amountMinor === 0n)).to.equal(
      true,
    );
  };

  for (const { what, table, queue, done, causes, ...work } of works)
    it(`in ${what}: it is found again, and done once`, async () => {
      const lives = await dieAtEachStep({ queue, ...work });
      expect(lives.length, 'steps').to.be.greaterThan(1);
      for (const { subject, died } of lives) {
        const [row] = await rows<{ next: string | null }>(
          stage,
          `select next_check_at as next from ${table} where id = ?`,
          [subject],
        );
        if (!(await done(subject))) expect(row?.next, `${died}: the sweep finds it`).to.be.a('string');
        const again = async () => {
          await stage.perform(queue, subject);
          return done(subject);
        };
        await until(again, { describe: `the end after ${died}` });
        if (causes) expect(await caused(causes, subject), died).to.equal(1);
      }
      await booksBalance();
    });

  it('in a payout by Payoneer, which deduplicates nothing: it is sent once, or a person is asked', async () => {
    const lives = await dieAtEachStep({ queue: 'payout', prepare: () => legOf(payee) });
    const asked: string[] = [];
    for (const { subject, died } of lives) {
      const decided = async () => {
        await stage.perform('payout', subject);
        await performWith(stage, { now: fromNow(2 * hourMs) }, 'payout', subject);
        return ['PAID', 'NEEDS_REVIEW'].includes((await legStatus(subject)) ?? '');
      };
      await until(decided, { describe: `the end after ${died}` });
      const wasPaid = await legPaid(subject);
      expect(await caused('payout', subject), died).to.equal(wasPaid ? 1 : 0);
      if (!wasPaid) asked.push(died.replace(/^.* before /, ''));
    }
    // Only where the intent to send was committed and the call had not left: nobody can tell that from a lost call.
    expect(asked).to.deep.equal(['payoneer.createPayout']);
    await booksBalance();
  });
});
