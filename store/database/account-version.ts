/**
 * As what an outside account was read, in SQL: whose it is and the secrets it has. Its times do not count, which every
 * use and every check of the account changes; and a backup that brings the same contents back brings the same version.
 */
export const accountVersion = (row: string): string =>
  `md5(concat_ws('|', ${row}.user_id, ${row}.account_id, ${row}.webhook_segment, ${row}.status, ${row}.sealed))`;
