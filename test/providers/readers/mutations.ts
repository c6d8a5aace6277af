import { readVerbatim, toJson } from '../../../sandbox/json.ts';

/** One way in which a real answer may differ from the one we know. */
export type Mutation = { name: string; body: string };

type Path = readonly (string | number)[];
type Parent = Record<string | number, unknown>;

const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean };
const isTree = (value: unknown): value is Parent => typeof value === 'object' && value !== null && !isRawJSON(value);

/** Every place in an answer; of a list the first two elements stand for all. */
function* placesIn(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (!isTree(value)) return;
  const keys = Array.isArray(value) ? [0, 1].slice(0, value.length) : Object.keys(value);
  for (const key of keys) yield* placesIn(value[key], [...path, key]);
}

const parentOf = (body: unknown, path: Path): Parent =>
  path.slice(0, -1).reduce<unknown>((value, key) => (value as Parent)[key], body) as Parent;

/** A word of tomorrow: where a word is expected, it may be read as it is. */
export const newWord = 'A_NEW_WORD';

/** Values of every kind that JSON has, none of which a provider would send there. */
const strangers: Readonly<Record<string, unknown>> = {
  null: null,
  'an empty text': '',
  'another word': newWord,
  'a number': -7,
  'a flag': true,
  'an object': { strange: 'object' },
  'a list': ['strange', 'list'],
};

/**
 * All single changes of one answer: each place absent, of another type, under a new name. A list without one of its
 * elements is another true answer, and none of these.
 */
export function* mutationsOf(answer: string): Generator<Mutation> {
  const whole = readVerbatim(answer);
  const changed = (name: string, path: Path, change: (parent: Parent, key: string | number) => void): Mutation => {
    const body = readVerbatim(answer);
    change(parentOf(body, path), path.at(-1) ?? '');
    return { name: `${path.join('.')} ${name}`, body: toJson(body) };
  };
  yield { name: 'an empty object', body: '{}' };
  yield { name: 'an empty list', body: '[]' };
  yield { name: 'null', body: 'null' };
  yield { name: 'no JSON', body: '<html>Bad gateway</html>' };
  for (const path of placesIn(whole)) {
    for (const [kind, value] of Object.entries(strangers))
      yield changed(`is ${kind}`, path, (parent, key) => {
        parent[key] = value;
      });
    if (typeof path.at(-1) !== 'string') continue;
    yield changed('absent', path, (parent, key) => {
      delete parent[key];
    });
    yield changed('under another name', path, (parent, key) => {
      parent[`${key}_v2`] = parent[key];
      delete parent[key];
    });
  }
}

/** The same answer with something new in every object of it. */
export function withNews(answer: string): string {
  const add = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(add);
    if (!isTree(value)) return value;
    const entries = Object.entries(value).map(([key, part]) => [key, add(part)]);
    return { ...Object.fromEntries(entries), brand_new: { of: ['the', 'future', 1] } };
  };
  return toJson(add(readVerbatim(answer)));
}
