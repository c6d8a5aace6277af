/** Covers: store/database/ownership.ts, store/database/migrate.ts. */
import { randomBytes } from 'node:crypto';
import { runMigrations } from 'bullmq';
import { expect } from 'chai';
import pg from 'pg';
import { openBackend } from '../../../queues/engine/backend.ts';
import { fulfillQueue } from '../../../queues/fulfill.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { migrate } from '../../../store/database/migrate.ts';
import { openOrm, openStore } from '../../../store/database/open.ts';
import { ownerRole } from '../../../store/database/roles.ts';
import { createEmptyDatabase, type TestDatabase } from '../../support/database.ts';
import { until } from '../../support/until.ts';
import { insertOrder, insertUser } from '../fixtures.ts';

/** The last migration of the release whose only role was the server's superuser. */
const oldRelease = '0024-own-debits';
const log = createLogger('test', 'silent');

async function addJob(databaseUrl: string, jobId: string): Promise<void> {
  const backend = await openBackend({ databaseUrl, workers: 0, log });
  const queue = backend.openQueue(fulfillQueue);
  await queue.add(fulfillQueue.name, { orderId: jobId }, { jobId });
  await queue.close();
  await backend.close();
}

/** Whose everything is, and who may do what with it. */
const standingIn = async (administrator: pg.Client) =>
  (
    await administrator.query<{ what: string; owner: string; rights: string }>(
      `with ours as (select oid from pg_namespace where nspname in ('public', 'bullmq'))
       select what, coalesce(nullif(owner::regrole::text, '-'), 'of its table') as owner, rights::text as rights from (
         select 'schema ' || nspname as what, nspowner as owner, nspacl as rights from pg_namespace where oid in (table ours)
         union all select relkind::text || ' ' || oid::regclass, relowner, relacl from pg_class where relnamespace in (table ours)
         union all select 'routine ' || oid::regprocedure, proowner, proacl from pg_proc where pronamespace in (table ours)
         union all select 'type ' || oid::regtype, typowner, typacl from pg_type where typnamespace in (table ours)
         union all select attrelid::regclass || '.' || attname, 0, attacl from pg_attribute where attacl is not null
           and attrelid in (select oid from pg_class where relnamespace in (table ours))) all_of_it
       order by what`,
    )
  ).rows;

/** What is not the owner's, of all that could be. */
const notOwners = async (administrator: pg.Client) =>
  (await standingIn(administrator)).filter(({ owner }) => owner !== ownerRole && owner !== 'of its table');

/** As the earlier release left it, made with the one role that it knew. */
async function makeEarlier(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const orm = await openOrm(databaseUrl, 2);
  await orm.migrator.up({ to: oldRelease });
  await orm.em.fork().transactional(em => insertUser(em as Parameters<typeof insertUser>[0]));
  await orm.close(true);
  await runMigrations(client);
  await client.end();
  await addJob(databaseUrl, 'of the earlier release');
}

describe('a database that an earlier release made as its superuser', () => {
  let database: TestDatabase;
  let administrator: pg.Client;
  before(async () => {
    database = await createEmptyDatabase();
    administrator = new pg.Client({ connectionString: database.administratorUrl });
    await administrator.connect();
    await makeEarlier(database.administratorUrl);
  });
  after(async () => {
    await administrator?.end();
    await database?.drop();
  });

  const standing = () => standingIn(administrator);
  const moveOver = () => migrate({ ...database, databaseUrl: database.url });

  it('is the owner’s after the migration, all of it', async () => {
    expect((await standing()).map(({ owner }) => owner)).to.include('app');
    await moveOver();
    expect(await notOwners(administrator)).to.deep.equal([]);
  });

  it('serves the application: its rows, new ones, and the jobs that it held', async () => {
    const store = await openStore(database.url, 2);
    expect(await store.read(em => em.execute('select count(*)::int as users from users'))).to.deep.equal([
      { users: 1 },
    ]);
    await store.transaction(em => insertOrder(em));
    await store.close();
    await addJob(database.url, 'of this release');
    const worked: string[] = [];
    const backend = await openBackend({ databaseUrl: database.url, workers: 1, log });
    const worker = backend.openWorker(fulfillQueue, async ({ id = '' }) => void worked.push(id), {});
    await until(() => worked.length === 2, { describe: 'both jobs' });
    await worker.close();
    await backend.close();
    expect(worked).to.have.members(['of the earlier release', 'of this release']);
  });

  it('is left as it is by another migration, while the application is at work in it', async () => {
    const before = await standing();
    const store = await openStore(database.url, 2);
    await store.transaction(async em => {
      await em.execute('select id from orders for update');
      await em.execute(`insert into operator_audit (operator, action, target, outcome) values ('x', 'x', '{}', 'x')`);
      await moveOver();
    });
    await store.close();
    expect(await standing()).to.deep.equal(before);
  });
});

describe('a database that an earlier release made as somebody whom no address names any more', () => {
  const [shop, manager] = [`shop_${randomBytes(4).toString('hex')}`, `manager_${randomBytes(4).toString('hex')}`];
  let database: TestDatabase;
  let superuser: pg.Client;
  beforeEach(async () => {
    database = await createEmptyDatabase();
    superuser = new pg.Client({ connectionString: database.administratorUrl });
    await superuser.connect();
    await superuser.query(`create role ${shop} login password 'p'`);
    await superuser.query(`create role ${manager} login createrole password 'p'`);
    await superuser.query(`grant ${ownerRole} to ${manager} with admin option`);
    await superuser.query(`alter database ${new URL(database.url).pathname.slice(1)} owner to ${shop}`);
    await makeEarlier(as(shop));
  });
  afterEach(async () => {
    await superuser?.end();
    await database?.drop();
    const server = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL });
    await server.connect();
    await server.query(`drop role if exists ${shop}, ${manager}`);
    await server.end();
  });

  const as = (name: string): string =>
    Object.assign(new URL(database.administratorUrl), { username: name, password: 'p' }).href;
  const migrateAs = (administratorUrl: string) => migrate({ administratorUrl, databaseUrl: database.url });

  it('is the owner’s when a superuser has migrated it', async () => {
    expect((await standingIn(superuser)).map(({ owner }) => owner)).to.include(shop);
    await migrateAs(database.administratorUrl);
    expect(await notOwners(superuser)).to.deep.equal([]);
  });

  it('is not touched by an administrator who may not: it is said whose it is, and what helps', async () => {
    const before = await standingIn(superuser);
    const problem = await migrateAs(as(manager)).catch((error: Error) => error.message);
    expect(problem).to.contain(`belongs to ${shop}, and ${manager}`);
    expect(await standingIn(superuser)).to.deep.equal(before);
    const [, mend] = /let a superuser run "(.+?)"/.exec(String(problem)) ?? [];
    await superuser.query(mend ?? '');
    await migrateAs(as(manager));
    expect(await notOwners(superuser)).to.deep.equal([]);
    const store = await openStore(database.url, 2);
    await store.transaction(em => insertOrder(em));
    await store.close();
  });
});
