/** Covers: store/database/roles.ts, store/database/ownership.ts, store/database/migrate.ts. */
import { inspect } from 'node:util';
import { expect } from 'chai';
import pg from 'pg';
import {
  applicationUrl,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
  throwaway,
} from '../../../runtime/system/embedded-postgres.ts';
import { removeFolder } from '../../../runtime/system/run-folder.ts';
import { temporaryFolder } from '../../../runtime/system/started-processes.ts';
import { migrate } from '../../../store/database/migrate.ts';

/** A server of its own: roles are the whole server's, and those of the other tests are not to be touched. */
describe('the migration makes the roles', function () {
  this.timeout(60_000);
  const folder = temporaryFolder('roles');
  let server: EmbeddedPostgres;
  let administrator: pg.Client;
  before(async () => {
    server = await startEmbeddedPostgres(folder, throwaway);
    administrator = await connected(server.administratorUrl);
  });
  after(async () => {
    await administrator?.end();
    await server?.stop();
    removeFolder(folder);
  });

  const connected = async (connectionString: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    return client;
  };
  const as = (name: string, password: string, database: string): string => {
    const url = new URL(server.administratorUrl);
    return Object.assign(url, { username: name, password: encodeURIComponent(password), pathname: `/${database}` })
      .href;
  };
  const asAdministrator = (database: string): string => as('app', new URL(server.administratorUrl).password, database);
  const whoIs = async (databaseUrl: string): Promise<unknown> => {
    const client = await connected(databaseUrl);
    const { rows } = await client.query<{ name: string }>('select current_user as name from orders limit 0');
    await client.end();
    return rows;
  };

  const endOf = (addresses: Parameters<typeof migrate>[0]): Promise<string> =>
    migrate(addresses).then(
      () => 'migrated',
      error => inspect(error),
    );

  it('with an administrator who is no superuser', async () => {
    await administrator.query(`create role dba login createrole password 'secret'`);
    await administrator.query('create database managed owner dba');
    await migrate({ administratorUrl: as('dba', 'secret', 'managed'), databaseUrl: as('shop', 'p', 'managed') });
    expect(await whoIs(as('shop', 'p', 'managed'))).to.deep.equal([]);
    await migrate({ administratorUrl: as('dba', 'secret', 'managed'), databaseUrl: as('shop', 'p', 'managed') });
  });

  it('in several databases of one server at once, and lets none of them change the password of the others', async () => {
    const names = ['one', 'two', 'three', 'four'];
    for (const name of names) await administrator.query(`create database ${name}`);
    const withPassword = (password: string) =>
      names.map(name =>
        migrate({
          administratorUrl: asAdministrator(name),
          databaseUrl: as('till', password, name),
        }),
      );
    await Promise.all(withPassword("it's a p:ss/w%rd"));
    for (const name of names) expect(await whoIs(as('till', "it's a p:ss/w%rd", name))).to.deep.equal([]);
    await administrator.query('create database five');
    const five = { administratorUrl: asAdministrator('five'), databaseUrl: as('till', 'another', 'five') };
    expect(await endOf(five)).to.match(/names till with .+ works in another database .+: four, one, three, two\. Name/);
    expect(await whoIs(as('till', "it's a p:ss/w%rd", 'one')), 'as before').to.deep.equal([]);
  });

  it('and changes the password that the address names, of a role that works in no other database', async () => {
    await administrator.query('create database alone');
    for (const password of ['first', 'second']) {
      await migrate({ administratorUrl: asAdministrator('alone'), databaseUrl: as('loner', password, 'alone') });
      expect(await whoIs(as('loner', password, 'alone'))).to.deep.equal([]);
    }
  });

  it('and lets the application into a database that is closed to everybody', async () => {
    await administrator.query('create database closed');
    await administrator.query('revoke connect on database closed from public');
    for (const name of ['guest', 'guest', 'till'])
      await migrate({
        administratorUrl: asAdministrator('closed'),
        databaseUrl: as(name, name === 'till' ? "it's a p:ss/w%rd" : 'p', 'closed'),
      });
    expect(await whoIs(as('guest', 'p', 'closed'))).to.deep.equal([]);
  });

  it('and refuses addresses of two databases', async () => {
    const addresses = { administratorUrl: server.administratorUrl, databaseUrl: as('shop', 'p', 'elsewhere') };
    expect(await endOf(addresses)).to.match(/name two databases/);
    const unreadable = as('shop', 'hunter2', 'postgres').replace(/:\d+\//, ':99999/');
    expect(await endOf({ ...addresses, databaseUrl: unreadable }))
      .to.match(/cannot be read/)
      .and.not.include('hunter2');
  });

  const refused: readonly [name: string, why: RegExp, prepare?: string][] = [
    ['app', /names app, which MIGRATION_DATABASE_URL names too/],
    ['orders_owner', /names orders_owner, which owns the tables/],
    ['', /names no role/],
    ['boss', /names boss, which administers the server/, 'create role boss superuser'],
    ['hirer', /names hirer, which administers the server/, 'create role hirer createrole'],
    [
      'runner',
      /is a member of pg_execute_server_program/,
      'create role runner; grant pg_execute_server_program to runner',
    ],
  ];
  for (const [name, why, prepare] of refused)
    it(`and refuses ${name || 'nobody'} as the application, before it has changed anything`, async () => {
      if (prepare) await administrator.query(prepare);
      const database = `refused_${name || 'nobody'}`;
      await administrator.query(`create database ${database}`);
      const address = new URL(server.administratorUrl);
      address.pathname = `/${database}`;
      const databaseUrl = as(name, name && 'p', database);
      expect(await endOf({ administratorUrl: address.href, databaseUrl })).to.match(why);
      const client = await connected(address.href);
      const { rows } = await client.query(`select relname from pg_class where relnamespace = 'public'::regnamespace`);
      await client.end();
      expect(rows).to.deep.equal([]);
    });

  it('and the one of a development database is the application’s, whose address follows from the administrator’s', () => {
    expect(server.url).to.equal(applicationUrl(server.administratorUrl));
    expect(new URL(server.url).password).not.to.equal(new URL(server.administratorUrl).password);
  });
});
