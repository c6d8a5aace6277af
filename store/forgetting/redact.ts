export const erased = '[erased]';

/** Fields whose whole content is personal. */
const personal = new Set(['buyer', 'shippingAddress', 'shipTo', 'address', 'fullName', 'phone', 'email', 'taxId']);

/** Replaces each of these words where it stands alone: a postcode inside an amount or an order number stays. */
export function redactText(text: string, words: readonly string[]): string {
  if (words.length === 0) return text;
  const longestFirst = words.toSorted((a, b) => b.length - a.length).map(RegExp.escape);
  const alone = new RegExp(
    `(?<![\\p{L}\\p{N}_-]|\\d[.,])(?:${longestFirst.join('|')})(?![\\p{L}\\p{N}_-]|[.,]\\d)`,
    'giu',
  );
  return text.replace(alone, erased);
}

/** The same for every text in a JSON value; personal fields are replaced whole. */
export function redactJson(value: unknown, words: readonly string[]): unknown {
  if (typeof value === 'string') return redactText(value, words);
  if (Array.isArray(value)) return value.map(part => redactJson(part, words));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, personal.has(key) ? erased : redactJson(part, words)]),
  );
}
