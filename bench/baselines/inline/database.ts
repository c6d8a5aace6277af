import pg from 'pg';

/** Named, so that Postgres parses and plans it once for each connection. */
export type Statement = { readonly name: string; readonly text: string };
export type Ask = <Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]) => Promise<Row[]>;

/** What was sent so far. `transactions`: those of several statements; each other statement commits by itself. */
export type Counts = { statements: number; transactions: number; readonly byStatement: Map<string, number> };

export type Database = {
  readonly counts: Counts;
  /** One statement, committed by itself. */
  readonly ask: Ask;
  transaction<T>(work: (ask: Ask) => Promise<T>): Promise<T>;
};

export function openDatabase(connectionString: string, connections: number): Database {
  const pool = new pg.Pool({ connectionString, max: connections, keepAlive: true });
  const counts: Counts = { statements: 0, transactions: 0, byStatement: new Map() };
  const askOn =
    (client: pg.Pool | pg.PoolClient): Ask =>
    async (statement, values) => {
      counts.statements += 1;
      counts.byStatement.set(statement.name, (counts.byStatement.get(statement.name) ?? 0) + 1);
      return (await client.query({ ...statement, values: [...values] })).rows;
    };
  return {
    counts,
    ask: askOn(pool),
    async transaction(work) {
      const client = await pool.connect();
      try {
        counts.transactions += 1;
        await client.query('begin');
        const result = await work(askOn(client));
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    },
  };
}
