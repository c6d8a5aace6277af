/** SQL of what is asked in terms of an entity's properties. Undefined where there is more to it than columns and values. */
import { isRaw } from '@mikro-orm/core';
import { isScalar } from './parameters.ts';
import type { Column, Row, Table } from './table-rows.ts';

/** With `?` for each value. */
export type Statement = { readonly sql: string; readonly values: readonly unknown[] };

export const isPlain = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Undefined when there is more to it than columns that are compared with values. */
export function conditionOf({ byProp }: Table, where: Row): Statement | undefined {
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
function changeOf({ byProp }: Table, data: Row): Statement | undefined {
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

export function orderOf({ byProp }: Table, orderBy: Row): string | undefined {
  const parts = Object.entries(orderBy).map(([prop, direction]) => {
    const column = byProp.get(prop);
    return column && (direction === 'asc' || direction === 'desc') ? `${column.name} ${direction}` : undefined;
  });
  return parts.includes(undefined) ? undefined : parts.join(', ');
}

/** An update of the rows that the guard fits. */
export function updateOf(table: Table, guard: unknown, data: unknown): Statement | undefined {
  const where = isPlain(guard) ? conditionOf(table, guard) : undefined;
  const change = where?.sql && isPlain(data) ? changeOf(table, data) : undefined;
  if (!where || !change) return undefined;
  return {
    sql: `update ${table.name} set ${change.sql} where ${where.sql}`,
    values: [...change.values, ...where.values],
  };
}
