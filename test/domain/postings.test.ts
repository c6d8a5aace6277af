import { expect } from 'chai';
import fc from 'fast-check';
import type { UserId } from '../../domain/ids.ts';
import { imbalance, type Posting } from '../../domain/ledger.ts';
import { currencies, money } from '../../domain/money.ts';
import {
  buyerPaid,
  buyerRefunded,
  currencyConverted,
  disputeCharged,
  legPaid,
  legReturned,
  saleBooked,
  saleRevalued,
  supplierCancelled,
  supplierPaid,
  supplierRefunded,
} from '../../domain/postings.ts';
import { channels } from '../../domain/sale-channel.ts';
import { usd } from '../support/money.ts';
import { amountIn, anyCustody, anyMinor, feesIn } from './arbitraries.ts';

const [reseller, admin] = ['reseller-1' as UserId, 'admin-1' as UserId];
const ours = { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' } as const;

const anyChannel = fc.constantFrom(...channels);
const anyForeign = fc.constantFrom(...currencies.filter(currency => currency !== 'USD'));
const anyProfit = fc.record({
  grossProfit: anyMinor.map(usd),
  commission: amountIn('USD'),
  netProfit: anyMinor.map(usd),
});
const parties = { custody: anyCustody, reseller: fc.constant(reseller) };
const leg = {
  beneficiary: fc.constantFrom('admin' as const, 'reseller' as const),
  holder: fc.constant(reseller),
  amount: amountIn('USD'),
  from: fc.constantFrom('paypal' as const, 'payoneer' as const),
};

/** Facts of an event in some currency, and what it books. */
const anyCurrency = fc.constantFrom(...currencies);
const events: Record<string, fc.Arbitrary<Posting[]>> = {
  'a buyer paid': anyCurrency
    .chain(c =>
      fc.record({ ...parties, channel: anyChannel, gross: amountIn(c), fees: feesIn(c), collectedTax: amountIn(c) }),
    )
    .map(buyerPaid),
  'money went back to the buyer': anyCurrency
    .chain(c => fc.record({ ...parties, channel: anyChannel, amount: amountIn(c) }))
    .map(buyerRefunded),
  'the supplier was paid': fc.record({ ...parties, cost: amountIn('USD') }).map(supplierPaid),
  'the supplier cancelled': fc.record({ ...parties, owed: amountIn('USD') }).map(supplierCancelled),
  'the supplier gave the money back': fc
    .record({ ...parties, cost: amountIn('USD'), owed: amountIn('USD') })
    .map(supplierRefunded),
  'a sale was booked, in the platform’s currency or another, at a profit or a loss': anyCurrency
    .chain(c =>
      fc.record({
        ...parties,
        admin: fc.constant(admin),
        gross: amountIn(c),
        fees: feesIn(c),
        collectedTax: amountIn(c),
        supplierCost: amountIn('USD'),
        profit: anyProfit,
      }),
    )
    .map(saleBooked),
  'a sale is worth less': anyCurrency
    .chain(c => {
      const worth = fc.record({ gross: amountIn(c), profit: anyProfit });
      const facts = { admin: fc.constant(admin), fees: feesIn(c), collectedTax: amountIn(c) };
      return fc.tuple(fc.record({ ...parties, ...facts, supplierCost: amountIn('USD') }), worth, worth);
    })
    .map(([sale, before, after]) => saleRevalued(sale, before, after)),
  'a leg was paid': fc.record({ ...leg, fee: amountIn('USD', 500n) }).map(legPaid),
  'a leg came back': fc.record(leg).map(legReturned),
  'PayPal charged for a dispute': anyMinor.map(usd).map(disputeCharged),
  'currency was converted': anyForeign
    .chain(c => fc.record({ heldAt: anyChannel, from: amountIn(c), to: amountIn('USD'), carried: anyMinor.map(usd) }))
    .map(currencyConverted),
};

describe('every event of the ledger sums to zero per currency, and books nothing that is nothing', () => {
  for (const [what, postings] of Object.entries(events))
    it(`when ${what}`, () => {
      fc.assert(
        fc.property(postings, booked => {
          expect([...imbalance(booked)]).to.deep.equal([]);
          for (const { amount } of booked) expect(amount.amountMinor).not.to.equal(0n);
        }),
      );
    });
});

describe('what an event books', () => {
  const fees = { marketplaceFee: usd(0n), paymentFee: usd(154n) };

  it('lays the proceeds where they lie: with the platform, or on the reseller’s account', () => {
    const sale = { channel: 'ebay', reseller, gross: usd(2_999n), fees, collectedTax: usd(240n) } as const;
    const rest: Posting[] = [
      { account: 'fees:payment', amount: usd(154n) },
      { account: 'tax:collected', amount: usd(240n) },
      { account: 'buyer-payments', amount: usd(-3_239n) },
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
    const gross = money(2_999n, 'EUR');
    const sale = { channel: 'ebay', reseller, gross, fees, collectedTax: money(0n, 'EUR') } as const;
    const custody = { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' } as const;
    expect(() => buyerPaid({ ...sale, custody })).to.throw('without a conversion');
  });

  it('has what a supplier owes be ours, or the reseller’s who paid it', () => {
    const owed = { reseller, owed: usd(1_449n) };
    const undone: Posting = { account: 'supplier-purchases', amount: usd(-1_449n) };
    expect(supplierCancelled({ ...owed, custody: ours })).to.deep.equal([
      { account: 'supplier-refunds', amount: usd(1_449n) },
      undone,
    ]);
    expect(supplierCancelled({ ...owed, custody: { ...ours, supplierPaidBy: 'reseller' } })).to.deep.equal([
      { account: 'supplier-refunds', holder: reseller, amount: usd(1_449n) },
      undone,
    ]);
  });

  it('clears what the supplier owed, and undoes the rest of a purchase that came back whole', () => {
    const refund = { reseller, cost: usd(1_449n), owed: usd(1_000n), custody: ours };
    expect(supplierRefunded(refund)).to.deep.equal([
      { account: 'cash:paypal', amount: usd(1_449n) },
      { account: 'supplier-refunds', amount: usd(-1_000n) },
      { account: 'supplier-purchases', amount: usd(-449n) },
    ]);
  });

  it('takes what PayPal charges for a dispute from its account, and puts back what it gives back', () => {
    const [fee, cash] = ['fees:dispute', 'cash:paypal'] as const;
    expect(disputeCharged(usd(1_500n))).to.deep.equal([
      { account: fee, amount: usd(1_500n) },
      { account: cash, amount: usd(-1_500n) },
    ]);
    expect(disputeCharged(usd(-1_500n))).to.deep.equal([
      { account: fee, amount: usd(-1_500n) },
      { account: cash, amount: usd(1_500n) },
    ]);
  });

  for (const [brought, difference] of [
    [2_650n, 68n],
    [2_800n, -82n],
    [2_718n, undefined],
  ] as const)
    it(`relieves what was carried at 27.18 when it brought ${brought} cents, and the rest is the difference`, () => {
      const pesos = money(25_821n, 'CLP');
      const conversion = { heldAt: 'mercadolibre', from: pesos, to: usd(brought), carried: usd(2_718n) } as const;
      expect(currencyConverted(conversion)).to.deep.equal([
        { account: 'cash:mercadolibre', amount: money(-25_821n, 'CLP') },
        { account: 'fx:clearing', amount: pesos },
        { account: 'cash:paypal', amount: usd(brought) },
        { account: 'fx:clearing', amount: usd(-2_718n) },
        ...(difference === undefined ? [] : [{ account: 'fx:difference', amount: usd(difference) }]),
      ]);
    });
});
