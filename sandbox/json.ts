/** `JSON.rawJSON` (Node ≥ 22) and the reviver's source text: TypeScript's library does not know either yet. */
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };
type ExactReviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/** Writes this text as it is, as a JSON number: `bare("12.50")` keeps its zero, ids above 2^53 keep their digits. */
export const bare = (text: string): unknown => rawJSON(text);

/** JSON as the providers write it; a `bigint` becomes a bare integer of any size. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? bare(part.toString()) : part));

const exact: ExactReviver = (_key, value, { source }) =>
  typeof value === 'number' && source !== undefined && !Number.isSafeInteger(value) ? source : value;

/** Reads JSON without rounding: numbers that are no safe integers arrive as their text. @throws SyntaxError */
export const parseJson = (text: string): unknown => JSON.parse(text, exact as (key: string, value: unknown) => unknown);

const verbatim: ExactReviver = (_key, value, { source }) =>
  typeof value === 'number' && source !== undefined ? bare(source) : value;

/** Reads JSON that is to be written again: every number keeps its digits. @throws SyntaxError */
export const readVerbatim = (text: string): unknown =>
  JSON.parse(text, verbatim as (key: string, value: unknown) => unknown);
