import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { UserId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import type { EntityManager } from '../../../store/database/entity-manager.ts';
import {
  boughtSince,
  consume,
  freeFunds,
  fundingAccount,
  release,
  reserve,
  setAvailable,
} from '../../../store/money/funding.ts';
import { usd } from '../../support/money.ts';
import { insertUser, openTestStore, refusalOf, refusedLock, rowsOf, type TestStore } from '../fixtures.ts';

const hourMs = 3_600_000;

describe('funds', () => {
  let db: TestStore;
  let owner: UserId;
  before(async () => {
    db = await openTestStore(16);
  });
  after(() => db[Symbol.asyncDispose]());
  beforeEach(async () => {
    await db.store.transaction(async em => {
      await em.execute('delete from reservations');
      await em.execute('delete from funding_accounts');
      owner = await insertUser(em);
    });
  });

  const tell = (ownerId: UserId | null, minor: bigint, asOf = new Date()) =>
    db.store.transaction(em => setAvailable(em, ownerId, usd(minor), asOf));
  const hold = (
    ownerId: UserId | null,
    minor: bigint,
    subject: string = randomUUID(),
    purpose: 'buy' | 'pay' = 'buy',
  ) => db.store.transaction(em => reserve(em, { ownerId, purpose, subject, userId: owner, amount: usd(minor) }));
  const spend = (subject: string, minor: bigint, purpose: 'buy' | 'pay' = 'buy') =>
    db.store.transaction(em => consume(em, purpose, subject, usd(minor)));
  const letGo = (subject: string) => db.store.transaction(em => release(em, 'buy', subject));
  const free = (ownerId: UserId | null) => db.store.read(em => freeFunds(em, ownerId));

  for (const kind of ['the platform’s reported balance', 'a reseller’s limit']) {
    const payer = () => (kind === 'a reseller’s limit' ? owner : null);

    describe(`of ${kind}`, () => {
      it('for ten let ten of fifty orders through that come at once', async () => {
        await tell(payer(), 10_000n);
        const answers: { reserved: boolean }[] = [];
        const tenProcesses = Array.from({ length: 10 }, async () => {
          for (let order = 0; order < 5; order += 1) answers.push(await hold(payer(), 1_000n));
        });
        await Promise.all(tenProcesses);
        expect(answers).to.have.length(50);
        expect(answers.filter(({ reserved }) => reserved)).to.have.length(10);
        const [row] = await rowsOf<{ held: string }>(
          db.store,
          `select sum(amount_minor)::text as held from reservations where status = 'HELD'`,
        );
        expect(row?.held).to.equal('10000');
        expect(await free(payer())).to.deep.equal(usd(0n));
      });

      it('that nobody knows are none: unknown means no', async () => {
        expect(await hold(payer(), 0n)).to.deep.equal({ reserved: false, free: null });
        expect(await hold(payer(), 1n)).to.deep.equal({ reserved: false, free: null });
        expect(await rowsOf(db.store, 'select id from reservations')).to.have.length(0);
      });

      it('are enough to the last cent, and not a cent more', async () => {
        await tell(payer(), 100n);
        expect(await hold(payer(), 101n)).to.deep.equal({ reserved: false, free: usd(100n) });
        expect(await hold(payer(), 100n)).to.deep.equal({ reserved: true });
        expect(await hold(payer(), 1n)).to.deep.equal({ reserved: false, free: usd(0n) });
      });

      it('are held once for one subject, however often it asks', async () => {
        await tell(payer(), 100n);
        const subject = randomUUID();
        const answers = await Promise.all(Array.from({ length: 8 }, () => hold(payer(), 60n, subject)));
        expect(answers).to.deep.equal(Array(8).fill({ reserved: true }));
        expect(await free(payer())).to.deep.equal(usd(40n));
      });

      it('come back when they are released, and in part when less was spent', async () => {
        await tell(payer(), 100n);
        const [given, spent] = [randomUUID(), randomUUID()];
        await hold(payer(), 60n, given);
        await hold(payer(), 40n, spent);
        await letGo(given);
        expect(await free(payer())).to.deep.equal(usd(60n));
        await spend(spent, 30n);
        expect(await free(payer())).to.deep.equal(usd(70n));
      });

      it('that were spent are not released, nor those released spent', async () => {
        await tell(payer(), 100n);
        const [given, spent] = [randomUUID(), randomUUID()];
        await hold(payer(), 60n, given);
        await hold(payer(), 40n, spent);
        await spend(spent, 40n);
        await letGo(spent);
        await letGo(given);
        await spend(given, 60n);
        expect(await free(payer())).to.deep.equal(usd(60n));
      });

      it('can be held again after they were released', async () => {
        await tell(payer(), 100n);
        const subject = randomUUID();
        await hold(payer(), 60n, subject);
        await letGo(subject);
        expect(await hold(payer(), 100n, subject)).to.deep.equal({ reserved: true });
        expect(await free(payer())).to.deep.equal(usd(0n));
      });
    });
  }

  it('of one account are not another’s, nor one purpose’s another’s', async () => {
    await tell(null, 100n);
    await tell(owner, 100n);
    const subject = randomUUID();
    expect(await hold(null, 100n, subject, 'buy')).to.deep.equal({ reserved: true });
    expect(await hold(owner, 100n, subject, 'pay')).to.deep.equal({ reserved: true });
    await spend(subject, 100n, 'pay');
    expect([await free(null), await free(owner)]).to.deep.equal([usd(0n), usd(0n)]);
  });

  describe('that were spent', () => {
    const afterSpending = async (ownerId: UserId | null) => {
      await tell(ownerId, 100n);
      const subject = randomUUID();
      await hold(ownerId, 100n, subject);
      await spend(subject, 100n);
    };

    const reports: [string, number, bigint][] = [
      ['an hour ago', -hourMs, 0n],
      ['right now', 0, 0n],
      ['in less than three hours', 3 * hourMs - 60_000, 0n],
      ['in more than three hours', 3 * hourMs + 60_000, 100n],
    ];
    for (const [when, ms, left] of reports)
      it(`are ${left ? 'in' : 'not yet in'} a balance that is reported as of ${when}`, async () => {
        await afterSpending(null);
        await tell(null, 100n, new Date(Date.now() + ms));
        expect(await free(null)).to.deep.equal(usd(left));
        expect((await hold(null, 1n)).reserved).to.equal(left > 0n);
      });

    it('draw a limit down for ever, until an operator raises it', async () => {
      await afterSpending(owner);
      await tell(owner, 100n, new Date(Date.now() + 1_000 * hourMs));
      expect(await free(owner)).to.deep.equal(usd(0n));
      await tell(owner, 150n);
      expect(await free(owner)).to.deep.equal(usd(50n));
    });
  });

  it('are one account, however many ask for it first', async () => {
    const accounts = await Promise.all(
      Array.from({ length: 10 }, () => db.store.transaction(em => fundingAccount(em, owner))),
    );
    expect(new Set(accounts.map(({ id }) => id)).size).to.equal(1);
  });

  it('are not told or asked for in another currency', async () => {
    await tell(null, 100n);
    const euros = {
      ownerId: null,
      purpose: 'buy',
      subject: randomUUID(),
      userId: owner,
      amount: money(1n, 'EUR'),
    } as const;
    const failed = (work: Promise<unknown>) => work.then(() => 'accepted', String);
    expect(await failed(db.store.transaction(em => reserve(em, euros)))).to.contain('EUR met USD');
    expect(await failed(db.store.transaction(em => setAvailable(em, null, money(1n, 'EUR'), new Date())))).to.contain(
      'funds are in USD',
    );
  });

  it('are held in one row per subject by the database itself', async () => {
    await tell(null, 100n);
    const subject = randomUUID();
    await hold(null, 1n, subject);
    const again = db.store.transaction(em =>
      em.execute(
        `insert into reservations (id, funding_account_id, purpose, subject, user_id, amount_minor)
         select gen_random_uuid(), funding_account_id, purpose, subject, user_id, amount_minor from reservations`,
      ),
    );
    expect(await refusalOf(again)).to.equal('reservations_one_held');
  });

  it('let through count towards the day’s limits: held and spent, not released, and only one’s own', async () => {
    await tell(null, 10_000n);
    const other = await db.store.transaction(em => insertUser(em));
    const [held, spent, released] = [randomUUID(), randomUUID(), randomUUID()];
    for (const subject of [held, spent, released]) await hold(null, 100n, subject);
    await hold(null, 100n, randomUUID(), 'pay');
    await db.store.transaction(em =>
      reserve(em, { ownerId: null, purpose: 'buy', subject: randomUUID(), userId: other, amount: usd(999n) }),
    );
    await spend(spent, 80n);
    await letGo(released);
    const since = (date: Date) => db.store.transaction(em => boughtSince(em, owner, date));
    expect(await since(new Date(Date.now() - hourMs))).to.deep.equal({ orders: 2, spend: usd(180n) });
    expect(await since(new Date(Date.now() + hourMs))).to.deep.equal({ orders: 0, spend: usd(0n) });
  });

  it('are counted for one reseller by one order at a time', async () => {
    const count = (of: UserId) => (em: EntityManager) => boughtSince(em, of, new Date(0));
    const other = await db.store.transaction(em => insertUser(em));
    await db.store.transaction(async em => {
      await count(owner)(em);
      expect(await refusedLock(db.store, count(owner))).to.equal(true);
      expect(await refusedLock(db.store, count(other))).to.equal(false);
    });
  });
});
