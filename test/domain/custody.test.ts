/** Covers: domain/postings.ts, domain/profit.ts. */
import { expect } from 'chai';
import fc from 'fast-check';
import { type Fees, platformCurrency } from '../../domain/fees.ts';
import type { UserId } from '../../domain/ids.ts';
import { type Account, type Posting, parkedAccounts } from '../../domain/ledger.ts';
import { add, type Currency, convert, type Money, money, type Rate, subtract } from '../../domain/money.ts';
import type { Custody } from '../../domain/order.ts';
import { buyerPaid, legPaid, saleBooked, supplierPaid } from '../../domain/postings.ts';
import { dueToReseller, legsOf, profitOf } from '../../domain/profit.ts';
import type { Channel } from '../../domain/sale-channel.ts';
import { usd } from '../support/money.ts';
import { amountIn, anyCustody, anyPercent, custodies, custodyName, feesIn } from './arbitraries.ts';

const [reseller, admin] = ['reseller-1' as UserId, 'admin-1' as UserId];
const identity: Rate = { base: 'USD', quote: 'USD', rate: '1' };

type Sale = {
  channel: Channel;
  custody: Custody;
  gross: Money;
  fees: Fees;
  collectedTax: Money;
  supplierCost: Money;
  percent: string;
  rate: Rate;
  /** What the reseller owes from earlier sales. */
  owed: Money;
};

/** A whole sale as the workers book it: captured, bought, booked, every leg paid. */
function settle({ channel, custody, gross, fees, collectedTax, supplierCost, percent, rate, owed }: Sale) {
  const ours = { marketplaceFee: convert(fees.marketplaceFee, rate), paymentFee: convert(fees.paymentFee, rate) };
  const profit = profitOf({ salePrice: convert(gross, rate), ...ours, supplierCost }, percent);
  const legs = legsOf(custody, { ...profit, supplierCost }, { reseller: owed, admin: usd(0n) });
  const fee = usd(25n);
  const postings: Posting[] = [
    ...buyerPaid({ channel, custody, reseller, gross, fees, collectedTax }),
    ...supplierPaid({ custody, reseller, cost: supplierCost }),
    ...saleBooked({ custody, reseller, admin, gross, fees, collectedTax, supplierCost, profit }),
  ];
  if (legs.admin.amountMinor > 0n)
    postings.push(...legPaid({ beneficiary: 'admin', holder: admin, amount: legs.admin, fee }));
  if (legs.reseller.amountMinor > 0n)
    postings.push(...legPaid({ beneficiary: 'reseller', holder: reseller, amount: legs.reseller, fee }));
  const balance = (account: Account, currency: Currency = platformCurrency): bigint =>
    postings
      .filter(posting => posting.account === account && posting.amount.currency === currency)
      .reduce((total, { amount }) => total + amount.amountMinor, 0n);
  return { profit, legs, balance };
}

const lamp = {
  channel: 'paypal',
  gross: usd(2_999n),
  fees: { marketplaceFee: usd(0n), paymentFee: usd(154n) },
  collectedTax: usd(0n),
  supplierCost: usd(1_449n),
  percent: '10',
  rate: identity,
  owed: usd(0n),
} as const;

/** 29,990 CLP at 950: 31.57 $; the fee of 4,169 CLP is 4.39 $. */
const lampInChile = {
  ...lamp,
  channel: 'mercadolibre',
  gross: money(29_990n, 'CLP'),
  fees: { marketplaceFee: money(4_169n, 'CLP'), paymentFee: money(0n, 'CLP') },
  collectedTax: money(0n, 'CLP'),
  rate: { base: 'USD', quote: 'CLP', rate: '950' },
} as const;

/** What the books say when everything is done; a debit of the reseller is what they owe. */
const books: {
  sale: Omit<Sale, 'custody'>;
  left: Record<string, { reseller: bigint; admin: bigint; cash: bigint }>;
}[] = [
  {
    sale: lamp,
    left: {
      // 28.45 came in, 14.49 went to the supplier, 13.96 to both shares, and 0.50 for sending them.
      'platform platform': { reseller: 0n, admin: 0n, cash: -50n },
      'platform reseller': { reseller: 0n, admin: 0n, cash: -50n },
      'reseller platform': { reseller: 1_589n, admin: -140n, cash: -1_449n },
      'reseller reseller': { reseller: 140n, admin: -140n, cash: 0n },
    },
  },
  {
    sale: lampInChile,
    left: {
      // 27.18 are worth the proceeds; 14.49 went to the supplier and 12.69 to both shares, from the dollars.
      'platform platform': { reseller: 0n, admin: 0n, cash: -1_449n - 1_269n - 50n },
      'platform reseller': { reseller: 0n, admin: 0n, cash: -2_718n - 50n },
      'reseller platform': { reseller: 127n + 1_449n, admin: -127n, cash: -1_449n },
      'reseller reseller': { reseller: 127n, admin: -127n, cash: 0n },
    },
  },
];

