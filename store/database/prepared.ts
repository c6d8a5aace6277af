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

/** A migration has changed the type of a column since the statement was prepared. */
const isOutdated = (error: unknown): boolean =>
  error instanceof Error && error.message === 'cached plan must not change result type';

/**
 * For statements with parameters, on every connection of this pool. A connection on which one is out of date is broken: it
 * would fail on it for ever.
 */
export function nameStatements(pool: pg.Pool): void {
  pool.on('connect', client => {
    const connected = client as unknown as {
      connection: { stream: { destroy(): void } };
      query(...asked: unknown[]): unknown;
    };
    const query = connected.query.bind(client);
    connected.query = (text, values, ...more) => {
      const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined;
      if (!name) return query(text, values, ...more);
      const answer = query({ name, text, values }, ...more);
      if (answer instanceof Promise)
        answer.catch((error: unknown) => isOutdated(error) && connected.connection.stream.destroy());
      return answer;
    };
  });
}
