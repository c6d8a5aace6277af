/** One place in which two readings differ. `read`: what the second has there; absent, where it has nothing. */
export type Difference = { readonly path: string; readonly read: string };

export const absent = 'absent';

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !(value instanceof Date);

/** Of lists it does not matter which element it is: `lines.*.total`. What is empty says as little as what is absent. */
export function differencesOf(right: unknown, read: unknown, path: readonly string[] = []): Difference[] {
  if (isTree(right) && isTree(read)) {
    const keys = [...new Set([...Object.keys(right), ...Object.keys(read)])];
    return keys.flatMap(key => differencesOf(right[key], read[key], [...path, /^\d+$/.test(key) ? '*' : key]));
  }
  if (textOf(right) === textOf(read)) return [];
  return [{ path: path.join('.'), read: textOf(read) }];
}

/** When a token ends is counted from now: it is read to the hour. */
function textOf(value: unknown): string {
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return absent;
  if (value instanceof Date) return value.toISOString().slice(0, 13);
  return isTree(value) ? '{…}' : String(value);
}
