/**
 * JSON text that a `jsonb` column takes. It refuses U+0000 and halves of surrogate pairs, and both turn up in what
 * marketplaces and their users write: each becomes the replacement character.
 */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part) =>
    typeof part === 'string' ? part.replaceAll('\0', '\uFFFD').toWellFormed() : part,
  );
