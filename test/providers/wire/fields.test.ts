import { expect } from 'chai';
import fc from 'fast-check';
import Joi from 'joi';
import { formatDecimal, money } from '../../../domain/money.ts';
import { parseExactly } from '../../../providers/wire/exact-json.ts';
import { choiceOf, decimalText, harmless, idText, maybe, moneyField, open } from '../../../providers/wire/fields.ts';

const paypal = moneyField('value', 'currency_code');
const read = (json: string) => paypal.validate(parseExactly(json));

describe('moneyField', () => {
  for (const [json, minor, currency] of [
    ['{"value":"10.99","currency_code":"USD"}', 1099n, 'USD'],
    ['{"value":10.99,"currency_code":"USD"}', 1099n, 'USD'],
    ['{"value":10.10,"currency_code":"USD"}', 1010n, 'USD'],
    ['{"value":10,"currency_code":"USD"}', 1000n, 'USD'],
    ['{"value":0.1,"currency_code":"USD"}', 10n, 'USD'],
    ['{"value":"-3.50","currency_code":"BRL"}', -350n, 'BRL'],
    ['{"value":"990.00","currency_code":"CLP"}', 990n, 'CLP'],
    ['{"value":900719925474099.31,"currency_code":"USD"}', 90071992547409931n, 'USD'],
  ] as const) {
    it(`reads ${json}`, () => {
      expect(read(json).value).to.deep.equal(money(minor, currency));
    });
  }

  for (const json of [
    '{"value":"10.999","currency_code":"USD"}',
    '{"value":"10.5","currency_code":"JPY"}',
    '{"value":"10,99","currency_code":"USD"}',
    '{"value":"1e3","currency_code":"USD"}',
    '{"value":1e3,"currency_code":"USD"}',
    '{"value":"","currency_code":"USD"}',
    '{"value":"10.99","currency_code":"XXX"}',
    '{"value":"10.99"}',
    '{"currency_code":"USD"}',
    '"10.99 USD"',
  ]) {
    it(`refuses ${json}`, () => {
      expect(read(json).error).to.be.instanceOf(Error);
    });
  }

  it('gives every amount back that was written as a bare number', () => {
    const amounts = fc.bigInt({ min: 1n - 10n ** 15n, max: 10n ** 15n - 1n });
    fc.assert(
      fc.property(amounts, fc.constantFrom('USD' as const, 'CLP' as const), (minor, currency) => {
        const amount = money(minor, currency);
        expect(read(`{"value":${formatDecimal(amount)},"currency_code":"${currency}"}`).value).to.deep.equal(amount);
      }),
    );
  });
});

describe('ids and amounts', () => {
  it('are text, however they were sent', () => {
    expect(idText.validate(parseExactly('8190123456789012345')).value).to.equal('8190123456789012345');
    expect(idText.validate(2195160686).value).to.equal('2195160686');
    expect(idText.validate('110-2-9').value).to.equal('110-2-9');
    expect(decimalText.validate(parseExactly('1500')).value).to.equal('1500');
    expect(decimalText.validate(parseExactly('1500.50')).value).to.equal('1500.50');
  });
});

describe('how much depends on a field', () => {
  const item = open<{ id: string }>({ id: Joi.string().required() });
  const shape = open({
    decides: maybe(Joi.string().valid('yes', 'no')),
    said: harmless(Joi.string()),
    offers: choiceOf(item),
    counted: maybe(Joi.array().items(item)),
  });

  it('lets what is absent, null or an empty text be absent', () => {
    for (const nothing of [undefined, null, '']) {
      const { value, error } = shape.validate({ decides: nothing, said: nothing });
      expect(error).to.equal(undefined);
      expect(Object.values(value).filter(read => read !== undefined)).to.deep.equal([]);
    }
  });
  it('leaves out what nobody decides by, whatever it is', () => {
    for (const odd of [1, {}, [], true, null]) expect(shape.validate({ said: odd })).to.deep.equal({ value: {} });
  });
  it('refuses what a decision hangs on, when it is of another kind', () => {
    for (const odd of ['perhaps', 1, {}, []])
      expect(shape.validate({ decides: odd }).error, `${odd}`).to.be.instanceOf(Error);
  });
  it('drops an offer that cannot be read, and keeps the others', () => {
    const offers = [{ id: 'a' }, null, { id: 7 }, 'b', { id: 'c', more: 1 }];
    expect(shape.validate({ offers }).value).to.deep.equal({ offers: [{ id: 'a' }, { id: 'c', more: 1 }] });
    expect(shape.validate({ offers: 'a' }).error).to.be.instanceOf(Error);
  });
  it('takes null for no list, but not an empty text in the place of a list or an object', () => {
    const parts = open({ list: maybe(Joi.array()), object: maybe(open({})) });
    expect(parts.validate({ list: null, object: null })).to.deep.equal({ value: {} });
    for (const odd of [{ list: '' }, { object: '' }]) expect(parts.validate(odd).error).to.be.instanceOf(Error);
  });
  it('refuses a list that is counted when one element cannot be read', () => {
    expect(shape.validate({ counted: [{ id: 'a' }, null] }).error).to.be.instanceOf(Error);
  });
});
