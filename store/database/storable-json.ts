/**
 * JSON text that a `jsonb` column takes. Postgres refuses U+0000 and halves of surrogate pairs, which occur in texts of
 * marketplaces and their users: each becomes the replacement character.
 */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part) =>
    typeof part === 'string' ? part.replaceAll('\0', '\uFFFD').toWellFormed() : part,
  );
