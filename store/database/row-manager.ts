/**
 * Rows are values here: nothing is tracked, nothing is flushed behind our back. So what is looked up by its columns needs
 * no more than its statement, and its row converted column by column as MikroORM converts it. MikroORM itself takes ten
 * times as long to load a row, because it makes a managed entity of it. It still answers all other questions.
 */
import type { EntityName, EntityProperty } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import { openRow } from './opened-rows.ts';
import { withNumbers } from './parameters.ts';

type Row = Readonly<Record<string, unknown>>;
type Column = { readonly name: string; readonly prop: string; readonly convert: (value: unknown) => unknown };
type Table = {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly byProp: ReadonlyMap<string, Column>;
};

const comparisons: Readonly<Record<string, string>> = { $ne: '<>', $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' };

/** SQL, and the values of its parameters. */
type Condition = { readonly sql: string; readonly values: readonly unknown[] };
type Question = Condition & { readonly table: Table; readonly columns: readonly Column[] };

/** All that is answered here; a question with any other option is MikroORM's. */
type Options = {
  orderBy?: Readonly<Record<string, unknown>>;
  limit?: number;
  offset?: number;
  exclude?: readonly string[];
};
const known: ReadonlySet<string> = new Set<keyof Options>(['orderBy', 'limit', 'offset', 'exclude']);

const isPlain = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

export class RowManager extends EntityManager {
  static readonly #tables = new WeakMap<object, Table>();

  override async find<T extends object>(name: EntityName<T>, where: unknown, options: object = {}): Promise<never[]> {
    const question = this.#questionOf(name, where, options);
    if (question) return this.#answer(question);
    return (await super.find(name, where as never, options)) as never[];
  }

  override async findOne<T extends object>(name: EntityName<T>, where: unknown, options: object = {}): Promise<never> {
    const question = this.#questionOf(name, where, { ...options, limit: 1 });
    if (!question) return super.findOne(name, where as never, options) as Promise<never>;
    const [row] = await this.#answer(question);
    return (row ?? null) as never;
  }

  override async findOneOrFail<T extends object>(
    name: EntityName<T>,
    where: unknown,
    options: object = {},
  ): Promise<never> {
    return (await this.findOne(name, where, options)) ?? super.findOneOrFail(name, where as never, options);
  }

  /** With real parameters, so that Postgres can keep the statement; MikroORM would write their values into its text. */
  override async execute<T>(query: unknown, params: unknown = [], ...more: unknown[]): Promise<T> {
    const text = typeof query === 'string' && more.length === 0 ? withNumbers(query, params) : undefined;
    if (!text) return super.execute(query as never, params as never, ...(more as [])) as Promise<T>;
    try {
      const { rows } = await this.getKysely().executeQuery(CompiledQuery.raw(text, params as unknown[]));
      return rows as T;
    } catch (error) {
      throw this.getDriver().convertException(error as Error);
    }
  }

  async #answer({ table, columns, sql, values }: Question): Promise<never[]> {
    const rows: Row[] = await this.execute(sql, [...values]);
    return rows.map(row => {
      const value: Record<string, unknown> = {};
      for (const { name, prop, convert } of columns) value[prop] = convert(row[name]);
      openRow(this, table.name, value);
      return value as never;
    });
  }

  #questionOf<T extends object>(name: EntityName<T>, where: unknown, options: Options): Question | undefined {
    if (!Object.keys(options).every(option => known.has(option))) return undefined;
    const table = this.#tableOf(name);
    const condition = isPlain(where) ? conditionOf(table, where) : undefined;
    const order = orderOf(table, options.orderBy ?? {});
    if (!condition || order === undefined) return undefined;
    const closed = new Set(options.exclude ?? []);
    const columns = table.columns.filter(({ prop }) => !closed.has(prop));
    const limits = [options.limit, options.offset];
    const sql = [
      `select ${columns.map(column => column.name).join(', ')} from ${table.name}`,
      ...(condition.sql ? [`where ${condition.sql}`] : []),
      ...(order ? [`order by ${order}`] : []),
      ...(options.limit === undefined ? [] : ['limit ?']),
      ...(options.offset === undefined ? [] : ['offset ?']),
    ].join(' ');
    return { table, columns, sql, values: [...condition.values, ...limits.filter(limit => limit !== undefined)] };
  }

  #tableOf<T extends object>(name: EntityName<T>): Table {
    const meta = this.getMetadata().get(name);
    const table = RowManager.#tables.get(meta) ?? this.#describe(meta.tableName, meta.props);
    RowManager.#tables.set(meta, table);
    return table;
  }

  #describe(name: string, props: readonly EntityProperty[]): Table {
    const columns = props.map(({ name: prop, fieldNames: [field = ''], customType, runtimeType }) => {
      const platform = this.getPlatform();
      const convert = (value: unknown) => {
        if (value === null) return null;
        if (customType) return customType.convertToJSValue(value, platform);
        return runtimeType === 'Date' ? platform.parseDate(value as string) : value;
      };
      return { name: field, prop, convert };
    });
    return { name, columns, byProp: new Map(columns.map(column => [column.prop, column])) };
  }
}

/** Undefined when there is more to it than columns that are compared with values. */
function conditionOf({ byProp }: Table, where: Row): Condition | undefined {
  const parts: string[] = [];
  const values: unknown[] = [];
  for (const [prop, value] of Object.entries(where)) {
    const column = byProp.get(prop);
    if (!column) return undefined;
    for (const [operator, compared] of isPlain(value) ? Object.entries(value) : [['$eq', value] as const]) {
      const sql = comparison(column.name, operator, compared);
      if (!sql) return undefined;
      parts.push(sql);
      if (sql.endsWith('?')) values.push(compared);
      else if (Array.isArray(compared)) values.push(...compared);
    }
  }
  return { sql: parts.join(' and '), values };
}

function comparison(column: string, operator: string, value: unknown): string | undefined {
  if (operator === '$in' && Array.isArray(value))
    return value.length === 0 ? 'false' : `${column} in (${value.map(() => '?').join(', ')})`;
  if (value === null)
    return operator === '$eq' ? `${column} is null` : operator === '$ne' ? `${column} is not null` : undefined;
  if (!isScalar(value)) return undefined;
  if (operator === '$eq') return `${column} = ?`;
  return comparisons[operator] && `${column} ${comparisons[operator]} ?`;
}

const isScalar = (value: unknown): boolean =>
  value instanceof Date || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);

function orderOf({ byProp }: Table, orderBy: Row): string | undefined {
  const parts = Object.entries(orderBy).map(([prop, direction]) => {
    const column = byProp.get(prop);
    return column && (direction === 'asc' || direction === 'desc') ? `${column.name} ${direction}` : undefined;
  });
  return parts.includes(undefined) ? undefined : parts.join(', ');
}
