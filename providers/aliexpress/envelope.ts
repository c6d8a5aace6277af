import Joi from 'joi';
import { choiceOf } from '../wire/fields.ts';

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The payload of an answer: the single key ending in `_response` is opened (create answers under an older name now
 * and then), and so is a nested `resp_result`; an answer without an envelope is its own payload.
 */
export function unwrap(body: unknown): Fields {
  if (!isObject(body)) return {};
  const [key, ...others] = Object.keys(body).filter(name => name.endsWith('_response'));
  const payload = key === undefined || others.length > 0 ? body : body[key];
  if (!isObject(payload)) return {};
  return isObject(payload.resp_result) ? payload.resp_result : payload;
}

/**
 * A refusal in an answer, most specific code first. `nothingDone`: the structure of the answer says that nothing was
 * done, whichever code it names.
 */
export type Refusal = { codes: string[]; message: string; reference?: string; nothingDone?: true };

/**
 * An `error_response`, or an error at the top of the body or of the payload; product answers say it in `rsp_code` and
 * `rsp_msg`, a `resp_result` in `resp_code` and `resp_msg`. The HTTP status is 200 all the same.
 */
export function refusalIn(body: unknown): Refusal | undefined {
  const error = unwrap(body); // `error_response` ends in `_response` too
  if (['code', 'sub_code', 'rsp_code', 'resp_code'].every(field => isAllWell(error[field]))) return undefined;
  const said = ['sub_code', 'code', 'rsp_msg', 'rsp_code', 'resp_msg', 'resp_code']
    .map(field => error[field])
    .filter(value => (isText(value) || typeof value === 'number') && !isAllWell(value));
  const texts = ['sub_msg', 'msg', 'message', 'rsp_msg', 'resp_msg'].map(field => error[field]).filter(isText);
  const reference = error.request_id ?? (isObject(body) ? body.request_id : undefined);
  return { codes: said.map(String), message: texts.join(' '), ...(isText(reference) ? { reference } : {}) };
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** OAuth answers end well with `0`, product answers with `200`. */
const isAllWell = (code: unknown): boolean =>
  code === undefined || code === null || ['', '0', '200'].includes(String(code));

/**
 * The lists that a value may stand for, the likeliest first. A list comes in a wrapper, `{ number: [1, 2] }`, whose
 * inner key varies and which may hold more; a single element may come without brackets, or without the wrapper. No
 * value, or a wrapper without one, is an empty list.
 */
export function listsIn(value: unknown): unknown[][] {
  if (!isObject(value)) return [elementsOf(value)];
  const children = Object.values(value);
  if (children.length <= 1) return [elementsOf(children[0])];
  const lists = children.filter(Array.isArray);
  const filled = lists.filter(list => list.length > 0);
  return [...filled, [value], ...(filled.length === 0 && lists.length > 0 ? [[]] : [])];
}

const elementsOf = (value: unknown): unknown[] => {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null || value === '' ? [] : [value];
};

/** A list that is summed, counted or searched: one element that does not fit `item` makes it unreadable. */
export const listOf = (item: Joi.Schema) =>
  Joi.any().custom(value => {
    const list = Joi.array().items(item);
    const read = listsIn(value).map(one => list.validate(one, { errors: { render: false } }));
    const fits = read.find(({ error }) => !error) ?? read[0];
    if (!fits || fits.error) throw fits?.error ?? new RangeError('no list');
    return fits.value;
  });

/** The elements of a list that fit `item`. */
const readableIn = (item: Joi.Schema, value: unknown): unknown[] =>
  listsIn(value)
    .map((one): unknown[] => Joi.attempt(one, choiceOf(item)))
    .find(readable => readable.length > 0) ?? [];

/** A list by which nothing is decided: an element that does not fit `item` is left out. */
export const harmlessListOf = (item: Joi.Schema) => Joi.any().custom(value => readableIn(item, value));

/** A list to choose from: an element that does not fit `item` is not chosen. @throws where none fits */
export const choiceIn = (item: Joi.Schema) =>
  Joi.any().custom(value => {
    const readable = readableIn(item, value);
    if (readable.length === 0) throw new RangeError('nothing readable to choose from');
    return readable;
  });
