import pg from 'pg';
import { timeouts } from './pool-timeouts.ts';
import { type DatabaseAddress, leaveOutNames } from './pooler.ts';

/** Connections for statements that are asked past the store. The caller ends the pool. */
export function openPool({ databaseUrl, namedStatements }: DatabaseAddress, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: databaseUrl, max, ...timeouts });
  if (!namedStatements) leaveOutNames(pool);
  return pool;
}
