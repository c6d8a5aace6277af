import type { EntityManager } from './open.ts';

/** A column of sealed texts. Each value is bound to its table and row: copied into another row it does not open. */
export type SealedColumn = { readonly table: string; readonly column: string };

/** Every column that holds sealed texts: what is missing here would be lost with the key that sealed it. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'api_credentials', column: 'sealed' },
  { table: 'provider_keys', column: 'sealed' },
  { table: 'connection_attempts', column: 'sealed_verifier' },
  { table: 'shop_accounts', column: 'sealed' },
];

/** The place that a row's secret is bound to. */
export const sealedPlace = (table: string, id: string): string => `${table}/${id}`;

export type KeyUse = SealedColumn & {
  /** As the sealed texts name it; empty when they are none. */
  readonly keyId: string;
  readonly rows: number;
  readonly sample: { readonly id: string; readonly sealed: string };
};

/** Which keys the stored secrets need, column by column, with one row of each. */
export async function keysInUse(em: EntityManager): Promise<KeyUse[]> {
  const uses = await Promise.all(sealedColumns.map(column => keysOf(em, column)));
  return uses.flat();
}

async function keysOf(em: EntityManager, { table, column }: SealedColumn): Promise<KeyUse[]> {
  const rows = await em.execute<{ key_id: string; rows: number; id: string; sealed: string }[]>(
    `select distinct on (key_id) key_id, count(*) over (partition by key_id)::int as rows, id, sealed from (
       select split_part(${column}, '.', 2) as key_id, id::text as id, ${column} as sealed from ${table}
       where ${column} is not null) as secrets
     order by key_id, id`,
  );
  return rows.map(({ key_id: keyId, rows: count, id, sealed }) => ({
    table,
    column,
    keyId,
    rows: count,
    sample: { id, sealed },
  }));
}
