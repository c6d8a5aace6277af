/** Covers: domain/money.ts, domain/wire-amount.ts. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Currency,
  convert,
  currencies,
  formatDecimal,
  isGreater,
  minorDigitsOf,
  money,
  parseDecimal,
  parseFee,
  parseMoney,
  percentOf,
  split,
  sum,
} from '../../domain/money.ts';
import { providers } from '../../domain/provider.ts';
import { fitsWire, wireDecimal, wireDigitsOf } from '../../domain/wire-amount.ts';
import {
  amountIn,
  anyAmount,
  anyCurrency,
  anyMinor,
  anyPercent,
  anyRate,
  isNearest,
  minorUnit,
} from './arbitraries.ts';

describe('money, whatever the amount', () => {
  it('reads back what it wrote in every currency', () => {
    for (const currency of currencies)
      fc.assert(
        fc.property(anyMinor, minor => {
          const amount = money(minor, currency);
          expect(parseMoney(formatDecimal(amount), currency)).to.deep.equal(amount);
        }),
        { numRuns: 20 },
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

  it('reads a fee exactly where it fits its currency, and else to the nearest minor unit, once for all pieces', () => {
    const text = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 9n }), fc.stringMatching(/^\d{1,20}$/));
    fc.assert(
      fc.property(text, fc.constantFrom(...currencies), fc.integer({ min: 1, max: 99 }), (parts, currency, pieces) => {
        const [whole, fraction] = parts;
        const unit = 10n ** BigInt(fraction.length);
        const exact = (whole * unit + BigInt(fraction)) * BigInt(pieces) * minorUnit(currency);
        const fee = parseFee(`${whole}.${fraction}`, currency, pieces);
        expect(isNearest(fee.amountMinor, exact, unit)).to.equal(true);
        expect(parseFee(`-${whole}.${fraction}`, currency, pieces).amountMinor).to.equal(-fee.amountMinor);
        if (!/[1-9]/.test(fraction.slice(minorDigitsOf(currency))))
          expect(parseFee(`${whole}.${fraction}`, currency)).to.deep.equal(
            parseMoney(`${whole}.${fraction}`, currency),
          );
      }),
    );
  });

  it('is written for a provider exactly, or refused: never rounded', () => {
    const fewer = fc.constantFrom('HUF', 'TWD', 'COP', 'USD', 'JPY', 'KWD', 'CLF');
    fc.assert(
      fc.property(
        anyMinor,
        fc.oneof(anyCurrency, fewer),
        fc.constantFrom(...providers),
        (minor, currency, provider) => {
          const amount = money(minor, currency as Currency);
          if (!fitsWire(provider, amount)) {
            expect(() => wireDecimal(provider, amount)).to.throw('AMOUNT_TOO_FINE');
            return;
          }
          const text = wireDecimal(provider, amount);
          expect(parseMoney(text, currency)).to.deep.equal(amount);
          expect(text.split('.')[1] ?? '').to.have.length(wireDigitsOf(provider, amount.currency));
        },
      ),
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
