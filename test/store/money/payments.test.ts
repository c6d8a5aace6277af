import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import type { Money } from '../../../domain/money.ts';
import { type PaymentState, paymentMoves, paymentStates } from '../../../domain/payment.ts';
import { mayMove } from '../../../domain/state-table.ts';
import { paymentsOf, recordPayment } from '../../../store/money/payments.ts';
import { timelineOf } from '../../../store/orders/timeline.ts';
import { usd } from '../../support/money.ts';
import { insertOrder, openTestStore, refusalOf, rowsOf, type TestStore } from '../fixtures.ts';

describe('payments', () => {
  let db: TestStore;
  let orderId: OrderId;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());
  beforeEach(async () => {
    orderId = (await db.store.transaction(em => insertOrder(em))).id;
  });

  const tell = (
    reference: string,
    status: PaymentState,
    facts: { amount?: Money; fee?: Money; rawStatus?: string } = {},
  ) =>
    db.store.transaction(em =>
      recordPayment(em, {
        orderId,
        provider: 'paypal',
        reference,
        status,
        rawStatus: status,
        amount: usd(2_999n),
        ...facts,
        fee: facts.fee && { amount: facts.fee, estimated: false },
      }),
    );

  /** No provider calls a payment disputed: that follows from its disputes. */
  const words = paymentStates.filter(state => state !== 'DISPUTED');

  it('follow the table from every state to every word, and late news moves none of them backwards', async () => {
    for (const from of paymentStates)
      for (const to of words) {
        const reference = randomUUID();
        await rowsOf(
          db.store,
          `insert into payments (id, order_id, provider, reference, status, raw_status, amount_minor, currency)
           values (?, ?, 'paypal', ?, ?, 'EARLIER', 2999, 'USD')`,
          [randomUUID(), orderId, reference, from],
        );
        // That money is here again is not said by a word: only of a reversal of which no amount is known.
        const comesAgain =
          from === 'PARTIALLY_REFUNDED' || from === 'REFUNDED'
            ? to !== 'REFUNDED' && to !== 'REVERSED'
            : from === 'REVERSED' && to !== 'COMPLETED';
        const moves = mayMove(paymentMoves, from, to) && !comesAgain && from !== 'REFUNDED';
        const after = await tell(reference, to, { rawStatus: 'NEWS' });
        expect(after, `${from} → ${to}`).to.include({
          status: moves ? to : from,
          rawStatus: moves ? 'NEWS' : 'EARLIER',
        });
      }
  });

  const histories: [PaymentState[], PaymentState][] = [
    [['PENDING', 'COMPLETED', 'PENDING'], 'COMPLETED'],
    [['COMPLETED', 'REFUNDED', 'COMPLETED'], 'REFUNDED'],
    [['COMPLETED', 'REVERSED', 'COMPLETED'], 'COMPLETED'],
    [['DECLINED', 'COMPLETED'], 'DECLINED'],
    [['REFUNDED', 'PARTIALLY_REFUNDED', 'COMPLETED'], 'REFUNDED'],
  ];
  for (const [news, last] of histories)
    it(`told as ${news.join(', ')} end ${last}, in one row`, async () => {
      const reference = randomUUID();
      for (const status of news) await tell(reference, status);
      const rows = await db.store.read(em => paymentsOf(em, orderId));
      expect(rows.map(row => [row.reference, row.status])).to.deep.equal([[reference, last]]);
    });

  it('are one row per provider and reference, however many tell of them at once', async () => {
    const reference = randomUUID();
    const rows = await Promise.all(Array.from({ length: 8 }, () => tell(reference, 'COMPLETED')));
    expect(new Set(rows.map(({ id }) => id)).size).to.equal(1);
    await tell(randomUUID(), 'COMPLETED');
    expect(await db.store.read(em => paymentsOf(em, orderId))).to.have.length(2);
  });

  it('belong to the order that had them first, by the database itself: no capture pays for two', async () => {
    const reference = randomUUID();
    const first = await tell(reference, 'COMPLETED');
    const other = (await db.store.transaction(em => insertOrder(em))).id;
    const insert = rowsOf(
      db.store,
      `insert into payments (id, order_id, provider, reference, status, raw_status, amount_minor, currency)
       values (?, ?, 'paypal', ?, 'COMPLETED', 'COMPLETED', 2999, 'USD')`,
      [randomUUID(), other, reference],
    );
    expect(await refusalOf(insert)).to.equal('payments_once');
    expect(await db.store.read(em => paymentsOf(em, other))).to.deep.equal([]);
    expect((await tell(reference, 'COMPLETED')).id).to.equal(first.id);
  });

  it('keep the amount that was told first, and take a fee that is told later, also by late news', async () => {
    const reference = randomUUID();
    expect(await tell(reference, 'COMPLETED')).to.include({ amountMinor: 2_999n, currency: 'USD', feeMinor: null });
    expect(await tell(reference, 'PENDING', { fee: usd(154n) })).to.include({ status: 'COMPLETED', feeMinor: 154n });
    expect(await tell(reference, 'COMPLETED', { fee: usd(9n), amount: usd(1n) })).to.include({
      amountMinor: 2_999n,
      feeMinor: 154n,
    });
  });

  it('stand in the order’s timeline when they change, and late or repeated news do not', async () => {
    for (const status of ['PENDING', 'COMPLETED', 'COMPLETED', 'PENDING'] as const) await tell('CAPTURE-1', status);
    const notes = (await db.store.read(em => timelineOf(em, orderId))).map(({ note }) => note);
    expect(notes).to.deep.equal([
      'payment CAPTURE-1 is PENDING: 29.99 USD',
      'payment CAPTURE-1 is COMPLETED: 29.99 USD',
    ]);
  });
});
