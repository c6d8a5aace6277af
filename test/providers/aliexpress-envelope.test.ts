import { expect } from 'chai';
import Joi from 'joi';
import { choiceIn, listIn, listOf, unwrap } from '../../providers/aliexpress/envelope.ts';

describe('AliExpress envelope', () => {
  const result = { ok: true };
  for (const [what, body] of [
    ['the key of the call', { aliexpress_ds_order_create_response: { result } }],
    ['the key of an older call', { aliexpress_trade_buy_placeorder_response: { result } }],
    ['a key that is a path', { '/auth/token/create_response': { result } }],
    ['no key', { result }],
    ['a nested resp_result', { x_response: { resp_result: { result } } }],
    ['a request id beside it', { x_response: { result }, request_id: 'r' }],
  ] as const) {
    it(`opens ${what}`, () => {
      expect(unwrap(body)).to.have.deep.property('result', result);
    });
  }

  for (const [what, value, list] of [
    ['a bare list', [1, 2], [1, 2]],
    ['a wrapped list', { number: [1, 2] }, [1, 2]],
    ['a wrapped list beside other fields', { count: 2, number: [1, 2] }, [1, 2]],
    ['a single element without brackets', { number: 7 }, [7]],
    ['a single object without brackets', { line: { id: 1, name: 'a' } }, [{ id: 1, name: 'a' }]],
    ['an object that is the element', { id: 1, name: 'a' }, [{ id: 1, name: 'a' }]],
    ['an empty wrapper', {}, []],
    ['nothing', undefined, []],
    ['null', null, []],
    ['an empty text', '', []],
    ['a wrapper of null', { number: null }, []],
    ['a single element without wrapper and brackets', 7, [7]],
    [
      'a single line that says one thing only',
      { line: { fee: { amount: '1', currency: 'USD' } } },
      [{ fee: { amount: '1', currency: 'USD' } }],
    ],
    [
      'an element with a list of its own',
      { id: 1, at: { of: 'x' }, nodes: [1, 2] },
      [{ id: 1, at: { of: 'x' }, nodes: [1, 2] }],
    ],
    [
      'an element with two lists of its own',
      { id: 1, items: [1], nodes: [1, 2] },
      [{ id: 1, items: [1], nodes: [1, 2] }],
    ],
  ] as const) {
    it(`reads ${what}`, () => {
      expect(listIn(value)).to.deep.equal(list);
    });
  }

  it('checks every element of a wrapped list', () => {
    expect(listOf(Joi.number()).validate({ number: ['1', '2'] }).value).to.deep.equal([1, 2]);
    expect(listOf(Joi.number()).validate({ number: ['1', 'x'] }).error).to.be.instanceOf(Error);
    expect(listOf(Joi.number()).validate({ number: [1, null] }).error).to.be.instanceOf(Error);
  });

  it('leaves out of a choice what cannot be read, but for a choice of nothing', () => {
    expect(choiceIn(Joi.number()).validate({ number: ['1', 'x', null] }).value).to.deep.equal([1]);
    for (const nothing of [{ number: ['x'] }, [], {}])
      expect(choiceIn(Joi.number()).validate(nothing).error, JSON.stringify(nothing)).to.be.instanceOf(Error);
  });
});
