import { expect } from 'chai';
import { currencies, currencyOf, minorDigitsOf, money } from '../../domain/money.ts';
import type { Provider } from '../../domain/provider.ts';
import { fitsWire, wireDecimal, wireDigitsOf } from '../../domain/wire-amount.ts';

const fundsAndNewest = ['BOV', 'CHE', 'CHW', 'CLF', 'COU', 'MXV', 'USN', 'UYI', 'UYW', 'VED', 'XAD'];

describe('the currencies of ISO 4217', () => {
  it('are all there, each once, with their exponents', () => {
    expect(new Set(currencies).size).to.equal(currencies.length);
    expect(currencies.every(code => /^[A-Z]{3}$/.test(code))).to.equal(true);
    const withDigits = (digits: number) => currencies.filter(code => minorDigitsOf(code) === digits);
    expect(withDigits(0)).to.have.length(17);
    expect(withDigits(3)).to.deep.equal(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']);
    expect(withDigits(4)).to.deep.equal(['CLF', 'UYW']);
    expect(withDigits(2)).to.have.length(currencies.length - 26);
    // Node's own list holds what was ever in use, and no funds codes.
    const everInUse = new Set(Intl.supportedValuesOf('currency'));
    expect(currencies.filter(code => !everInUse.has(code))).to.have.members(fundsAndNewest);
  });

  it('hold no metals, no units of account and no test codes', () => {
    for (const code of ['XAU', 'XAG', 'XDR', 'XSU', 'XUA', 'XTS', 'XXX', 'HRK', 'DEM', ''])
      expect(() => currencyOf(code), code).to.throw(RangeError);
  });
});

describe('an amount on the wire', () => {
  const rows: [Provider, bigint, string, string][] = [
    ['paypal', 2999n, 'USD', '29.99'],
    ['paypal', 150_000n, 'HUF', '1500'],
    ['paypal', -150_000n, 'HUF', '-1500'],
    ['paypal', 0n, 'TWD', '0'],
    ['paypal', 1500n, 'JPY', '1500'],
    ['payoneer', 150_050n, 'HUF', '1500.50'],
    ['mercadolibre', 9_990_000n, 'COP', '99900'],
    ['ebay', 9_990_050n, 'COP', '99900.50'],
    ['paypal', 1_234n, 'KWD', '1.234'],
  ];
  for (const [provider, minor, currency, text] of rows)
    it(`${minor} minor units of ${currency} are ${text} at ${provider}`, () => {
      const amount = money(minor, currencyOf(currency));
      expect([fitsWire(provider, amount), wireDecimal(provider, amount)]).to.deep.equal([true, text]);
    });

  it('is refused, and not rounded, where it has more digits than the provider takes', () => {
    for (const [provider, currency] of [
      ['paypal', 'HUF'],
      ['paypal', 'TWD'],
      ['mercadolibre', 'COP'],
    ] as const) {
      expect(wireDigitsOf(provider, currency)).to.equal(0);
      expect(() => wireDecimal(provider, money(150_050n, currency))).to.throw('AMOUNT_TOO_FINE');
    }
  });
});
