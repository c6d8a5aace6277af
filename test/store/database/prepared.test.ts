/** Covers: store/database/prepared.ts, store/database/parameters.ts. */
import { expect } from 'chai';
import { withNumbers } from '../../../store/database/parameters.ts';
import { openTestStore, rowsOf, type TestStore } from '../fixtures.ts';

describe('a statement with parameters', () => {
  let db: TestStore;
  before(async () => {
    // One connection: what it has prepared is seen by whoever asks next.
    db = await openTestStore(1);
  });
  after(() => db[Symbol.asyncDispose]());

  const ask = async (statement: string, times: number) => {
    for (let turn = 0; turn < times; turn += 1) await rowsOf(db.store, statement, [`user-${turn}@example.com`]);
  };
  const isPrepared = async (statement: string) =>
    (await rowsOf(db.store, 'select name from pg_prepared_statements where statement like ?', [`%${statement}%`]))
      .length;

  it('is prepared once it is asked often, and not before', async () => {
    const often = 'select id as asked_often from users where email = ?';
    await ask(often, 5);
    expect(await isPrepared('asked_often')).to.equal(0);
    await ask(often, 30);
    expect(await isPrepared('asked_often')).to.equal(1);
  });

  it('is never prepared with columns that a migration may add to', async () => {
    await ask('select *, 1 as open_columns from users where email = ?', 40);
    expect(await isPrepared('open_columns')).to.equal(0);
  });

  it('goes on after a migration has changed the type of its column', async () => {
    const statement = 'select email as changed_type from users where email = ?';
    await ask(statement, 40);
    await db.asOwner('alter table users alter column email type varchar(500)');
    const first = await ask(statement, 1).catch(String);
    expect(first).to.include('cached plan must not change result type');
    await ask(statement, 3);
  });

  it('with a value that is missing is not asked: nobody meant null', async () => {
    const missing = db.store.read(em => em.execute('select id from users where id = ?', [undefined]));
    expect(await missing.catch(String)).to.include('a value of this statement is undefined');
  });

  it('keeps its own question marks, and is left to MikroORM with a list or a name in it', () => {
    expect(withNumbers('select ? where a \\? b and c = ?', [1, 2n])).to.equal('select $1 where a ? b and c = $2');
    expect(withNumbers('select ? in (?)', [1, [2, 3]])).to.equal(undefined);
    expect(withNumbers('select ??', ['name'])).to.equal(undefined);
    expect(withNumbers('select ?', [{ raw: true }])).to.equal(undefined);
  });
});
