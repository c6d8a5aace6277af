import { expect } from 'chai';
import {
  add,
  convert,
  currencyOf,
  divideRounded,
  equals,
  formatDecimal,
  formatMoney,
  isGreater,
  max,
  min,
  money,
  multiply,
  negate,
  parseDecimal,
  parseFee,
  parseMoney,
  percentOf,
  split,
  subtract,
  sum,
  zero,
} from '../../domain/money.ts';
import { usd } from '../support/money.ts';

describe('reading an amount of money', () => {
  const rows: [string, string, bigint][] = [
    ['10.99', 'USD', 1099n],
    ['10.9', 'USD', 1090n],
    ['10', 'USD', 1000n],
    ['0.01', 'USD', 1n],
    ['-0.01', 'USD', -1n],
    ['-12.30', 'EUR', -1230n],
    ['007.50', 'USD', 750n],
    ['10.9900', 'USD', 1099n],
    ['990', 'CLP', 990n],
    ['990.00', 'CLP', 990n],
    ['1234', 'JPY', 1234n],
    ['90071992547409.93', 'USD', 9007199254740993n],
    ['9999999999999999.99', 'USD', 999999999999999999n],
    ['0.305', 'KWD', 305n],
    ['0.3050', 'KWD', 305n],
    ['1500', 'HUF', 150000n],
    ['35.1234', 'CLF', 351234n],
  ];
  for (const [text, currency, minor] of rows)
    it(`takes ${text} ${currency} as ${minor} minor units`, () => {
      expect(parseMoney(text, currency)).to.deep.equal({ amountMinor: minor, currency });
    });

  const refused: [string, string, string][] = [
    ['10.999', 'USD', 'more digits than USD'],
    ['990.50', 'CLP', 'more digits than CLP'],
    ['0.1', 'JPY', 'more digits than JPY'],
    ['10.000000001', 'USD', 'more digits than USD'],
    ['0.3051', 'KWD', 'more digits than KWD'],
    ['1,099.00', 'USD', 'not an amount'],
    ['1e3', 'USD', 'not an amount'],
    ['+5', 'USD', 'not an amount'],
    ['.5', 'USD', 'not an amount'],
    ['5.', 'USD', 'not an amount'],
    ['', 'USD', 'not an amount'],
    [' 5', 'USD', 'not an amount'],
    ['5\n', 'USD', 'not an amount'],
    ['NaN', 'USD', 'not an amount'],
    ['Infinity', 'USD', 'not an amount'],
    ['10000000000000000', 'USD', 'not an amount'],
    ['1000000000000000000', 'CLP', 'not an amount'],
    ['5.00', 'XXX', 'unknown currency: XXX'],
    ['5.00', 'usd', 'unknown currency: usd'],
    ['5.00', 'toString', 'unknown currency: toString'],
  ];
  for (const [text, currency, why] of refused)
    it(`refuses ${JSON.stringify(text)} ${currency}`, () => {
      expect(() => parseMoney(text, currency)).to.throw(RangeError, why);
    });
});

describe('reading a fee, which may be finer than its currency', () => {
  const rows: [string, string, number, bigint][] = [
    ['4198.6', 'CLP', 1, 4199n],
    ['4198.6', 'CLP', 3, 12596n],
    ['4198.5', 'CLP', 1, 4199n],
    ['4198.4999', 'CLP', 1, 4198n],
    ['-0.5', 'CLP', 1, -1n],
    ['1268.36', 'ARS', 1, 126836n],
    ['0.005', 'USD', 1, 1n],
    ['0.00499999999999999999', 'USD', 1, 0n],
    ['10', 'USD', 2, 2000n],
    ['0.0005', 'KWD', 1, 1n],
  ];
  for (const [text, currency, pieces, minor] of rows)
    it(`takes ${text} ${currency} for each of ${pieces} as ${minor} minor units`, () => {
      expect(parseFee(text, currency, pieces)).to.deep.equal({ amountMinor: minor, currency });
    });

  for (const [text, currency] of [
    ['1e3', 'USD'],
    ['', 'USD'],
    ['1,5', 'USD'],
    ['1.5', 'XXX'],
  ] as const)
    it(`refuses ${JSON.stringify(text)} ${currency}`, () => {
      expect(() => parseFee(text, currency)).to.throw(RangeError);
    });
});

describe('writing an amount of money', () => {
  const rows: [bigint, string, string][] = [
    [1099n, 'USD', '10.99'],
    [5n, 'USD', '0.05'],
    [0n, 'USD', '0.00'],
    [-5n, 'USD', '-0.05'],
    [-120n, 'EUR', '-1.20'],
    [990n, 'CLP', '990'],
    [0n, 'JPY', '0'],
    [-7n, 'JPY', '-7'],
    [9007199254740993n, 'USD', '90071992547409.93'],
  ];
  for (const [minor, currency, text] of rows)
    it(`writes ${minor} minor units of ${currency} as ${text}`, () => {
      expect(formatDecimal(money(minor, currencyOf(currency)))).to.equal(text);
      expect(formatMoney(money(minor, currencyOf(currency)))).to.equal(`${text} ${currency}`);
    });
});

