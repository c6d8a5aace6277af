/** Covers: domain/postings.ts, domain/ledger.ts. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Fees } from '../../domain/fees.ts';
import type { UserId } from '../../domain/ids.ts';
import { type Account, imbalance, merged, type Posting, parkedAccounts, reversed } from '../../domain/ledger.ts';
import { convert, type Money, money, type Rate, subtract, zero } from '../../domain/money.ts';
import type { Custody } from '../../domain/order.ts';
import {
  buyerPaid,
  buyerRefunded,
  legPaid,
  legReturned,
  saleBooked,
  saleRevalued,
  supplierCancelled,
  supplierPaid,
  supplierRefunded,
} from '../../domain/postings.ts';
import { legsOf, type Owed, type Profit, profitOf } from '../../domain/profit.ts';
import { usd } from '../support/money.ts';
import { amountIn, anyCustody, anyPercent, feesIn } from './arbitraries.ts';

const [reseller, admin] = ['reseller-1' as UserId, 'admin-1' as UserId];

type Order = {
  custody: Custody;
  rate: Rate;
  gross: Money;
  fees: Fees;
  collectedTax: Money;
  percent: string;
  /** What the first purchase cost, and the second. */
  costs: readonly [Money, Money];
  /** What goes back to the buyer before the sale is booked, after it, and after the second one; in percent of the rest. */
  refunds: readonly [bigint, bigint, bigint];
  boughtTwice: boolean;
  legReturns: boolean;
};

const anyPart = fc.constantFrom(0n, 0n, 37n, 100n);

const anyOrder: fc.Arbitrary<Order> = fc
  .constantFrom<Rate>(
    { base: 'USD', quote: 'USD', rate: '1' },
    { base: 'USD', quote: 'CLP', rate: '950.37' },
    { base: 'USD', quote: 'BRL', rate: '5.4131' },
  )
  .chain(rate =>
    fc.record({
      custody: anyCustody,
      rate: fc.constant(rate),
      gross: amountIn(rate.quote, 500_000n),
      fees: feesIn(rate.quote, 50_000n),
      collectedTax: amountIn(rate.quote, 50_000n),
      percent: anyPercent,
      costs: fc.tuple(amountIn('USD', 30_000n), amountIn('USD', 30_000n)),
      refunds: fc.tuple(anyPart, anyPart, anyPart),
      boughtTwice: fc.boolean(),
      legReturns: fc.boolean(),
    }),
  );

/** The books of one reseller, kept as the workers keep them. */
class Books {
  readonly #postings: Posting[] = [];

  book(postings: readonly Posting[]): void {
    expect([...imbalance(postings)]).to.deep.equal([]);
    this.#postings.push(...postings);
  }

  sum(account: Account, currency: Money['currency'] = 'USD'): bigint {
    return this.#postings
      .filter(posting => posting.account === account && posting.amount.currency === currency)
      .reduce((total, { amount }) => total + amount.amountMinor, 0n);
  }

  owed(): Owed {
    return { reseller: usd(this.sum('reseller')), admin: usd(this.sum('admin')) };
  }

  pay(legs: { admin: Money; reseller: Money }, returnedOnce: boolean): void {
    for (const beneficiary of ['admin', 'reseller'] as const) {
      const amount = legs[beneficiary];
      if (amount.amountMinor === 0n) continue;
      const holder = beneficiary === 'admin' ? admin : reseller;
      const leg = { beneficiary, holder, amount };
      this.book(legPaid({ ...leg, fee: usd(25n) }));
      if (!returnedOnce) continue;
      this.book(legReturned(leg));
      this.book(legPaid({ ...leg, fee: usd(25n) }));
    }
  }
}

