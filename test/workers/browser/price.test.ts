import { expect } from 'chai';
import fc from 'fast-check';
import { formatDecimal, minorDigitsOf, money } from '../../../domain/money.ts';
import { Obstacle } from '../../../workers/browser/obstacle.ts';
import { readPrice } from '../../../workers/browser/price.ts';
import { amountIn, anyCurrency } from '../../domain/arbitraries.ts';

const grouped = (decimal: string): string => decimal.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');

describe('a price on the website', () => {
  for (const [text, minor, currency] of [
    ['US $14.49', 1_449n, 'USD'],
    ['US $1,234.5', 123_450n, 'USD'],
    ['US $7', 700n, 'USD'],
    ['USD 14.49', 1_449n, 'USD'],
    ['EUR 12.30', 1_230n, 'EUR'],
    ['  CLP 12,990  ', 12_990n, 'CLP'],
  ] as const)
    it(`reads ${text}`, () => expect(readPrice(text)).to.deep.equal(money(minor, currency)));

  for (const text of [
    '',
    'free',
    '14.49',
    '$14.49',
    'US 14.49',
    'CA $14.49',
    'XXX 14.49',
    'EUR 12,30',
    'EUR 1.234,50',
    'EUR 1.234',
    'KWD 1.234',
    'US $1234,567.00',
    'US $12,34.00',
    'US $-14.49',
    'US $14.49 US $10.00',
    'US $14.49 - 20.00',
    'US $14.',
    'JPY 10.50',
    'US $99999999999999',
  ])
    it(`does not guess what '${text}' is`, () => {
      expect(() => readPrice(text))
        .to.throw(Obstacle)
        .with.property('kind', 'LAYOUT_UNKNOWN');
    });

  const anyPrice = anyCurrency.filter(currency => minorDigitsOf(currency) <= 2).chain(currency => amountIn(currency));
  it('is read as it was written, grouped or not', () => {
    fc.assert(
      fc.property(anyPrice, fc.boolean(), (price, commas) => {
        const decimal = formatDecimal(price);
        expect(readPrice(`${price.currency} ${commas ? grouped(decimal) : decimal}`)).to.deep.equal(price);
      }),
    );
  });

  it('is an amount or an obstacle, whatever the text', () => {
    const pieces = fc.constantFrom('US', 'USD', 'EUR', 'JPY', '$', ' ', '1', '12', '234', ',', '.', '-', '€', '0');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 10 }), parts => {
        try {
          expect(readPrice(parts.join('')).amountMinor >= 0n).to.equal(true);
        } catch (error) {
          expect(error).to.be.instanceOf(Obstacle);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
