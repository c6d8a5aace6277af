/** Covers: store/database/open.ts. */
import { expect } from 'chai';
import type { Store } from '../../../store/database/open.ts';
import { insertUser, openTestStore, rowsOf, type TestStore } from '../fixtures.ts';

describe('a transaction of the store', () => {
  let db: TestStore;
  let store: Store;
  before(async () => {
    db = await openTestStore(6);
    store = db.store;
  });
  after(() => db[Symbol.asyncDispose]());

  const users = async () => (await rowsOf(store, 'select id from users')).length;

  it('is all or nothing', async () => {
    const before = await users();
    const failing = store.transaction(async em => {
      await insertUser(em);
      throw new Error('on purpose');
    });
    expect(String(await failing.catch(error => error))).to.contain('on purpose');
    expect(await users()).to.equal(before);
  });

  it('that deadlocks with another is repeated as a whole, and both come through', async () => {
    const [one, two] = await store.transaction(async em => [await insertUser(em), await insertUser(em)] as const);
    const met = Promise.withResolvers<void>();
    let waiting = 0;
    const runs = { forth: 0, back: 0 };
    const cross = (name: keyof typeof runs, first: string, second: string) =>
      store.transaction(async em => {
        runs[name] += 1;
        await em.execute('select id from users where id = ? for update', [first]);
        waiting += 1;
        if (waiting === 2) met.resolve();
        await met.promise;
        await em.execute('select id from users where id = ? for update', [second]);
        return name;
      });
    expect(await Promise.all([cross('forth', one, two), cross('back', two, one)])).to.deep.equal(['forth', 'back']);
    expect(runs.forth + runs.back).to.be.at.least(3);
  });

  it('that cannot be serialised is repeated five times at most, and then fails as it failed', async () => {
    let runs = 0;
    const hopeless = store.transaction(async em => {
      runs += 1;
      await em.execute(`do $$ begin raise exception 'try later' using errcode = '40001'; end $$`);
    });
    expect(String(await hopeless.catch(error => error))).to.contain('try later');
    expect(runs).to.equal(5);
  });

  it('that fails otherwise is not repeated', async () => {
    let runs = 0;
    const failing = store.transaction(async em => {
      runs += 1;
      await em.execute('select 1/0');
    });
    expect(String(await failing.catch(error => error))).to.contain('division by zero');
    expect(runs).to.equal(1);
  });

  it('keeps instants and big numbers exactly, whatever the time zone of the machine', async () => {
    const at = new Date('2030-07-01T12:34:56.789Z');
    const [row] = await store.transaction(em =>
      em.execute<{ epoch: string; minor: string }[]>(
        'select (extract(epoch from ?::timestamptz) * 1000)::bigint::text as epoch, ?::bigint::text as minor',
        [at, 9_007_199_254_740_993n],
      ),
    );
    expect(row).to.deep.equal({ epoch: String(at.getTime()), minor: '9007199254740993' });
  });
});
