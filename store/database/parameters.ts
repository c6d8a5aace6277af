/** Statements are written with `?`, as MikroORM wants them; Postgres takes `$1`, `$2`. */
const numbered = new Map<string, string>();
/** Texts are part of the program, but for a few lists: more than these are numbered anew each time. */
const keptMax = 2_000;
/** The protocol counts the values of a statement in 16 bits. */
const valuesMax = 30_000;

/** What is sent beside a statement, and not written into it. */
export const isScalar = (value: unknown): boolean =>
  value === null ||
  value instanceof Date ||
  Buffer.isBuffer(value) ||
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value);

/** The statement with numbers; undefined where a value is a list or an identifier, which has to be written into its text. */
export function withNumbers(statement: string, values: unknown): string | undefined {
  if (!Array.isArray(values) || values.length > valuesMax) return undefined;
  if (values.length === 0) return statement;
  if (values.includes(undefined)) throw new Error(`a value of this statement is undefined: ${statement.slice(0, 200)}`);
  if (!values.every(isScalar) || statement.includes('??')) return undefined;
  const known = numbered.get(statement);
  if (known) return known;
  let count = 0;
  const text = statement.replace(/(\\?)\?/g, (_, escaped: string) => (escaped ? '?' : `$${++count}`));
  if (numbered.size < keptMax) numbered.set(statement, text);
  return text;
}
