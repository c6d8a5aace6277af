/** As what an outside account was read, in SQL: its row's version, and what its secret was, should a backup have brought rows back. */
export const accountVersion = (row: string): string =>
  `(${row}.xmin::text || md5(coalesce(${row}.sealed, '') || ${row}.status))`;
