/**
 * Rows are values here: nothing is tracked, nothing is flushed behind our back. So what is looked up by its columns needs
 * no more than its statement. MikroORM itself takes ten times as long to load a row, because it makes a managed entity of
 * it. It still answers all other questions.
 */
import type { EntityName } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery, type QueryResult } from 'kysely';
import { withNumbers } from './parameters.ts';
import { conditionOf, isPlain, orderOf, updateOf } from './statements.ts';
import { namesOf, type Row, readRows, type Table, tableOf } from './table-rows.ts';

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
    const simple = Object.keys(options).length === 0 ? updateOf(tableOf(this, name), where, data) : undefined;
    const changed = simple && (await this.#ask(simple.sql, simple.values));
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
      return await this.getKysely().executeQuery(CompiledQuery.raw(text, [...(values as unknown[])]));
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
