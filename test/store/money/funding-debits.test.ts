/** Covers: store/money/funding.ts, store/money/unreserved-debits.ts. */
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Posting } from '../../../domain/ledger.ts';
import type { LedgerEvent } from '../../../domain/ledger-event.ts';
import { type Money, money } from '../../../domain/money.ts';
import { buyerRefunded, disputeCharged, legPaid, supplierPaid } from '../../../domain/postings.ts';
import type { Order } from '../../../store/entities/order.ts';
import { consume, freeFunds, reserve, setAvailable } from '../../../store/money/funding.ts';
import { post } from '../../../store/money/ledger.ts';
import { recordPayment } from '../../../store/money/payments.ts';
import { recordRefund } from '../../../store/money/refunds.ts';
import { custodyOf } from '../../../store/orders/orders.ts';
import { usd } from '../../support/money.ts';
import { insertOrder, openTestStore, type TestStore } from '../fixtures.ts';
import { allowChanges } from './funding-deeds.ts';

const eur = (minor: bigint) => money(minor, 'EUR');
const hourMs = 3_600_000;
const emptyLedger = 'delete from ledger_postings; delete from ledger_transactions';

describe('of a reported balance of 100, what else has left the account', () => {
  let db: TestStore;
  let order: Order;
  before(async () => {
    db = await openTestStore();
    await db.asOwner(allowChanges);
  });
  after(() => db[Symbol.asyncDispose]());
  beforeEach(async () => {
    await db.asOwner(emptyLedger);
    order = await db.store.transaction(async em => {
      for (const table of ['reservations', 'funding_accounts', 'refunds', 'payments', 'effects'])
        await em.execute(`delete from ${table}`);
      await setAvailable(em, null, usd(100n), new Date(Date.now() - 2 * hourMs));
      return insertOrder(em);
    });
  });

  const book = (event: LedgerEvent, postings: Posting[], at?: Date) =>
    db.store.transaction(em => post(em, { source: 'test', event, orderId: order.id, postings, ...(at ? { at } : {}) }));
  const back = (amount: Money, channel: 'paypal' | 'ebay' = 'paypal') =>
    buyerRefunded({ channel, custody: custodyOf(order), reseller: order.userId, amount });
  const free = async (provider: 'paypal' | 'payoneer' = 'paypal') =>
    (await db.store.read(em => freeFunds(em, null, provider)))?.amountMinor;
  const pay = (amount: Money, provider: 'paypal' | 'ebay' = 'paypal') =>
    db.store.transaction(em => {
      const reference = randomUUID();
      const status = 'COMPLETED';
      return recordPayment(em, { orderId: order.id, provider, reference, status, rawStatus: status, amount });
    });
  const effect = (status: 'OPEN' | 'DONE' | 'DISPROVEN', closedAt: Date | null = null) =>
    db.store.transaction(em =>
      em.execute(
        `insert into effects (id, purpose, subject, route, account, environment, idempotency_key, request, status, closed_at)
         values (?, 'refund', ?, 'paypal', 'us', 'sandbox', ?, '{}', ?, ?)`,
        [randomUUID(), order.id, randomUUID(), status, closedAt],
      ),
    );

  it('lets no leg for the 100 go out once 60 went back to a buyer', async () => {
    await book('refund:R1', back(usd(60n)));
    const leg = { ownerId: null, purpose: 'pay', subject: randomUUID(), userId: order.userId } as const;
    const answer = await db.store.transaction(em => reserve(em, { ...leg, amount: usd(100n) }));
    expect(answer).to.deep.equal({ reserved: false, free: usd(40n) });
  });

  const entries: [what: string, event: LedgerEvent, postings: () => Posting[], left: bigint][] = [
    ['a reversal', 'reversal:R1', () => back(usd(30n)), 70n],
    ['a fee for a dispute', 'dispute-fee:D1:1', () => disputeCharged(usd(20n)), 80n],
    ['a fee that was given back', 'dispute-fee:D1:2', () => disputeCharged(usd(-20n)), 100n],
    ['a refund in another currency', 'refund:R1', () => back(eur(60n)), 100n],
    ['a refund by a marketplace', 'refund:R1', () => back(usd(60n), 'ebay'), 100n],
  ];
  for (const [what, event, postings, left] of entries)
    it(`leaves ${left} after ${what}`, async () => {
      await book(event, postings());
      expect(await free()).to.equal(left);
    });

  it('is in the balance when it left more than three hours before the report', async () => {
    await book('refund:old', back(usd(60n)), new Date(Date.now() - 5 * hourMs - 60_000));
    expect(await free()).to.equal(100n);
    await book('refund:new', back(usd(60n)), new Date(Date.now() - 5 * hourMs + 60_000));
    expect(await free()).to.equal(40n);
  });

  it('counts once when it was reserved: goods and legs', async () => {
    const { userId } = order;
    for (const [purpose, event] of [
      ['buy', 'bought:key'],
      ['pay', 'leg:id:item'],
    ] as const) {
      const subject = randomUUID();
      await db.store.transaction(em =>
        reserve(em, { ownerId: null, purpose, subject, userId, amount: usd(10n) }).then(() =>
          consume(em, purpose, subject, usd(10n)),
        ),
      );
      const share = { beneficiary: 'reseller', holder: userId, amount: usd(10n), fee: usd(0n) } as const;
      const bought = { custody: custodyOf(order), reseller: userId, cost: usd(10n) };
      await book(event, purpose === 'buy' ? supplierPaid(bought) : legPaid(share));
    }
    expect(await free()).to.equal(80n);
  });

  it('is nothing at another provider', async () => {
    await db.store.transaction(em => setAvailable(em, null, usd(100n), new Date(), 'payoneer'));
    await pay(usd(60n));
    await effect('OPEN');
    await book('dispute-fee:D1:1', disputeCharged(usd(20n)));
    expect(await free('payoneer')).to.equal(100n);
    expect(await free()).to.equal(20n);
  });

  describe('of a refund under way', () => {
    const long = new Date(Date.now() - 9 * hourMs);
    const standings: [string, Parameters<typeof effect>, bigint][] = [
      ['nobody knows whether it happened', ['OPEN'], 40n],
      ['PayPal has just accepted it', ['DONE', new Date()], 40n],
      ['PayPal accepted it long before the report', ['DONE', long], 100n],
      ['it certainly did not happen', ['DISPROVEN', new Date()], 100n],
    ];
    for (const [what, standing, left] of standings)
      it(`leaves ${left} when ${what}`, async () => {
        await pay(usd(60n));
        await effect(...standing);
        expect(await free()).to.equal(left);
      });

    it('counts only what was not given back before, and once when it is booked', async () => {
      const payment = await pay(usd(60n));
      const given = (reference: string, minor: bigint) =>
        db.store.transaction(async em => {
          const news = { reference, kind: 'refund', status: 'COMPLETED', amount: usd(minor) } as const;
          await recordRefund(em, { id: payment.id, orderId: order.id }, news);
          await post(em, {
            source: 'paypal',
            event: `refund:${reference}`,
            orderId: order.id,
            postings: back(usd(minor)),
          });
        });
      await given('part', 20n);
      expect(await free()).to.equal(80n);
      await effect('OPEN');
      expect(await free()).to.equal(40n);
      await given('rest', 40n);
      expect(await free()).to.equal(40n);
    });

    it('counts no money in another currency', async () => {
      await pay(eur(60n));
      await effect('OPEN');
      expect(await free()).to.equal(100n);
    });
  });

  it('does not draw down a limit, which an operator sets', async () => {
    const { userId } = order;
    await db.store.transaction(em => setAvailable(em, userId, usd(100n), new Date()));
    await book('refund:R1', back(usd(60n)));
    expect((await db.store.read(em => freeFunds(em, userId)))?.amountMinor).to.equal(100n);
  });
});
