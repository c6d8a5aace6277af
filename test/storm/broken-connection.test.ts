/** Covers: store/database/evict-broken.ts, store/database/unavailable.ts. */
import { once } from 'node:events';
import { expect } from 'chai';
import pg from 'pg';
import { Terminal } from '../../domain/call-outcome.ts';
import { openStore } from '../../store/database/open.ts';
import { isDatabaseAway } from '../../store/database/unavailable.ts';
import { type Cable, layCable } from '../api/cable.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a database that goes away', () => {
  let database: TestDatabase;
  let cable: Cable;
  before(async () => {
    database = await createTestDatabase();
    cable = await layCable(database.url);
  });
  after(async () => {
    await cable?.[Symbol.asyncDispose]();
    await database?.drop();
  });

  it('is known when nobody listens, when it breaks during a query, and when a broken connection is used again', async () => {
    const client = new pg.Client({ connectionString: cable.url });
    client.on('error', () => undefined); // told to whoever asks
    await client.connect();
    const asking = thrownBy(client.query('select pg_sleep(60)'));
    await cable.cut();
    expect(isDatabaseAway(await asking), 'during a query').to.equal(true);
    expect(isDatabaseAway(await thrownBy(client.query('select 1'))), 'with a broken connection').to.equal(true);
    const late = new pg.Client({ connectionString: cable.url });
    expect(isDatabaseAway(await thrownBy(late.connect())), 'nobody listens').to.equal(true);
    await cable.mend();
  });

  it('is known through the store, in the middle of a transaction', async () => {
    const store = await openStore(cable.url, 2);
    const cut = store.transaction(async em => {
      await em.execute('select 1');
      await cable.cut();
      await em.execute('select 1');
    });
    expect(isDatabaseAway(await thrownBy(cut))).to.equal(true);
    await cable.mend();
    expect(await store.read(em => em.execute('select 1 as one'))).to.deep.equal([{ one: 1 }]);
    await store.close();
  });

  it('is not what a mistake in a query, a broken rule or a provider’s "no" is taken for', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const mistakes = [
      await thrownBy(client.query('select nothing from nowhere')),
      await thrownBy(client.query('select 1 / 0')),
      new Terminal('PAYPAL_NOT_AUTHORIZED', 'no'),
      'not even an error',
    ];
    const ended = once(client, 'end');
    await client.end();
    await ended;
    for (const mistake of mistakes) expect(isDatabaseAway(mistake), String(mistake)).to.equal(false);
  });
});
