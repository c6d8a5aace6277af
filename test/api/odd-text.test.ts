/** Covers: store/database/storable-json.ts, api/middleware/json-body.ts. */
import { expect } from 'chai';
import fc from 'fast-check';
import { type Api, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

const escaped = (char: string): fc.Arbitrary<string> => {
  const hex = char.charCodeAt(0).toString(16).padStart(4, '0');
  return fc.constantFrom(char, `\\u${hex}`, `\\u${hex.toUpperCase()}`);
};
/** A word as JSON may spell it: each letter as it is, or escaped. */
const spelt = (word: string): fc.Arbitrary<string> =>
  fc.tuple(...[...word].map(escaped)).map(letters => letters.join(''));

/** The inside of a JSON string: what is refused, what nearly is, and what is like it and fine. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('', 'a', '_', 'ü', '😀', '\\n', '\\u00e9', '\\\\', '\\"', 'proto') },
  { weight: 2, arbitrary: fc.constantFrom('\\ud83d\\ude00', '\\\\u0000', '\\\\ud800', '\\u0001', 'u0000', '\\u005C') },
  fc.constantFrom('\\u0000', '\\ud800', '\\uDBFF', '\\udc00', '\\uDFFF', '\\uD83Da', '\\ude00\\ud83d', '\0'),
  spelt('__proto__'),
);
const inside = fc.oneof(
  spelt('__proto__'),
  fc.array(piece, { maxLength: 4 }).map(pieces => pieces.join('')),
);

const { tree: json } = fc.letrec<{ tree: string }>(tie => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    inside.map(text => `"${text}"`),
    fc.constantFrom('1', 'null', 'true'),
    fc.array(tie('tree'), { maxLength: 3 }).map(items => `[${items.join(' , ')}]`),
    fc
      .array(fc.tuple(inside, tie('tree')), { maxLength: 3 })
      .map(pairs => `{${pairs.map(([key, value]) => `"${key}" : ${value}`).join(',')}}`),
  ),
}));

const isOddText = (text: string): boolean => text.includes('\0') || !text.isWellFormed();
/** Looks at every value, as was done before a text was asked first whether there can be something. */
function isOdd(value: unknown): boolean {
  if (typeof value === 'string') return isOddText(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, held]) => key === '__proto__' || isOddText(key) || isOdd(held));
}

function isRefused(raw: string): boolean {
  try {
    return isOdd(JSON.parse(raw));
  } catch {
    return true;
  }
}

describe('api: text that cannot be stored', () => {
  let api: Api;
  before(async () => {
    api = await openApi();
  });
  after(() => api[Symbol.asyncDispose]());

  const send = (raw: string) =>
    api.call('POST', '/api/auth/logout', { raw, headers: { 'content-type': 'application/json' } });

  for (const [what, raw] of [
    ['the name of the prototype', '{"__proto__":1}'],
    ['that name below other things', '{"a":[{"b":{"__proto__":{}}}]}'],
    ['that name with its first letter escaped', '{"\\u005f_proto__":1}'],
    ['that name with its last letter escaped', '{"__proto_\\u005F":1}'],
    ['that name with only a letter in the middle escaped', '{"__p\\u0072oto__":1}'],
    ['that name with all of it escaped', '{"\\u005f\\u005f\\u0070\\u0072\\u006F\\u0074\\u006f\\u005f\\u005f":1}'],
    ['an escaped null in a text', '["a\\u0000"]'],
    ['an escaped null in a name', '{"a\\u0000":1}'],
    ['an escaped null behind an escaped backslash', '["\\\\\\u0000"]'],
    ['a null as it is', '["a\0"]'],
    ['the first half of a pair', '["\\uD83d"]'],
    ['the second half of a pair', '["\\udE00"]'],
    ['two halves in the wrong order', '["\\ude00\\ud83d"]'],
    ['the first half of a pair before a letter in full', '["\\ud83d😀"]'],
  ] as const)
    it(`refuses ${what}`, async () => {
      expectProblem(await send(raw), 400, 'INVALID_BODY');
    });

  for (const [what, raw] of [
    ['a pair', '["\\ud83d\\ude00"]'],
    ['a backslash before what is then no escape', '["\\\\u0000", "\\\\ud800", "\\\\u005f_proto__"]'],
    ['the name of the prototype as a value', '["__proto__"]'],
    ['a name that is like it', '{"__proto___":1,"proto":1,"_proto_":1}'],
    ['what bytes that are no text become', '["\ufffd"]'],
  ] as const)
    it(`takes ${what}`, async () => {
      expect((await send(raw)).status).to.equal(204);
    });

  it('refuses whatever looking at every value refuses, however it is spelt, and nothing else', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        json.map(tree => `[${tree}]`),
        async raw => {
          const { status } = await send(raw);
          if (status !== 204) refused += 1;
          expect(status, raw).to.equal(isRefused(raw) ? 400 : 204);
        },
      ),
      { numRuns: 400 },
    );
    expect(refused).to.be.within(50, 350);
  });
});
