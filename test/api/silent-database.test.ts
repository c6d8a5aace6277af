/** Covers: store/database/pool-timeouts.ts, store/database/unavailable.ts, api/middleware/problem.ts. */
import { expect } from 'chai';
import pg from 'pg';
import { createTransact } from '../../queues/transact.ts';
import { openStore, type Store } from '../../store/database/open.ts';
import { isDatabaseAway } from '../../store/database/unavailable.ts';
import { type Cable, layCable } from './cable.ts';
import { type Api, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

/** Well under twice what one query may take: nothing may wait behind a query that hangs. */
const boundMs = 25_000;

describe('api: a database that takes what it is sent and says nothing', function () {
  this.timeout(boundMs);
  let api: Api;
  let cable: Cable;
  let store: Store;
  before(async () => {
    api = await openApi({
      deps: async (_deps, stage) => {
        cable = await layCable(stage.databaseUrl);
        store = await openStore(cable.url, 3, stage.config.encryptionKeys);
        return { store, transact: createTransact(store, { addAll: async () => undefined }) };
      },
    });
  });
  after(async () => {
    await store.close();
    await cable[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
  });

  it('is answered 503, by who has a connection and by who waits for one, and works again at once when it is back', async () => {
    await Promise.all(Array.from({ length: 3 }, () => api.call('GET', '/health')));
    cable.swallow(true);
    const transaction = store
      .transaction(em => em.execute('select 1'))
      .then(
        () => 'answered',
        error => isDatabaseAway(error),
      );
    const answers = await Promise.all(Array.from({ length: 6 }, () => api.call('GET', '/health')));
    for (const answer of answers) expectProblem(answer, 503, 'DATABASE_AWAY');
    expect(await transaction).to.equal(true);
    cable.swallow(false);
    expect((await api.call('GET', '/health')).status).to.equal(200);
    expect(await store.transaction(em => em.execute('select 1 as one'))).to.deep.equal([{ one: 1 }]);
  });

  it('is not there either when it ends what takes too long: a statement, a transaction that stands idle', async () => {
    const failures: unknown[] = [];
    for (const [setting, statement] of [
      ['statement_timeout', 'select pg_sleep(60)'],
      ['idle_in_transaction_session_timeout', 'begin'],
    ]) {
      const client = new pg.Client({ connectionString: api.stage.databaseUrl, [setting!]: 50 });
      const ended = new Promise<unknown>(resolve => client.once('error', resolve));
      await client.connect();
      failures.push(
        await client.query(statement!).then(
          () => ended,
          error => error,
        ),
      );
      await client.end().catch(() => undefined);
    }
    expect(failures.map(error => (error as { code?: string }).code)).to.deep.equal(['57014', '25P03']);
    expect(failures.map(isDatabaseAway)).to.deep.equal([true, true]);
  });
});