describe('the books after a sale was captured, bought, booked and paid out', () => {
  for (const { sale, left } of books)
    for (const custody of custodies) {
      const expected = left[`${custody.proceedsHeldBy} ${custody.supplierPaidBy}`];
      it(`in ${sale.gross.currency} with ${custodyName(custody)} leave ${expected?.reseller} to be had from the reseller`, () => {
        const { balance } = settle({ ...sale, custody });
        expect({ reseller: balance('reseller'), admin: balance('admin'), cash: balance('cash:paypal') }).to.deep.equal(
          expected,
        );
        for (const account of parkedAccounts) {
          expect(balance(account), account).to.equal(0n);
          expect(balance(account, sale.gross.currency), account).to.equal(0n);
        }
      });
    }

  it('of a sale in pesos hold the pesos and their worth in dollars against each other', () => {
    const { balance } = settle({ ...lampInChile, custody: { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' } });
    expect(balance('cash:mercadolibre', 'CLP')).to.equal(25_821n);
    expect(balance('fx:clearing', 'CLP')).to.equal(-25_821n);
    expect(balance('fx:clearing')).to.equal(2_718n);
    expect(balance('reseller', 'CLP')).to.equal(0n);
  });

  it('of pesos that the reseller holds leave no pesos on any account of ours', () => {
    const { balance } = settle({ ...lampInChile, custody: { proceedsHeldBy: 'reseller', supplierPaidBy: 'platform' } });
    for (const account of ['reseller', 'fx:clearing', 'cash:mercadolibre'] as const)
      expect(balance(account, 'CLP'), account).to.equal(0n);
  });

  it('of a loss leave the reseller owing it, and nobody a share', () => {
    const loss = {
      ...lamp,
      supplierCost: usd(3_000n),
      custody: { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' },
    };
    const { balance, legs } = settle(loss as Sale);
    expect(legs).to.deep.equal({ admin: usd(0n), reseller: usd(0n), setOff: usd(0n) });
    expect({ reseller: balance('reseller'), admin: balance('admin') }).to.deep.equal({ reseller: 155n, admin: 0n });
  });

  it('keep a set-off as credit against the earlier debt', () => {
    const custody = { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' } as const;
    const { balance, legs } = settle({ ...lamp, custody, owed: usd(500n) });
    expect(legs.setOff).to.deep.equal(usd(500n));
    expect(balance('reseller')).to.equal(-500n);
  });

  const anySale: fc.Arbitrary<Sale> = fc
    .constantFrom(
      identity,
      { base: 'USD', quote: 'CLP', rate: '950.37' } as const,
      { base: 'USD', quote: 'BRL', rate: '5.4131' } as const,
      { base: 'USD', quote: 'JPY', rate: '148.02' } as const,
    )
    .chain(rate =>
      fc.record({
        channel: fc.constantFrom('paypal' as const, 'ebay' as const, 'mercadolibre' as const),
        custody: anyCustody,
        gross: amountIn(rate.quote, 5_000_000n),
        fees: feesIn(rate.quote, 500_000n),
        collectedTax: amountIn(rate.quote, 500_000n),
        supplierCost: amountIn('USD', 30_000n),
        percent: anyPercent,
        rate: fc.constant<Rate>(rate),
        owed: amountIn('USD', 20_000n),
      }),
    );

  it('leave exactly what was agreed on the reseller’s account, whatever the sale', () => {
    fc.assert(
      fc.property(anySale, sale => {
        const { profit, legs, balance } = settle(sale);
        const { commission } = profit;
        const cost = sale.supplierCost.amountMinor;
        const paidSupplier = sale.custody.supplierPaidBy === 'reseller';
        if (sale.custody.proceedsHeldBy === 'reseller')
          // Without a conversion the proceeds count exactly; with one the pesos never were ours.
          expect(balance('reseller')).to.equal(commission.amountMinor + (paidSupplier ? 0n : cost));
        else {
          const due = dueToReseller(sale.custody, { ...profit, supplierCost: sale.supplierCost });
          expect(balance('reseller')).to.equal(legs.reseller.amountMinor - due.amountMinor);
        }
        const foreign = sale.gross.currency;
        if (foreign !== platformCurrency) expect(balance('reseller', foreign)).to.equal(0n);
        for (const account of parkedAccounts)
          expect([balance(account), balance(account, foreign)], account).to.deep.equal([0n, 0n]);
      }),
    );
  });

  it('convert proceeds to what they are worth, within the roundings of price and fees', () => {
    fc.assert(
      fc.property(anySale, sale => {
        const { balance } = settle({ ...sale, custody: { ...sale.custody, proceedsHeldBy: 'platform' } });
        if (sale.gross.currency === platformCurrency) return;
        const proceeds = subtract(sale.gross, add(sale.fees.marketplaceFee, sale.fees.paymentFee));
        const off = balance('fx:clearing') - convert(proceeds, sale.rate).amountMinor;
        expect(off >= -2n && off <= 2n).to.equal(true);
      }),
    );
  });
});