/** Pay, refund a part, buy, book, pay the legs, refund a part; void, buy again, book again, pay, refund the rest. */
function play(books: Books, order: Order): void {
  const { custody, rate, fees, collectedTax, percent } = order;
  const parties = { custody, reseller };
  let gross = order.gross;
  const profitAt = (price: Money, supplierCost: Money): Profit =>
    profitOf(
      {
        salePrice: convert(price, rate),
        marketplaceFee: convert(fees.marketplaceFee, rate),
        paymentFee: convert(fees.paymentFee, rate),
        supplierCost,
      },
      percent,
    );
  const refund = (part: bigint): Money => {
    const amount = money((gross.amountMinor * part) / 100n, gross.currency);
    books.book(buyerRefunded({ ...parties, channel: 'paypal', amount }));
    gross = subtract(gross, amount);
    return amount;
  };
  const sell = (supplierCost: Money): Posting[] => {
    const sale = { ...parties, admin, gross, fees, collectedTax, supplierCost };
    const profit = profitAt(gross, supplierCost);
    const legs = legsOf(custody, { ...profit, supplierCost }, owedBefore());
    const booked = saleBooked({ ...sale, profit });
    books.book(booked);
    books.pay(legs, order.legReturns);
    return booked;
  };
  const shrink = (supplierCost: Money, part: bigint): Posting[] => {
    const before = { gross, profit: profitAt(gross, supplierCost) };
    refund(part);
    const after = { gross, profit: profitAt(gross, supplierCost) };
    const shrunk = saleRevalued({ ...parties, admin, fees, collectedTax, supplierCost }, before, after);
    books.book(shrunk);
    return shrunk;
  };
  /** What is owed from the sales before: what this order has only parked is none of it. */
  const owedBefore = (): Owed => {
    const owed = books.owed();
    const parked = (accounts: readonly Account[]) => accounts.reduce((total, name) => total + books.sum(name), 0n);
    const neutral =
      (custody.proceedsHeldBy === 'reseller'
        ? parked(['buyer-payments', 'tax:collected', 'fees:marketplace', 'fees:payment'])
        : 0n) + (custody.supplierPaidBy === 'reseller' ? parked(['supplier-purchases', 'supplier-refunds']) : 0n);
    return { ...owed, reseller: usd(owed.reseller.amountMinor + neutral) };
  };

  const [first, second] = order.costs;
  books.book(buyerPaid({ ...parties, channel: 'paypal', gross, fees, collectedTax }));
  refund(order.refunds[0]);
  books.book(supplierPaid({ ...parties, cost: first }));
  const booked = sell(first);
  booked.push(...shrink(first, order.refunds[1]));
  if (!order.boughtTwice) return;
  books.book(supplierCancelled({ ...parties, owed: first }));
  books.book(merged(reversed(booked)));
  books.book(supplierRefunded({ ...parties, cost: first, owed: first }));
  books.book(supplierPaid({ ...parties, cost: second }));
  sell(second);
  shrink(second, order.refunds[2]);
}

const nobodyOwesForEver = (books: Books): void => {
  const gross = usd(100_000_000n);
  const none = { marketplaceFee: zero('USD'), paymentFee: zero('USD') };
  const rich: Order = {
    custody: { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' },
    rate: { base: 'USD', quote: 'USD', rate: '1' },
    gross,
    fees: none,
    collectedTax: zero('USD'),
    percent: '50',
    costs: [zero('USD'), zero('USD')],
    refunds: [0n, 0n, 0n],
    boughtTwice: false,
    legReturns: false,
  };
  play(books, rich);
};

describe('whatever becomes of an order', () => {
  it('it leaves nothing parked once its sale is booked', () => {
    fc.assert(
      fc.property(anyOrder, order => {
        const books = new Books();
        play(books, order);
        for (const account of [...parkedAccounts, 'supplier-refunds'] as const)
          for (const currency of new Set(['USD', order.rate.quote] as const))
            expect(books.sum(account, currency), `${account} in ${currency}`).to.equal(0n);
      }),
    );
  });

  it('it leaves no foreign money on anybody’s account', () => {
    fc.assert(
      fc.property(anyOrder, order => {
        if (order.rate.quote === 'USD') return;
        const books = new Books();
        play(books, order);
        for (const account of ['reseller', 'admin'] as const)
          expect(books.sum(account, order.rate.quote), account).to.equal(0n);
      }),
    );
  });

  it('the next good sale settles what everybody owes or has to get', () => {
    fc.assert(
      fc.property(fc.array(anyOrder, { minLength: 1, maxLength: 4 }), orders => {
        const books = new Books();
        for (const order of orders) play(books, order);
        nobodyOwesForEver(books);
        expect([books.sum('reseller'), books.sum('admin')]).to.deep.equal([0n, 0n]);
      }),
    );
  });
});
