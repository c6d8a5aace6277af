import type { EntityManager } from './entity-manager.ts';

/** A column of sealed texts. Each value is bound to its table and row: copied into another row it does not open. */
export type SealedColumn = {
  readonly table: string;
  readonly column: string;
  /** What its values are bound to beside the row: the table, where it is the only sealed column there. */
  readonly place: string;
  /** SQL: what names the row there. */
  readonly row: string;
  /** SQL: the sealed text; its beginning, which names the key; and how a sealed text, the one parameter, is stored. */
  readonly text: string;
  readonly head: string;
  readonly stored: string;
  /** A row may be megabytes: few are read at once. */
  readonly holdsPictures?: true;
};

/** A column that once held plain values, which stay readable until a worker has sealed them. */
export type ConvertedColumn = SealedColumn & {
  /** SQL: the row holds a plain value; and that value as the text that is sealed. An index finds the rows. */
  readonly isPlain: string;
  readonly plain: string;
};

/** `v1.` and the name of a key, which has 32 characters at most: what follows may be megabytes, and is not read. */
const headLength = 40;

const ofText = (table: string, column: string): SealedColumn => ({
  table,
  column,
  place: table,
  row: 'id::text',
  text: column,
  head: `left(${column}, ${headLength})`,
  stored: '?',
});

/** Secrets: few rows, looked at whenever a process starts. */
export const secretColumns: readonly SealedColumn[] = [
  ofText('api_credentials', 'sealed'),
  ofText('provider_keys', 'sealed'),
  ofText('connection_attempts', 'sealed_verifier'),
  ofText('shop_accounts', 'sealed'),
];

const startsPlain = (column: string) => `left(${column}, 3) <> 'v1.'`;
const onceText = (table: string, column: string) => ({
  ...ofText(table, column),
  text: `case when left(${column}, 3) = 'v1.' then ${column} end`,
  head: `case when left(${column}, 3) = 'v1.' then left(${column}, ${headLength}) end`,
  plain: column,
});
const evidencePlain = `(left(html, 3) <> 'v1.' or left(answer, 3) <> 'v1.' or substring(screenshot for 3) <> 'v1.')`;
const onceBytes = (table: string, column: string) => ({
  table,
  column,
  row: 'id::text',
  text: `case when substring(${column} for 3) = 'v1.' then convert_from(${column}, 'UTF8') end`,
  head: `case when substring(${column} for 3) = 'v1.' then encode(substring(${column} for ${headLength}), 'escape') end`,
  stored: `convert_to(?, 'UTF8')`,
  plain: `encode(${column}, 'base64')`,
});

/** As `store/database/timeline-lines.ts` binds them. */
const ofLine = (column: string, place: string) => ({
  ...ofText('order_events', column),
  place,
  row: `order_id || '/' || bound_to`,
});

/** What names buyers: many rows. */
export const buyerColumns: readonly (SealedColumn | ConvertedColumn)[] = [
  {
    ...ofText('orders', 'ship_to'),
    text: `case jsonb_typeof(ship_to) when 'string' then ship_to #>> '{}' end`,
    head: `case jsonb_typeof(ship_to) when 'string' then left(ship_to #>> '{}', ${headLength}) end`,
    stored: 'to_jsonb(?::text)',
    isPlain: `jsonb_typeof(ship_to) = 'object'`,
    plain: 'ship_to::text',
  },
  {
    ...onceText('effects', 'request'),
    isPlain: `${startsPlain('request')} and request <> '{"erased":true}'`,
  },
  {
    ...onceBytes('inbound_events', 'body'),
    place: 'inbound_events',
    isPlain: `body <> '' and substring(body for 3) <> 'v1.'`,
  },
  {
    ...ofLine('note', 'order_events'),
    text: 'case when bound_to is not null then note end',
    head: `case when bound_to is not null then left(note, ${headLength}) end`,
    isPlain: 'bound_to is null',
    // All of the line: what its detail says is sealed with it.
    plain: `jsonb_build_object('orderId', order_id, 'note', note, 'detail', coalesce(detail, '{}'))::text`,
  },
  ofLine('told', 'order_events.told'),
  ...['html', 'answer'].map(column => ({
    ...onceText('evidence', column),
    place: `evidence.${column}`,
    isPlain: `${evidencePlain} and ${startsPlain(column)}`,
  })),
  {
    ...onceBytes('evidence', 'screenshot'),
    place: 'evidence.screenshot',
    holdsPictures: true,
    isPlain: `${evidencePlain} and substring(screenshot for 3) <> 'v1.'`,
  },
];

/** Every column that holds sealed texts: one that is missing here would be lost with the key that sealed it. */
export const sealedColumns: readonly SealedColumn[] = [...secretColumns, ...buyerColumns];

/** The place that a row's secret is bound to. */
export const sealedPlace = (place: string, row: string): string => `${place}/${row}`;

export type KeyUse = Pick<SealedColumn, 'table' | 'column' | 'place'> & {
  /** The key's name in the sealed texts; empty for texts that are not sealed. */
  readonly keyId: string;
  readonly rows: number;
  readonly sample: { readonly row: string; readonly sealed: string };
};

/** Which keys stored texts need, column by column, with one row of each. Reads all of their rows. */
export async function keysInUse(
  em: EntityManager,
  columns: readonly SealedColumn[] = sealedColumns,
): Promise<KeyUse[]> {
  const uses: KeyUse[] = [];
  for (const column of columns) uses.push(...(await keysOfColumn(em, column)));
  return uses;
}

async function keysOfColumn(
  em: EntityManager,
  { table, column, place, row, text, head }: SealedColumn,
): Promise<KeyUse[]> {
  const rows = await em.execute<{ key_id: string; rows: number; row: string; sealed: string }[]>(
    `select key_id, rows, sample.* from (
       select split_part(head, '.', 2) as key_id, count(*)::int as rows, min(id) as first from (
         select id::text as id, ${head} as head from ${table}) as heads
       where head is not null group by 1) as uses
     cross join lateral (select ${row} as row, ${text} as sealed from ${table} where id::text = first) as sample
     order by key_id`,
  );
  return rows.map(({ key_id: keyId, rows: count, row: name, sealed }) => ({
    table,
    column,
    place,
    keyId,
    rows: count,
    sample: { row: name, sealed },
  }));
}
