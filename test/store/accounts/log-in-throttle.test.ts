import { expect } from 'chai';
import pg from 'pg';
import { hashPassword } from '../../../runtime/secrets/password.ts';
import { confirmPassword } from '../../../store/accounts/log-in.ts';
import { guessRules, openGuessBrakes, TooManyAtOnce } from '../../../store/accounts/log-in-throttle.ts';
import { beginSession } from '../../../store/accounts/sessions.ts';
import { addUser } from '../../../store/accounts/users.ts';
import { openStore, type Store } from '../../../store/database/open.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const password = 'correct horse battery staple';
const tests = { points: 100_000, windowSeconds: 900 };

describe('guessing passwords', () => {
  let database: TestDatabase;
  let store: Store;
  let pool: pg.Pool;
  before(async () => {
    database = await createTestDatabase();
    store = await openStore(database.url, 4);
    pool = new pg.Pool({ connectionString: database.url, max: 4 });
  });
  after(async () => {
    await pool.end();
    await store.close();
    await database.drop();
  });

  let count = 0;
  const join = async () => {
    count += 1;
    const passwordHash = await hashPassword(password);
    const user = await store.transaction(em =>
      addUser(em, { email: `guessed-${count}@example.com`, passwordHash, role: 'reseller', payoutReceiver: null }),
    );
    return user!;
  };

  it('from many addresses at one account is slowed, and its owner is never locked out', async () => {
    const user = await join();
    const place = { source: '192.0.2.1', agent: 'own laptop' };
    await store.transaction(em => beginSession(em, 'api', user, place));
    let slowed = 0;
    const brakes = openGuessBrakes(pool, {
      ...guessRules,
      slowDown: async () => {
        slowed += 1;
      },
    });
    const tryIt = (source: string, tried: string) =>
      confirmPassword(store, brakes, { source, email: user.email, password: tried });
    const { points } = guessRules['login-everywhere'];
    for (let index = 1; index <= points + 10; index += 1)
      expect(await tryIt(`198.51.100.${index}`, 'a guess')).to.deep.equal({ refused: 'password' });
    expect(slowed).to.equal(10);
    // From a new place it takes its time; where the account was used before nothing is slowed. Both get in.
    expect(await tryIt('203.0.113.9', password)).to.have.property('user');
    expect(slowed).to.equal(11);
    expect(await tryIt(place.source, password)).to.have.property('user');
    expect(slowed).to.equal(11);
  });

  it('keeps nobody out whom the account knows, however many strangers wait', async () => {
    const brakes = openGuessBrakes(pool);
    const ends: (() => void)[] = [];
    const strangers = Array.from({ length: 66 }, () =>
      brakes.hash(() => new Promise<void>(end => ends.push(end)), false),
    );
    expect(await brakes.hash(async () => 'in', true)).to.equal('in');
    const all = Promise.all(strangers);
    let over = false;
    void all.then(() => (over = true));
    while (!over) {
      for (const end of ends.splice(0)) end();
      await new Promise<void>(next => setImmediate(next));
    }
  });

  it('is no try when nobody has looked at the password', async () => {
    const user = await join();
    const brakes = openGuessBrakes(pool);
    const busy = { ...brakes, hash: async () => Promise.reject(new TooManyAtOnce('too many at once')) };
    const tried = { source: '192.0.2.77', email: user.email, password };
    for (let index = 0; index < 30; index += 1) {
      const error = await confirmPassword(store, busy, tried).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(TooManyAtOnce);
    }
    expect(await confirmPassword(store, brakes, tried)).to.have.property('user');
  });

  it('from one address does not ask the database any more once the address is stopped', async () => {
    const brakes = openGuessBrakes(pool, { ...guessRules, 'login-account': tests, 'login-tries': tests });
    const source = '198.51.100.200';
    const ask = (index: number) => brakes.admit({ source, email: `nobody-${index}@example.com` });
    for (let index = 0; index < guessRules['login-address'].points; index += 1) expect(await ask(index)).to.equal(0);
    const rowsNow = async () => Number((await pool.query('select count(*) from rate_limits')).rows[0].count);
    const before = await rowsNow();
    for (let index = 200; index < 260; index += 1) expect(await ask(index)).to.be.greaterThan(0);
    expect(await rowsNow()).to.equal(before);
  });

  it('counts also who has the password: each try costs a hash', async () => {
    const user = await join();
    const brakes = openGuessBrakes(pool, { ...guessRules, 'login-address': tests });
    const tryIt = () => confirmPassword(store, brakes, { source: '192.0.2.44', email: user.email, password });
    for (let index = 0; index < guessRules['login-tries'].points; index += 1)
      expect(await tryIt()).to.have.property('user');
    expect(await tryIt()).to.have.property('waitMs');
  });

  it('works on few hashes at once, and says "not now" to a flood', async () => {
    const brakes = openGuessBrakes(pool);
    let [running, most] = [0, 0];
    const waiting: (() => void)[] = [];
    const work = () =>
      brakes.hash(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>(done => waiting.push(done));
        running -= 1;
      }, false);
    const ends = Promise.allSettled(Array.from({ length: 100 }, work));
    const finished = ends.then(() => true);
    while (!(await Promise.race([finished, new Promise<false>(next => setImmediate(next, false))])))
      for (const done of waiting.splice(0)) done();
    const refused = (await ends).filter(({ status }) => status === 'rejected');
    expect(most).to.equal(2);
    expect(refused).to.have.length(100 - 2 - 64);
    for (const end of refused) expect((end as PromiseRejectedResult).reason).to.be.instanceOf(TooManyAtOnce);
  });
});
