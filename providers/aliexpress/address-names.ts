import Joi from 'joi';
import { type Call, check, parse } from '../call.ts';
import { open } from '../fields.ts';

/** As AliExpress spells them: an order with other names is refused in some countries. No cities: none are prescribed. */
export type Province = { name: string; cities: string[] };

type Node = { name: string; children?: unknown };
const nodes = Joi.array().items(open<Node>({ name: Joi.string().required(), children: Joi.any() }));

/** Below the country come provinces, below them cities; each level may be a list, or the JSON text of one. */
export const toProvinces = (call: Call, children: unknown): Province[] =>
  nodesIn(call, children).map(({ name, children }) => ({
    name,
    cities: nodesIn(call, children).map(city => city.name),
  }));

function nodesIn(call: Call, children: unknown): Node[] {
  if (children === undefined || children === null || children === '') return [];
  const text = typeof children === 'string' ? children : JSON.stringify(children);
  return check(call, nodes, typeof children === 'string' ? parse(call, children) : children, text);
}
