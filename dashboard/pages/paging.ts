import Joi from 'joi';

const pageSize = 50;
export const pageNumber = Joi.number().integer().min(1).max(10_000).default(1);

/** A page of rows, and whether there are more. */
export type Paged<Row> = { readonly rows: readonly Row[]; readonly number: number; readonly more: boolean };

/** Reads one row more than it shows, to know whether there are more. */
export async function pageOf<Row>(
  number: number,
  read: (page: { limit: number; offset: number }) => Promise<Row[]>,
): Promise<Paged<Row>> {
  const rows = await read({ limit: pageSize + 1, offset: (number - 1) * pageSize });
  return { rows: rows.slice(0, pageSize), number, more: rows.length > pageSize };
}
