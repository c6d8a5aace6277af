import { expect } from 'chai';
import type { Api } from './open-api.ts';

/** What counts tries at logging in changes with every try. */
const leftOut = ['rate_limits', 'migration', 'state_moves'];

/** How many rows each table holds, when each was last changed, and what there is to do. */
export async function footprint(api: Api): Promise<Record<string, unknown>> {
  const tables = await api.rows<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const names = tables.map(({ name }) => name).filter(name => !leftOut.includes(name));
  const sums = names.map(
    name => `(select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from ${name} t) as "${name}"`,
  );
  const [contents] = await api.rows(`select ${sums.join(', ')}`);
  return { ...contents, jobs: api.stage.jobs.map(({ id }) => id) };
}

/** Runs something that must leave the database and the queue as they are. */
export async function leavesNothing<T>(api: Api, work: () => Promise<T>): Promise<T> {
  const before = await footprint(api);
  const result = await work();
  expect(await footprint(api)).to.deep.equal(before);
  return result;
}
