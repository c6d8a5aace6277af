import fc from 'fast-check';

/** A place in a JSON document. */
type Path = readonly (string | number)[];

/** One way in which a provider's answer may differ from the one that we know. */
export type Change = { how: 'drop' | 'null' | 'retype' | 'rename' | 'add'; at: Path; value?: unknown };

/** Nothing that could be read as an amount, a time or a code of ours. */
const otherTypes = [true, false, 'zzz', '', [], {}, [null], { zzz: 1 }, -1.5e300];

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (!isObject(value)) return [at];
  const keys = Array.isArray(value) ? value.map((_one, index) => index) : Object.keys(value);
  return [at, ...keys.flatMap(key => pathsOf((value as Record<string | number, unknown>)[key], [...at, key]))];
}

/** Every place of the document but the whole, in one of these ways. */
export const anyChangeOf = (document: unknown): fc.Arbitrary<Change> =>
  fc
    .tuple(
      fc.constantFrom(...pathsOf(document).slice(1)),
      fc.constantFrom('drop' as const, 'null' as const, 'retype' as const, 'rename' as const, 'add' as const),
      fc.constantFrom(...otherTypes),
    )
    .map(([at, how, value]) => ({ at, how, value }));

/** A copy of the document with the change. */
export function changed(document: unknown, { how, at, value }: Change): unknown {
  const copy: unknown = structuredClone(document);
  const last = at.at(-1) as string;
  let parent = copy as Record<string | number, unknown>;
  for (const key of at.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
  switch (how) {
    case 'drop':
      if (Array.isArray(parent)) parent.splice(Number(last), 1);
      else delete parent[last];
      break;
    case 'null':
      parent[last] = null;
      break;
    case 'retype':
      parent[last] = value;
      break;
    case 'rename':
      if (Array.isArray(parent)) break;
      parent[`${last}_of_next_year`] = parent[last];
      delete parent[last];
      break;
    case 'add':
      if (Array.isArray(parent)) parent.push(value);
      else parent.thing_of_next_year = value;
  }
  return copy;
}
