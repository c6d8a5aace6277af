import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { recordPayment } from '../../../store/money/payments.ts';
import { type RefundNews, recordRefund, refundedOf } from '../../../store/money/refunds.ts';
import { usd } from '../../support/money.ts';
import { insertOrder, openTestStore, rowsOf, type TestStore } from '../fixtures.ts';

describe('refunds', () => {
  let db: TestStore;
  let payment: { id: string; orderId: OrderId };
  before(async () => {
    db = await openTestStore(10);
  });
  after(() => db[Symbol.asyncDispose]());
  beforeEach(async () => {
    const order = await db.store.transaction(em => insertOrder(em));
    payment = await db.store.transaction(em =>
      recordPayment(em, {
        orderId: order.id,
        provider: 'paypal',
        reference: randomUUID(),
        status: 'COMPLETED',
        rawStatus: 'COMPLETED',
        amount: usd(2_999n),
      }),
    );
  });

  const tell = (reference: string, status: RefundNews['status'], minor = 500n) =>
    db.store.transaction(em => recordRefund(em, payment, { reference, kind: 'refund', status, amount: usd(minor) }));
  const refunded = () => db.store.read(em => refundedOf(em, payment.orderId, 'USD'));

  const histories: [RefundNews['status'][], booked: boolean[], total: bigint][] = [
    [['COMPLETED'], [true], 500n],
    [['PENDING', 'COMPLETED'], [false, true], 500n],
    [['COMPLETED', 'PENDING', 'COMPLETED'], [true, false, false], 500n],
    [['PENDING', 'PENDING', 'FAILED', 'COMPLETED'], [false, false, false, false], 0n],
    [['FAILED', 'PENDING'], [false, false], 0n],
  ];
  for (const [news, booked, total] of histories)
    it(`told as ${news.join(', ')} are booked ${booked.filter(Boolean).length} times`, async () => {
      const reference = randomUUID();
      const answers = [];
      for (const status of news) answers.push(await tell(reference, status));
      expect(answers).to.deep.equal(booked);
      expect(await refunded()).to.deep.equal(usd(total));
      expect(await rowsOf(db.store, 'select id from refunds where reference = ?', [reference])).to.have.length(1);
    });

  it('are booked once, although a poll and a webhook tell of one at the same moment', async () => {
    const reference = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => tell(reference, 'COMPLETED')));
    expect(answers.filter(Boolean)).to.have.length(1);
    const pending = randomUUID();
    await tell(pending, 'PENDING');
    const completions = await Promise.all(Array.from({ length: 8 }, () => tell(pending, 'COMPLETED')));
    expect(completions.filter(Boolean)).to.have.length(1);
  });

  it('add up per order, completed ones only', async () => {
    await tell(randomUUID(), 'COMPLETED', 500n);
    await tell(randomUUID(), 'COMPLETED', 250n);
    await tell(randomUUID(), 'PENDING', 100n);
    await tell(randomUUID(), 'FAILED', 100n);
    expect(await refunded()).to.deep.equal(usd(750n));
  });
});
