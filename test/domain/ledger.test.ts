import { expect } from 'chai';
import fc from 'fast-check';
import type { UserId } from '../../domain/ids.ts';
import { buyerPaid, imbalance, legPaid, type Posting, saleBooked, supplierPaid } from '../../domain/ledger.ts';
import { type Currency, currencies, money } from '../../domain/money.ts';
import { channels } from '../../domain/order.ts';
import { amountIn, anyCustody, anyMinor, feesIn } from './arbitraries.ts';

const [reseller, admin] = ['reseller-1' as UserId, 'admin-1' as UserId];
const usd = (minor: bigint) => money(minor, 'USD');

const expectBalanced = (postings: readonly Posting[]) => {
  expect([...imbalance(postings)]).to.deep.equal([]);
  for (const { amount } of postings) expect(amount.amountMinor).not.to.equal(0n);
};

describe('the sum of postings', () => {
  it('is kept per currency, and is empty when all are zero', () => {
    const post = (minor: bigint, currency: Currency): Posting => ({
      account: 'fx:clearing',
      amount: money(minor, currency),
    });
    expect([...imbalance([])]).to.deep.equal([]);
    expect([...imbalance([post(5n, 'USD'), post(-5n, 'USD')])]).to.deep.equal([]);
    expect([...imbalance([post(5n, 'USD'), post(-5n, 'CLP')])]).to.deep.equal([
      ['USD', 5n],
      ['CLP', -5n],
    ]);
    expect([...imbalance([post(5n, 'USD'), post(-4n, 'USD'), post(7n, 'EUR'), post(-7n, 'EUR')])]).to.deep.equal([
      ['USD', 1n],
    ]);
  });
});

describe('every event of the ledger sums to zero per currency, and books nothing that is nothing', () => {
  const currency = fc.constantFrom(...currencies);

  it('when a buyer paid', () => {
    const sale = currency.chain(c =>
      fc.record({
        channel: fc.constantFrom(...channels),
        custody: anyCustody,
        gross: amountIn(c),
        fees: feesIn(c),
        reseller: fc.constant(reseller),
      }),
    );
    fc.assert(fc.property(sale, facts => expectBalanced(buyerPaid(facts))));
  });

  it('when the supplier was paid', () => {
    const purchase = fc.record({ custody: anyCustody, cost: amountIn('USD'), reseller: fc.constant(reseller) });
    fc.assert(fc.property(purchase, facts => expectBalanced(supplierPaid(facts))));
  });

  it('when a sale was booked, in the platform’s currency or another, at a profit or a loss', () => {
    const sale = currency.chain(c =>
      fc.record({
        custody: anyCustody,
        gross: amountIn(c),
        fees: feesIn(c),
        supplierCost: amountIn('USD'),
        profit: fc.record({
          grossProfit: anyMinor.map(usd),
          commission: amountIn('USD'),
          netProfit: anyMinor.map(usd),
        }),
        reseller: fc.constant(reseller),
        admin: fc.constant(admin),
      }),
    );
    fc.assert(fc.property(sale, facts => expectBalanced(saleBooked(facts))));
  });

  it('when a leg was paid', () => {
    const leg = fc.record({
      beneficiary: fc.constantFrom('admin' as const, 'reseller' as const),
      holder: fc.constant(reseller),
      amount: amountIn('USD'),
      fee: amountIn('USD', 500n),
    });
    fc.assert(fc.property(leg, facts => expectBalanced(legPaid(facts))));
  });
});

describe('what an event books', () => {
  const fees = { marketplaceFee: usd(0n), paymentFee: usd(154n) };

  it('lays the proceeds where they lie: with the platform, or on the reseller’s account', () => {
    const sale = { channel: 'ebay', reseller, gross: usd(2_999n), fees } as const;
    const rest: Posting[] = [
      { account: 'fees:payment', amount: usd(154n) },
      { account: 'buyer-payments', amount: usd(-2_999n) },
    ];
    expect(buyerPaid({ ...sale, custody: { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' } })).to.deep.equal([
      { account: 'cash:ebay', amount: usd(2_845n) },
      ...rest,
    ]);
    expect(buyerPaid({ ...sale, custody: { proceedsHeldBy: 'reseller', supplierPaidBy: 'platform' } })).to.deep.equal([
      { account: 'reseller', holder: reseller, amount: usd(2_845n) },
      ...rest,
    ]);
  });

  it('takes the supplier’s money from who pays: the platform’s PayPal account, or the reseller', () => {
    const goods: Posting = { account: 'supplier-purchases', amount: usd(1_449n) };
    const purchase = { reseller, cost: usd(1_449n) };
    expect(
      supplierPaid({ ...purchase, custody: { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' } }),
    ).to.deep.equal([goods, { account: 'cash:paypal', amount: usd(-1_449n) }]);
    expect(
      supplierPaid({ ...purchase, custody: { proceedsHeldBy: 'platform', supplierPaidBy: 'reseller' } }),
    ).to.deep.equal([goods, { account: 'reseller', holder: reseller, amount: usd(-1_449n) }]);
  });

  it('takes a leg and its fee from the platform’s PayPal account', () => {
    expect(legPaid({ beneficiary: 'admin', holder: admin, amount: usd(140n), fee: usd(25n) })).to.deep.equal([
      { account: 'admin', holder: admin, amount: usd(140n) },
      { account: 'fees:payout', amount: usd(25n) },
      { account: 'cash:paypal', amount: usd(-165n) },
    ]);
  });

  it('refuses fees in another currency than the price', () => {
    const sale = { channel: 'ebay', reseller, gross: money(2_999n, 'EUR'), fees } as const;
    const custody = { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' } as const;
    expect(() => buyerPaid({ ...sale, custody })).to.throw('without a conversion');
  });
});
