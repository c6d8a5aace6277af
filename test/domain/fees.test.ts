import { expect } from 'chai';
import fc from 'fast-check';
import { expectedFees, feeTable, payoutFee } from '../../domain/fees.ts';
import { add, convert, type Money, money, percentOf, zero } from '../../domain/money.ts';
import { type Channel, channels } from '../../domain/sale-channel.ts';
import { usd } from '../support/money.ts';
import { amountIn, anyRate } from './arbitraries.ts';

const same = { base: 'USD', quote: 'USD', rate: '1' } as const;
const clp = { base: 'USD', quote: 'CLP', rate: '950' } as const;
const brl = { base: 'USD', quote: 'BRL', rate: '5.4' } as const;
const eur = { base: 'USD', quote: 'EUR', rate: '0.9' } as const;

describe('expected fees', () => {
  const rows: [Channel, Money, Parameters<typeof expectedFees>[2], { marketplaceFee: Money; paymentFee: Money }][] = [
    ['paypal', usd(2_999n), same, { marketplaceFee: usd(0n), paymentFee: usd(154n) }],
    ['paypal', usd(1n), same, { marketplaceFee: usd(0n), paymentFee: usd(49n) }],
    // 3.49 % of 30.00 € is 1.05 €, and 0.49 $ are 0.44 €.
    ['paypal', money(3_000n, 'EUR'), eur, { marketplaceFee: zero('EUR'), paymentFee: money(149n, 'EUR') }],
    ['ebay', usd(10_000n), same, { marketplaceFee: usd(1_285n), paymentFee: usd(0n) }],
    ['mercadolibre', money(29_990n, 'CLP'), clp, { marketplaceFee: money(4_169n, 'CLP'), paymentFee: zero('CLP') }],
    ['mercadolibre', money(10_000n, 'BRL'), brl, { marketplaceFee: money(1_600n, 'BRL'), paymentFee: zero('BRL') }],
    ['mercadolibre', usd(10_000n), same, { marketplaceFee: usd(1_390n), paymentFee: usd(0n) }],
  ];
  for (const [channel, price, rate, fees] of rows)
    it(`of ${price.amountMinor} ${price.currency} at ${channel} come from the table`, () => {
      expect(expectedFees(channel, price, rate)).to.deep.equal(fees);
    });

  it('are what the design says', () => {
    expect(feeTable).to.deep.equal({
      ebay: { percent: '12.85', fixed: usd(0n) },
      mercadolibre: { percent: '13.9', fixed: usd(0n) },
      'mercadolibre-brazil': { percent: '16', fixed: usd(0n) },
      paypal: { percent: '3.49', fixed: usd(49n) },
    });
    expect(payoutFee).to.deep.equal(usd(25n));
  });

  it('are in the currency of the price, never negative, and of one kind only', () => {
    const price = anyRate
      .map(rate => ({ ...rate, base: 'USD' as const }))
      .filter(rate => rate.quote !== 'USD')
      .chain(rate => amountIn(rate.quote).map(amount => ({ rate, amount })));
    fc.assert(
      fc.property(fc.constantFrom(...channels), price, (channel, { rate, amount }) => {
        const { marketplaceFee, paymentFee } = expectedFees(channel, amount, rate);
        expect([marketplaceFee.currency, paymentFee.currency]).to.deep.equal([amount.currency, amount.currency]);
        const [kept, nothing] = channel === 'paypal' ? [paymentFee, marketplaceFee] : [marketplaceFee, paymentFee];
        expect(nothing).to.deep.equal(zero(amount.currency));
        const row = channel === 'mercadolibre' && amount.currency === 'BRL' ? 'mercadolibre-brazil' : channel;
        expect(kept).to.deep.equal(add(percentOf(amount, feeTable[row].percent), convert(feeTable[row].fixed, rate)));
      }),
    );
  });
});
