/** Rows as values: each column is converted as MikroORM converts it, and what is sealed is opened. */
import type { EntityName, EntityProperty } from '@mikro-orm/core';
import type { EntityManager } from './entity-manager.ts';
import { openRow } from './opened-rows.ts';

export type Row = Readonly<Record<string, unknown>>;
export type Column = {
  readonly name: string;
  readonly prop: string;
  /** Of what Postgres returns, and of what it is given. */
  readonly convert: (value: unknown) => unknown;
  readonly store: (value: unknown) => unknown;
};
export type Table = {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly byProp: ReadonlyMap<string, Column>;
};

const tables = new WeakMap<object, Table>();

export function tableOf<T extends object>(em: EntityManager, entity: EntityName<T>): Table {
  const meta = em.getMetadata().get(entity);
  const table = tables.get(meta) ?? describe(em, meta.tableName, meta.props);
  tables.set(meta, table);
  return table;
}

function describe(em: EntityManager, name: string, props: readonly EntityProperty[]): Table {
  const platform = em.getPlatform();
  const columns = props.map(({ name: prop, fieldNames: [field = ''], customType, runtimeType }) => {
    const convert = (value: unknown) => {
      if (value === null) return null;
      if (customType) return customType.convertToJSValue(value, platform);
      return runtimeType === 'Date' ? platform.parseDate(value as string) : value;
    };
    const store = (value: unknown) =>
      customType && value !== null ? customType.convertToDatabaseValue(value, platform) : value;
    return { name: field, prop, convert, store };
  });
  return { name, columns, byProp: new Map(columns.map(column => [column.prop, column])) };
}

export const namesOf = (columns: readonly Column[]): string => columns.map(({ name }) => name).join(', ');

/** @param columns those that the statement returns */
export async function readRows<T>(
  em: EntityManager,
  { name, columns }: Pick<Table, 'name' | 'columns'>,
  statement: string,
  values: readonly unknown[],
): Promise<T[]> {
  const rows = await em.execute<Row[]>(statement, [...values]);
  return rows.map(row => {
    const value: Record<string, unknown> = {};
    for (const { name: column, prop, convert } of columns) value[prop] = convert(row[column]);
    openRow(em, name, value);
    return value as T;
  });
}

/** What a statement of our own returns of a table. @param statement gets the table's columns to return */
export function rowsBy<T extends object>(
  em: EntityManager,
  entity: EntityName<T>,
  statement: (columns: string) => string,
  values: readonly unknown[],
): Promise<T[]> {
  const table = tableOf(em, entity);
  return readRows<T>(em, table, statement(namesOf(table.columns)), values);
}

/** Stores a row, and gives it with what the table itself fills in. */
export async function insertRow<T extends object>(
  em: EntityManager,
  entity: EntityName<T>,
  facts: Partial<T>,
): Promise<T> {
  const { name, byProp } = tableOf(em, entity);
  const given = Object.entries(facts).flatMap(([prop, value]) => {
    const column = byProp.get(prop);
    return column && value !== undefined ? [{ column, value }] : [];
  });
  const names = namesOf(given.map(({ column }) => column));
  const statement = (columns: string) =>
    `insert into ${name} (${names}) values (${given.map(() => '?').join(', ')}) returning ${columns}`;
  const values = given.map(({ column, value }) => column.store(value));
  const [row] = await rowsBy(em, entity, statement, values);
  if (!row) throw new Error(`a row of ${name} was stored`);
  return row;
}
