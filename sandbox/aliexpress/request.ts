import { parseJson } from '../json.ts';
import { isShape, type Shape } from '../shape.ts';
import type { World } from '../world.ts';
import { invalid, missing } from './refusals.ts';

/** One verified call: its parameters, and who asks. */
export type Request = {
  /** @throws Refusal MissingParameter */
  required(name: string): string;
  optional(name: string): string | undefined;
  /** A list as the gateway writes it: one level down, under its element's type name, unless `simplify` is on. */
  list(elementName: string, elements: readonly unknown[]): unknown;
};

export function requestOf(world: World, parameters: URLSearchParams): Request {
  return {
    required(name) {
      const value = parameters.get(name);
      if (!value) throw missing(name);
      return value;
    },
    optional: name => parameters.get(name) ?? undefined,
    list(elementName, elements) {
      if (parameters.get('simplify') === 'true') return elements;
      const sole = world.settings.collapseSingleLists && elements.length === 1;
      return { [elementName]: sole ? elements[0] : elements };
    },
  };
}

/** A parameter that holds a JSON object as text. @throws Refusal */
export function objectOf(request: Request, name: string): Shape {
  const text = request.required(name);
  try {
    const value = parseJson(text);
    if (isShape(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid(name);
}
