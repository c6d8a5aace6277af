/** Covers: store/database/open.ts, store/database/underway.ts. */
import { expect } from 'chai';
import { openStore } from '../../../store/database/open.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

describe('closing a store', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  it('comes to its end while connections are being opened, and what is underway is answered', async () => {
    const store = await openStore(database.url, 4);
    const underway = [
      store.read(em => em.execute('select 1 as one')),
      store.write(em => em.execute('select 2 as one')),
      store.transaction(em => em.execute('select 3 as one')),
    ];
    await store.close();
    expect(await Promise.all(underway)).to.deep.equal([[{ one: 1 }], [{ one: 2 }], [{ one: 3 }]]);
  });

  it('waits for what fails just as well', async () => {
    const store = await openStore(database.url, 4);
    const failing = store.read(em => em.execute('select 1/0')).catch(String);
    const working = store.read(em => em.execute('select 3 as one').then(() => em.execute('select 4 as one')));
    await store.close();
    expect(await failing).to.contain('division by zero');
    expect(await working).to.deep.equal([{ one: 4 }]);
  });

  it('is not kept open by whoever asks again and again', async () => {
    const store = await openStore(database.url, 2);
    const asking = async (): Promise<string> => {
      for (;;) {
        const refused = await store.read(em => em.execute('select 1')).then(() => undefined, String);
        if (refused) return refused;
      }
    };
    const refused = asking();
    await store.close();
    expect(await refused).to.include('the store is closed');
  });
});
