import { expect } from 'chai';
import fc from 'fast-check';
import {
  convert,
  currencies,
  formatDecimal,
  isGreater,
  minorDigitsOf,
  money,
  parseDecimal,
  parseMoney,
  percentOf,
  split,
  sum,
} from '../../domain/money.ts';
import { amountIn, anyAmount, anyMinor, anyPercent, anyRate, isNearest, minorUnit } from './arbitraries.ts';

describe('money, whatever the amount', () => {
  for (const currency of currencies)
    it(`reads back what it wrote in ${currency}`, () => {
      fc.assert(
        fc.property(anyMinor, minor => {
          const amount = money(minor, currency);
          expect(parseMoney(formatDecimal(amount), currency)).to.deep.equal(amount);
        }),
      );
    });

  it('never rounds what it reads: it takes all digits, or refuses', () => {
    const text = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.stringMatching(/^\d{0,8}$/));
    fc.assert(
      fc.property(text, fc.constantFrom(...currencies), ([whole, fraction], currency) => {
        const written = fraction ? `${whole}.${fraction}` : `${whole}`;
        const digits = minorDigitsOf(currency);
        if (/[1-9]/.test(fraction.slice(digits))) expect(() => parseMoney(written, currency)).to.throw(RangeError);
        else {
          // The same value over 10^8: nothing was added and nothing dropped.
          const exact = whole * 10n ** 8n + BigInt(fraction.padEnd(8, '0'));
          expect(parseMoney(written, currency).amountMinor * 10n ** BigInt(8 - digits)).to.equal(exact);
        }
      }),
    );
  });

  const weights = fc
    .array(fc.bigInt({ min: 0n, max: 1_000_000n }), { minLength: 1, maxLength: 12 })
    .filter(all => all.some(weight => weight > 0n));

  it('splits without losing or making a cent, and gives nobody a cent for no weight', () => {
    fc.assert(
      fc.property(anyAmount, weights, (amount, shares) => {
        const parts = split(amount, shares);
        expect(sum(parts, amount.currency)).to.deep.equal(amount);
        for (const [index, part] of parts.entries()) if (shares[index] === 0n) expect(part.amountMinor).to.equal(0n);
      }),
    );
  });

  it('splits fairly: each part is less than one minor unit from its exact share, on the side of the whole', () => {
    fc.assert(
      fc.property(anyAmount, weights, (amount, shares) => {
        const total = shares.reduce((a, b) => a + b, 0n);
        for (const [index, part] of split(amount, shares).entries()) {
          const off = part.amountMinor * total - amount.amountMinor * (shares[index] ?? 0n);
          expect(off > -total && off < total).to.equal(true);
          expect(part.amountMinor === 0n || part.amountMinor > 0n === amount.amountMinor > 0n).to.equal(true);
        }
      }),
    );
  });

  it('gives a heavier share never less than a lighter one', () => {
    fc.assert(
      fc.property(amountIn('USD'), weights, (amount, shares) => {
        const parts = split(amount, shares);
        for (const [a, heavy] of shares.entries())
          for (const [b, light] of shares.entries())
            if (heavy > light) expect(parts[a]!.amountMinor >= parts[b]!.amountMinor).to.equal(true);
      }),
    );
  });

  it('takes a percentage to the nearest minor unit, between nothing and all of it', () => {
    fc.assert(
      fc.property(anyAmount, anyPercent, (amount, percent) => {
        const part = percentOf(amount, percent);
        const { units, scale } = parseDecimal(percent);
        expect(part.currency).to.equal(amount.currency);
        expect(isNearest(part.amountMinor, amount.amountMinor * units, scale * 100n)).to.equal(true);
        const [low, high] = amount.amountMinor < 0n ? [amount.amountMinor, 0n] : [0n, amount.amountMinor];
        expect(part.amountMinor >= low && part.amountMinor <= high).to.equal(true);
      }),
    );
  });

  it('converts to the nearest minor unit, in either direction', () => {
    fc.assert(
      fc.property(anyMinor, anyRate, (minor, rate) => {
        const { units, scale } = parseDecimal(rate.rate);
        const [base, quote] = [minorUnit(rate.base), minorUnit(rate.quote)];
        const there = convert(money(minor, rate.base), rate);
        expect(there.currency).to.equal(rate.quote);
        expect(isNearest(there.amountMinor, minor * units * quote, scale * base)).to.equal(true);
        const back = convert(money(minor, rate.quote), rate);
        expect(back.currency).to.equal(rate.base);
        expect(isNearest(back.amountMinor, minor * scale * base, units * quote)).to.equal(true);
      }),
    );
  });

  it('converts there and back to where it was, but for what the two roundings may take', () => {
    fc.assert(
      fc.property(anyMinor, anyRate, (minor, rate) => {
        const { units, scale } = parseDecimal(rate.rate);
        const back = convert(convert(money(minor, rate.base), rate), rate).amountMinor;
        // Half a unit of quote, worth scale·base / units·quote of base, and half a unit of base.
        const [worth, per] = [scale * minorUnit(rate.base), units * minorUnit(rate.quote)];
        const off = back > minor ? back - minor : minor - back;
        expect(2n * off * per <= worth + per).to.equal(true);
      }),
    );
  });

  it('keeps the order of two amounts through a conversion', () => {
    fc.assert(
      fc.property(anyMinor, anyMinor, anyRate, (a, b, rate) => {
        const [more, less] = a > b ? [a, b] : [b, a];
        const converted = [less, more].map(minor => convert(money(minor, rate.base), rate));
        expect(isGreater(converted[0]!, converted[1]!)).to.equal(false);
      }),
    );
  });
});
