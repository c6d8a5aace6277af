import { expect } from 'chai';
import Joi from 'joi';
import { choiceIn, listOf, unwrap } from '../../../providers/aliexpress/envelope.ts';

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

  const number = Joi.number();
  const line = Joi.object({ id: number.required() }).unknown();
  for (const [what, item, value, list] of [
    ['a bare list', number, [1, 2], [1, 2]],
    ['a wrapped list', number, { number: [1, 2] }, [1, 2]],
    ['a wrapped list beside other fields', number, { count: 2, number: [1, 2] }, [1, 2]],
    ['a wrapped list beside another list', number, { news: [{ of: 'tomorrow' }], number: [1, 2] }, [1, 2]],
    ['a single element without brackets', number, { number: 7 }, [7]],
    ['a single element without wrapper and brackets', number, 7, [7]],
    ['a single object without brackets', line, { line: { id: 1, name: 'a' } }, [{ id: 1, name: 'a' }]],
    ['a single object that says one thing', line, { line: { id: 1 } }, [{ id: 1 }]],
    ['an object that is the element', line, { id: 1, name: 'a' }, [{ id: 1, name: 'a' }]],
    ['an element with a list of its own', line, { id: 1, nodes: [1, 2] }, [{ id: 1, nodes: [1, 2] }]],
    ['an element with an empty list of its own', line, { id: 1, nodes: [] }, [{ id: 1, nodes: [] }]],
    ['an empty wrapper', line, {}, []],
    ['an empty list beside other fields', line, { count: 0, lines: [] }, []],
    ['a wrapper of null', line, { lines: null }, []],
    ['an empty text', line, '', []],
    ['null', line, null, []],
  ] as const) {
    it(`reads ${what}`, () => {
      expect(listOf(item).validate(value).value).to.deep.equal(list);
    });
  }

  it('does not take an empty list beside one that cannot be read', () => {
    expect(listOf(line).validate({ lines: [{ id: 'x' }], news: [] }).error).to.be.instanceOf(Error);
  });

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
