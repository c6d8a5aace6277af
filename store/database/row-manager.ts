/**
 * Rows are values here: nothing is tracked, nothing is flushed behind our back. So what is looked up by its columns needs
 * no more than its statement. MikroORM itself takes ten times as long to load a row, because it makes a managed entity of
 * it. It still answers all other questions.
 */
import { type EntityName, isRaw } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery, type QueryResult } from 'kysely';
import { withNumbers } from './parameters.ts';
import { type Column, namesOf, readRows, type Table, tableOf } from './table-rows.ts';

type Row = Readonly<Record<string, unknown>>;
type Question = {
  readonly table: Pick<Table, 'name' | 'columns'>;
  readonly sql: string;
  readonly values: readonly unknown[];
};

/** All that is answered here; a question with any other option is MikroORM's. */
type Options = { orderBy?: Row; limit?: number; offset?: number; exclude?: readonly string[] };
const known: ReadonlySet<string> = new Set<keyof Options>(['orderBy', 'limit', 'offset', 'exclude']);

export class RowManager extends EntityManager {
  override async find<T extends object>(name: EntityName<T>, where: unknown, options: object = {}): Promise<never[]> {
    const question = this.#questionOf(name, where, options);
    if (question) return readRows(this, question.table, question.sql, question.values);
    return (await super.find(name, where as never, options)) as never[];
  }

  override async findOne<T extends object>(name: EntityName<T>, where: unknown, options: object = {}): Promise<never> {
    const question = this.#questionOf(name, where, { ...options, limit: 1 });
    if (!question) return super.findOne(name, where as never, options) as Promise<never>;
    const [row = null] = await readRows(this, question.table, question.sql, question.values);
    return row as never;
  }

  override async findOneOrFail<T extends object>(
    name: EntityName<T>,
    where: unknown,
    options: object = {},
  ): Promise<never> {
    return (await this.findOne(name, where, options)) ?? super.findOneOrFail(name, where as never, options);
  }

  override async nativeUpdate<T extends object>(
    name: EntityName<T>,
    where: unknown,
    data: unknown,
    options: object = {},
  ): Promise<number> {
    const table = tableOf(this, name);
    const guard = isPlain(where) && Object.keys(options).length === 0 ? conditionOf(table, where) : undefined;
    const change = guard?.sql && isPlain(data) ? changeOf(table, data) : undefined;
    const text = change && `update ${table.name} set ${change.sql} where ${guard?.sql}`;
    const values = [...(change?.values ?? []), ...(guard?.values ?? [])];
    const changed = text && (await this.#ask(text, values));
    return changed ? Number(changed.numAffectedRows) : super.nativeUpdate(name, where as never, data as never, options);
  }

  /** With real parameters, so that Postgres can keep the statement; MikroORM would write their values into its text. */
  override async execute<T>(query: unknown, params: unknown = [], ...more: unknown[]): Promise<T> {
    const answer = typeof query === 'string' && more.length === 0 ? await this.#ask(query, params) : undefined;
    return (answer ? answer.rows : super.execute(query as never, params as never, ...(more as []))) as T;
  }

  /** Undefined when a value has to be written into the statement. */
  async #ask(statement: string, values: unknown): Promise<QueryResult<unknown> | undefined> {
    const text = withNumbers(statement, values);
    if (!text) return undefined;
    try {
      return await this.getKysely().executeQuery(CompiledQuery.raw(text, values as unknown[]));
    } catch (error) {
      throw this.getDriver().convertException(error as Error);
    }
  }

  #questionOf<T extends object>(name: EntityName<T>, where: unknown, options: Options): Question | undefined {
    if (!Object.keys(options).every(option => known.has(option))) return undefined;
    const table = tableOf(this, name);
    const condition = isPlain(where) ? conditionOf(table, where) : undefined;
    const order = orderOf(table, options.orderBy ?? {});
    if (!condition || order === undefined) return undefined;
    const closed = new Set(options.exclude ?? []);
    const columns = table.columns.filter(({ prop }) => !closed.has(prop));
    const sql = [
      `select ${namesOf(columns)} from ${table.name}`,
      ...(condition.sql ? [`where ${condition.sql}`] : []),
      ...(order ? [`order by ${order}`] : []),
      ...(options.limit === undefined ? [] : ['limit ?']),
      ...(options.offset === undefined ? [] : ['offset ?']),
    ].join(' ');
    const limits = [options.limit, options.offset].filter(limit => limit !== undefined);
    return { table: { name: table.name, columns }, sql, values: [...condition.values, ...limits] };
  }
}

const isPlain = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Undefined when there is more to it than columns that are compared with values. */
function conditionOf({ byProp }: Table, where: Row): { sql: string; values: readonly unknown[] } | undefined {
  const parts: string[] = [];
  const values: unknown[] = [];
  for (const [prop, wanted] of Object.entries(where)) {
    const column = byProp.get(prop);
    if (!column) return undefined;
    for (const [operator, value] of isPlain(wanted) ? Object.entries(wanted) : [['$eq', wanted] as const]) {
      const part = comparison(column, operator, value);
      if (!part) return undefined;
      parts.push(part);
      if (part.endsWith('?')) values.push(value);
      else if (Array.isArray(value)) values.push(...value);
    }
  }
  return { sql: parts.join(' and '), values };
}

/** Undefined when a column is set to what only SQL can tell. */
function changeOf({ byProp }: Table, data: Row): { sql: string; values: readonly unknown[] } | undefined {
  const set = Object.entries(data).filter(([, value]) => value !== undefined);
  const columns = set.map(([prop]) => byProp.get(prop));
  if (set.length === 0 || set.some(([, value]) => isRaw(value)) || columns.includes(undefined)) return undefined;
  return {
    sql: columns.map(column => `${column?.name} = ?`).join(', '),
    values: set.map(([, value], place) => columns[place]?.store(value)),
  };
}

const comparisons: Readonly<Record<string, string>> = {
  $eq: '=',
  $ne: '<>',
  $gt: '>',
  $gte: '>=',
  $lt: '<',
  $lte: '<=',
};
const nulls: Readonly<Record<string, string>> = { $eq: 'is null', $ne: 'is not null' };

function comparison({ name }: Column, operator: string, value: unknown): string | undefined {
  if (operator === '$in' && Array.isArray(value))
    return value.length === 0 ? 'false' : `${name} in (${value.map(() => '?').join(', ')})`;
  if (value === null) return nulls[operator] && `${name} ${nulls[operator]}`;
  if (!isScalar(value)) return undefined;
  return comparisons[operator] && `${name} ${comparisons[operator]} ?`;
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
