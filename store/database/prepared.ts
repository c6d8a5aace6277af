import { createHash } from 'node:crypto';
import pg from 'pg';
import { wrapQueries } from './wrap-queries.ts';

/**
 * A statement that is asked again and again gets a name: each connection then parses it once, and plans it once where
 * one plan serves all values. What is asked seldom has none, because each name costs every connection memory.
 */
const namedFrom = 20;
const namesMax = 500;
const countedMax = 5_000;

/** The columns of `*` may change while we are connected, and Postgres then refuses what it has prepared. */
const hasOpenColumns = /(\bselect|\breturning|,)\s+\*|\.\*/;

const asked = new Map<string, number>();
const names = new Map<string, string>();
const unnamed = new Set<string>();

/**
 * Made from the text, so that a name means the same statement in every process: a pooler that does not keep names apart
 * can only fail, and never run another process's statement with our values.
 */
const nameFor = (text: string): string => `orders_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;

/** A statement that is prepared from the first time on. */
export const prepared = (text: string): { readonly name: string; readonly text: string } => ({
  name: nameFor(text),
  text,
});

function nameOf(text: string): string | undefined {
  const name = names.get(text);
  if (name || names.size >= namesMax || unnamed.has(text)) return name;
  const times = (asked.get(text) ?? 0) + 1;
  if (times < namedFrom) {
    if (asked.size >= countedMax && !asked.has(text)) asked.clear();
    asked.set(text, times);
    return undefined;
  }
  asked.delete(text);
  if (hasOpenColumns.test(text)) return undefined;
  names.set(text, nameFor(text));
  return names.get(text);
}

/** From now on it is asked without a name, on every connection of this process. */
function leaveUnnamed(text: string): void {
  names.delete(text);
  if (unnamed.size < namesMax) unnamed.add(text);
}

/** A migration has changed the type of a column since the statement was prepared: it would fail for ever under its name. */
const isOutdated = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery';

/** For statements with parameters, on every connection of this pool. */
export function nameStatements(pool: pg.Pool): void {
  wrapQueries(pool, query => (text, values, ...more) => {
    const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined;
    if (!name) return query(text, values, ...more);
    const answer = query({ name, text, values }, ...more);
    if (answer instanceof Promise) answer.catch((error: unknown) => isOutdated(error) && leaveUnnamed(String(text)));
    return answer;
  });
}
