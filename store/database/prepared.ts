import type pg from 'pg';

/**
 * A statement that is asked again and again gets a name: each connection then parses it once, and plans it once where
 * one plan serves all values. What is asked seldom has none, because each name costs every connection memory.
 */
const namedFrom = 20;
const namesMax = 500;

/** The columns of `*` may change while we are connected, and Postgres then refuses what it has prepared. */
const hasOpenColumns = /(\bselect|\breturning|,)\s+\*|\.\*/;

const asked = new Map<string, number>();
const names = new Map<string, string>();

function nameOf(text: string): string | undefined {
  const name = names.get(text);
  if (name || names.size >= namesMax) return name;
  const times = (asked.get(text) ?? 0) + 1;
  if (times < namedFrom) {
    if (asked.size < 10 * namesMax) asked.set(text, times);
    return undefined;
  }
  asked.delete(text);
  if (hasOpenColumns.test(text)) return undefined;
  names.set(text, `orders_${names.size + 1}`);
  return names.get(text);
}

/** For statements with parameters, on every connection of this pool. */
export function nameStatements(pool: pg.Pool): void {
  pool.on('connect', client => {
    const connection = client as unknown as { query(...asked: unknown[]): unknown };
    const query = connection.query.bind(client);
    connection.query = (text, values, ...more) => {
      const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined;
      return name ? query({ name, text, values }, ...more) : query(text, values, ...more);
    };
  });
}
