/**
 * What the application's role has asked of Postgres since the counts began, by pg_stat_statements. What functions and
 * triggers do inside of a statement is not counted.
 */
import type pg from 'pg';

/** Numbers of calls. */
export type StatementCounts = {
  /** Ours: without begin, commit and BullMQ's. */
  statements: number;
  /** Of several statements each; a statement outside of them commits by itself. */
  transactions: number;
  /** BullMQ's own, where the jobs are in Postgres. */
  bullmq: number;
  /** Ours, by text. */
  readonly byText: Map<string, number>;
};

export const noStatements = (): StatementCounts => ({ statements: 0, transactions: 0, bullmq: 0, byText: new Map() });

export const beginCounting = async (client: pg.Client): Promise<void> =>
  void (await client.query('select pg_stat_statements_reset()'));

/** An expression of a trigger that runs at the commit is listed too, and was sent by nobody: it begins with no verb. */
const verb = /^\s*(--.*\n\s*)*(select|insert|update|delete|with|merge|values|notify|listen|set|lock|call)\b/i;
const bracket = /^\s*(begin|commit|rollback|start transaction|savepoint|release)\b/i;

export async function addCounts(client: pg.Client, to: StatementCounts): Promise<void> {
  const isBullmqs = await bullmqRecogniser(client);
  const { rows } = await client.query<{ query: string; calls: number }>(
    `select query, sum(calls)::int as calls from pg_stat_statements s join pg_roles r on r.oid = s.userid
     where r.rolname = 'orders_app' and s.toplevel group by query`,
  );
  for (const { query, calls } of rows) {
    if (/^\s*(begin|start transaction)\b/i.test(query)) to.transactions += calls;
    if (bracket.test(query) || !verb.test(query)) continue;
    if (isBullmqs(query)) to.bullmq += calls;
    else {
      to.statements += calls;
      to.byText.set(query, (to.byText.get(query) ?? 0) + calls);
    }
  }
}

/** A statement is BullMQ's when it names something of BullMQ's schema and no table of ours. */
async function bullmqRecogniser(client: pg.Client): Promise<(query: string) => boolean> {
  const { rows } = await client.query<{ name: string; ours: boolean }>(
    `select relname as name, relnamespace = 'public'::regnamespace as ours from pg_class
     where relkind in ('r', 'v', 'p') and relnamespace in ('public'::regnamespace, to_regnamespace('bullmq'))
     union select proname, false from pg_proc where pronamespace = to_regnamespace('bullmq')`,
  );
  const ours = new Set(rows.filter(row => row.ours).map(({ name }) => name));
  const theirs = new Set(rows.filter(row => !row.ours).map(({ name }) => name));
  return query => {
    const words = query.toLowerCase().match(/[a-z_0-9]+/g) ?? [];
    return words.some(word => theirs.has(word)) && !words.some(word => ours.has(word));
  };
}