describe('arithmetic with money', () => {
  it('adds, subtracts, compares and multiplies exactly', () => {
    expect(add(usd(10n), usd(5n))).to.deep.equal(usd(15n));
    expect(subtract(usd(10n), usd(15n))).to.deep.equal(usd(-5n));
    expect(negate(usd(-5n))).to.deep.equal(usd(5n));
    expect(multiply(usd(333n), 3)).to.deep.equal(usd(999n));
    expect(sum([usd(1n), usd(2n), usd(3n)], 'USD')).to.deep.equal(usd(6n));
    expect(sum([], 'CLP')).to.deep.equal(zero('CLP'));
    expect([min(usd(1n), usd(2n)), max(usd(1n), usd(2n))]).to.deep.equal([usd(1n), usd(2n)]);
    expect([isGreater(usd(2n), usd(1n)), isGreater(usd(1n), usd(1n))]).to.deep.equal([true, false]);
    expect([equals(usd(1n), usd(1n)), equals(usd(1n), money(1n, 'EUR'))]).to.deep.equal([true, false]);
  });

  const mixed: [string, () => unknown][] = [
    ['add', () => add(usd(1n), money(1n, 'EUR'))],
    ['subtract', () => subtract(usd(1n), money(1n, 'EUR'))],
    ['compare', () => isGreater(usd(1n), money(1n, 'EUR'))],
    ['take the smaller of', () => min(usd(1n), money(1n, 'EUR'))],
    ['take the larger of', () => max(usd(1n), money(1n, 'EUR'))],
    ['sum up', () => sum([usd(1n), money(1n, 'EUR')], 'USD')],
  ];
  for (const [verb, attempt] of mixed)
    it(`does not ${verb} two currencies without a conversion`, () => {
      expect(attempt).to.throw('met EUR without a conversion');
    });

  it('refuses to multiply by a part of a piece', () => {
    expect(() => multiply(usd(100n), 1.5)).to.throw(RangeError);
  });
});

describe('rounding', () => {
  const rows: [bigint, bigint, bigint][] = [
    [5n, 10n, 1n],
    [-5n, 10n, -1n],
    [4n, 10n, 0n],
    [-4n, 10n, 0n],
    [15n, 10n, 2n],
    [-15n, 10n, -2n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [0n, 7n, 0n],
  ];
  for (const [numerator, denominator, rounded] of rows)
    it(`takes ${numerator}/${denominator} as ${rounded}: half goes away from zero`, () => {
      expect(divideRounded(numerator, denominator)).to.equal(rounded);
    });

  it('refuses a divisor that is not positive', () => {
    for (const divisor of [0n, -1n]) expect(() => divideRounded(1n, divisor)).to.throw('a divisor is positive');
  });
});

describe('a percentage of an amount', () => {
  const rows: [bigint, string, bigint][] = [
    [1000n, '12.85', 129n],
    [2999n, '3.49', 105n],
    [1000n, '0', 0n],
    [1000n, '100', 1000n],
    [50n, '1', 1n],
    [49n, '1', 0n],
    [-50n, '1', -1n],
    [1n, '0.01', 0n],
  ];
  for (const [minor, percent, part] of rows)
    it(`of ${minor} at ${percent} % is ${part}`, () => {
      expect(percentOf(usd(minor), percent)).to.deep.equal(usd(part));
    });

  for (const text of ['', '5 %', '1e1', '.5', '1,5', '0x10', '1.0000000000001'])
    it(`refuses ${JSON.stringify(text)} as a decimal`, () => {
      expect(() => parseDecimal(text)).to.throw(RangeError, 'not a decimal');
    });
});

describe('a conversion at a stored rate', () => {
  const clp = { base: 'USD', quote: 'CLP', rate: '945.5' } as const;
  const eur = { base: 'USD', quote: 'EUR', rate: '0.92' } as const;
  const jpy = { base: 'JPY', quote: 'CLP', rate: '6.3' } as const;
  const rows: [ReturnType<typeof money>, Parameters<typeof convert>[1], ReturnType<typeof money>][] = [
    [usd(1000n), clp, money(9455n, 'CLP')],
    [money(9455n, 'CLP'), clp, usd(1000n)],
    [money(1n, 'CLP'), clp, usd(0n)],
    [money(5n, 'CLP'), clp, usd(1n)],
    [usd(1000n), eur, money(920n, 'EUR')],
    [money(920n, 'EUR'), eur, usd(1000n)],
    [money(10n, 'JPY'), jpy, money(63n, 'CLP')],
    [usd(77n), { base: 'USD', quote: 'USD', rate: '1' }, usd(77n)],
  ];
  for (const [from, rate, to] of rows)
    it(`turns ${formatMoney(from)} into ${formatMoney(to)} at ${rate.rate} ${rate.base}/${rate.quote}`, () => {
      expect(convert(from, rate)).to.deep.equal(to);
    });

  it('refuses a currency that the rate does not name, and a rate that is not positive', () => {
    expect(() => convert(money(1n, 'GBP'), clp)).to.throw('cannot convert GBP');
    for (const rate of ['0', '0.000', '-1'])
      expect(() => convert(usd(1n), { ...clp, rate })).to.throw('a rate is positive');
  });
});

describe('splitting an amount', () => {
  const rows: [bigint, bigint[], bigint[]][] = [
    [100n, [1n, 1n, 1n], [34n, 33n, 33n]],
    [101n, [1n, 1n, 1n], [34n, 34n, 33n]],
    [-100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
    [10n, [0n, 1n], [0n, 10n]],
    [1n, [0n, 1n, 1n], [0n, 1n, 0n]],
    [0n, [1n, 2n], [0n, 0n]],
    [7n, [5n], [7n]],
    [999n, [1n, 2n], [333n, 666n]],
  ];
  for (const [minor, weights, parts] of rows)
    it(`of ${minor} by ${weights.join(':')} gives ${parts.join(', ')}`, () => {
      expect(split(usd(minor), weights)).to.deep.equal(parts.map(usd));
    });

  it('refuses weights that are negative, or all zero, or none', () => {
    for (const weights of [[], [0n, 0n], [2n, -1n]]) expect(() => split(usd(1n), weights)).to.throw('weights');
  });
});
