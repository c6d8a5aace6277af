import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { type EntityManager, PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { migrations } from '../../migrations/index.ts';
import type { EncryptionKey } from '../../runtime/config.ts';
import { BookCheck, BookFinding } from '../entities/book-check.ts';
import { Feed } from '../entities/feed.ts';
import { Forgetting } from '../entities/forgetting.ts';
import * as money from '../entities/money.ts';
import * as order from '../entities/order.ts';
import * as people from '../entities/people.ts';
import * as subscription from '../entities/subscription.ts';
import { openClock, setClock } from './clock.ts';
import { tellActing } from './current-actor.ts';
import { dropBroken } from './evict-broken.ts';
import { setKeys } from './keyring.ts';
import { OpenedRows } from './opened-rows.ts';
import { breakSilent, timeouts } from './pool-timeouts.ts';
import { assertUsable, type DatabaseAddress, idleInTransactionMs, leaveOutNames } from './pooler.ts';
import { nameStatements } from './prepared.ts';
import { mayRepeat } from './repeatable.ts';
import { RowManager } from './row-manager.ts';
import { onceThere } from './unavailable.ts';
import { trackUnderway } from './underway.ts';

const entities = [
  people.User,
  people.Credential,
  people.ConnectionAttempt,
  people.Product,
  people.Listing,
  subscription.EbaySubscription,
  order.Order,
  order.OrderEvent,
  order.Payment,
  order.SupplierOrder,
  order.Parcel,
  order.InboundEvent,
  Feed,
  BookCheck,
  BookFinding,
  Forgetting,
  money.Effect,
  money.FundingAccount,
  money.Sale,
  money.Commission,
  money.AdminCommission,
  money.Refund,
  money.PayoutLeg,
  money.Dispute,
  money.LedgerPosting,
  money.FxRate,
  money.RateFeed,
];

/**
 * How long a statement may take (a migration of a large database takes its time), `options` for the server, and whether
 * statements may have names.
 */
type Connection = Partial<typeof timeouts> & { readonly options?: string; readonly namedStatements?: boolean };

export const openOrm = (
  databaseUrl: string,
  poolSize: number,
  { namedStatements = true, ...connection }: Connection = timeouts,
) =>
  MikroORM.init({
    driver: PostgreSqlDriver,
    entityManager: RowManager,
    clientUrl: databaseUrl,
    entities,
    extensions: [Migrator],
    subscribers: [new OpenedRows()],
    forceUtcTimezone: true,
    // Rows are values here: what a transaction read is never flushed back behind our back.
    disableIdentityMap: true,
    pool: { min: 0, max: poolSize, idleTimeoutMillis: 30_000 },
    driverOptions: {
      application_name: 'orders',
      ...connection,
      idle_in_transaction_session_timeout: idleInTransactionMs,
      keepAlive: true,
      onPoolCreated: (pool: Pool) => {
        dropBroken(pool);
        breakSilent(pool);
        if (namedStatements) nameStatements(pool);
        else leaveOutNames(pool);
      },
    },
    migrations: { tableName: 'migration', snapshot: false, silent: true, migrationsList: migrations },
  });

/** Asks nothing, so that an answer says that the database is there. */
export async function ping(em: EntityManager): Promise<void> {
  await em.execute('select 1');
}

const transactionAttempts = 5;
/** How to undo the changes that a rolled-back transaction made to values in memory. */
const undos = new WeakMap<EntityManager, (() => void)[]>();

/** A row's value in memory is updated while its transaction is open: a rollback restores the value from before. */
export function restoreOnRollback(em: EntityManager, row: object): void {
  const before = { ...row };
  const undo = () => void Object.assign(row, before);
  undos.set(em, [...(undos.get(em) ?? []), undo]);
}

function rollBack(em: EntityManager): void {
  for (const undo of (undos.get(em) ?? []).reverse()) undo();
}

export type Store = Awaited<ReturnType<typeof openStore>>;

/**
 * The only way to the tables. `read` is for questions, `write` for a change that stands by itself, without a transaction
 * around it; all that belongs together is one `transaction`.
 * @param keys open what is sealed; the first one seals. Whoever reads or writes no buyer needs none
 * @param connection how long a statement may take
 */
export async function openStore(
  databaseUrl: string,
  poolSize = 10,
  keys: readonly EncryptionKey[] = [],
  connection: Connection = timeouts,
) {
  const orm = await openOrm(databaseUrl, poolSize, connection);
  const fork = () => orm.em.fork() as EntityManager;
  const underway = trackUnderway();
  const read = <T>(query: (em: EntityManager) => Promise<T>): Promise<T> => underway.track(() => query(fork()));
  const clock = await onceThere(() => openClock(read)).catch(async (error: unknown) => {
    await orm.close(true);
    throw error;
  });
  setClock(fork(), clock);
  if (keys.length > 0) setKeys(fork(), keys);
  return {
    /** The database's clock, the only one that counts. */
    clock,
    read,
    write: read,

    /** Deadlocks and serialisation failures repeat the whole work, so it must cause nothing outside the database. */
    transaction: <T>(work: (em: EntityManager) => Promise<T>): Promise<T> => underway.track(() => transact(fork, work)),

    /**
     * Waits for what is underway: Kysely never gives back a connection that is being opened while its pool is closed,
     * and the pool would wait for that connection for ever.
     */
    close: async () => {
      await clock.close();
      await underway.over();
      await orm.close(true);
    },
  };
}

/** The store of a process, whose start is refused where a pooler in between would break it. @throws PoolerUnfit */
export async function openProcessStore(
  { databaseUrl, namedStatements }: DatabaseAddress,
  poolSize: number,
  keys: readonly EncryptionKey[] = [],
): Promise<Store> {
  await assertUsable({ databaseUrl, namedStatements });
  return openStore(databaseUrl, poolSize, keys, { ...timeouts, namedStatements });
}

async function transact<T>(fork: () => EntityManager, work: (em: EntityManager) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    let used: EntityManager | undefined;
    try {
      return await fork().transactional(async em => {
        used = em as EntityManager;
        await tellActing(used);
        return work(used);
      });
    } catch (error) {
      if (used) rollBack(used);
      if (attempt === transactionAttempts || !mayRepeat(error)) throw error;
    }
  }
}
