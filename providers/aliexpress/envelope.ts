import Joi from 'joi';
import { choiceOf } from '../fields.ts';

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
 * What an answer says against what was asked, most specific code first. `nothingDone`: its own structure says that
 * nothing was done, whichever code it names.
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
 * A list, out of the wrapper it comes in: `{ number: [1, 2] }`, whose inner key varies, and whose single element may
 * stand there without brackets, or without the wrapper. Nothing, and a wrapper of nothing, is an empty list.
 */
export function listIn(value: unknown): unknown[] {
  if (!isObject(value)) return elementsOf(value);
  const children = Object.values(value);
  if (children.length <= 1) return elementsOf(children[0]);
  const lists = children.filter(Array.isArray);
  // Beside a list of its own or an object, the fields are those of a single element.
  return lists.length === 1 && !children.some(isObject) ? lists.flat() : [value];
}

const elementsOf = (value: unknown): unknown[] => {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null || value === '' ? [] : [value];
};

/** A list of things that each fit `item`: it is summed, counted or searched, so one that does not fit spoils it. */
export const listOf = (item: Joi.Schema) =>
  Joi.any().custom(value => Joi.attempt(listIn(value), Joi.array().items(item), { errors: { render: false } }));

/** A list by which nothing is decided: what does not fit `item` is left out. */
export const harmlessListOf = (item: Joi.Schema) =>
  Joi.any().custom(value => Joi.attempt(listIn(value), choiceOf(item)));

/** A list to choose from: what does not fit `item` is not chosen. @throws where something is offered, and nothing fits */
export const choiceIn = (item: Joi.Schema) =>
  Joi.any().custom(value => {
    const offered = listIn(value);
    const readable = Joi.attempt(offered, choiceOf(item));
    if (readable.length === 0) throw new RangeError(`nothing readable among ${offered.length}`);
    return readable;
  });
