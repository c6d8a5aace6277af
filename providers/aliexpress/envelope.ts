import Joi from 'joi';

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

/** What the gateway says went wrong, most specific code first. */
export type Refusal = { codes: string[]; message: string; reference?: string };

/**
 * An `error_response`, or an error at the top of the body or of the payload; product answers say it in `rsp_code` and
 * `rsp_msg`. The HTTP status is 200 all the same.
 */
export function refusalIn(body: unknown): Refusal | undefined {
  const error = unwrap(body); // `error_response` ends in `_response` too
  const succeeded = isAllWell(error.code) && isAllWell(error.sub_code) && isAllWell(error.rsp_code);
  if (succeeded) return undefined;
  const said = ['sub_code', 'code', 'rsp_msg', 'rsp_code']
    .map(field => error[field])
    .filter(value => !isAllWell(value));
  const texts = ['sub_msg', 'msg', 'message', 'rsp_msg'].map(field => error[field]).filter(isText);
  const reference = error.request_id ?? (isObject(body) ? body.request_id : undefined);
  return { codes: said.map(String), message: texts.join(' '), ...(isText(reference) ? { reference } : {}) };
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** OAuth answers end well with `0`, product answers with `200`. */
const isAllWell = (code: unknown): boolean => code === undefined || ['', '0', '200'].includes(String(code));

/**
 * A list, out of the wrapper it comes in: `{ number: [1, 2] }`, whose inner key varies, and whose single element may
 * stand there without brackets.
 */
export function listIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return [];
  const children = Object.values(value);
  return children.find(Array.isArray) ?? (children.length > 1 ? [value] : children);
}

/** A wrapped list of things that each fit `item`. */
export const listOf = (item: Joi.Schema) =>
  Joi.any().custom(value => Joi.attempt(listIn(value), Joi.array().items(item), { errors: { render: false } }));
