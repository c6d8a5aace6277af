import pg from 'pg';
import { ownerRole } from '../../store/database/roles.ts';

export type Owner = {
  /** Runs one or more statements as the owner of the tables; or one, with a `?` for each value. */
  asOwner(sql: string, values?: readonly unknown[]): Promise<void>;
  close(): Promise<void>;
};

/** The owner's hands in one database, on a connection that is made when it is first needed. */
export function openOwner(administratorUrl: string): Owner {
  const pool = new pg.Pool({
    connectionString: administratorUrl,
    options: `-c role=${ownerRole}`,
    max: 1,
    idleTimeoutMillis: 0,
  });
  pool.on('error', () => undefined); // a server that is stopped cuts it; the next question connects again
  return {
    async asOwner(sql, values = []) {
      let number = 0;
      await (values.length > 0
        ? pool.query(
            sql.replaceAll('?', () => `$${++number}`),
            [...values],
          )
        : pool.query(sql));
    },
    close: () => pool.end(),
  };
}
