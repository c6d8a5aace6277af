/** Node 24 hands the source text to the reviver; TypeScript's lib does not know that third argument yet. */
type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

const isExact = (value: number, source: string): boolean => Number.isSafeInteger(value) && /^-?\d+$/.test(source);

const exact: Reviver = (_key, value, context) => {
  if (typeof value === 'string') return value.replaceAll('\u0000', '\ufffd');
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return isExact(value, context.source) ? value : context.source;
};

/**
 * Safe integers stay numbers; `8190123456789012345` and `10.10` come back as the text that was sent, so that neither
 * an id nor an amount passes through a float. A null character becomes U+FFFD: no text of the database holds one.
 * @throws SyntaxError
 */
export const parseExactly = (text: string): unknown =>
  JSON.parse(text, exact as (key: string, value: unknown) => unknown);
