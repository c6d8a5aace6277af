import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { OrderId, UserId } from '../../../domain/ids.ts';
import type { LedgerEvent } from '../../../domain/ledger-event.ts';
import { migrations } from '../../../migrations/index.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { migrate } from '../../../store/database/migrate.ts';
import { openOrm } from '../../../store/database/open.ts';
import type { Order } from '../../../store/entities/order.ts';
import { owedFrom } from '../../../store/money/current-account.ts';
import { consume, reserve, setAvailable } from '../../../store/money/funding.ts';
import { post } from '../../../store/money/ledger.ts';
import { foldBalances } from '../../../store/money/running-balances.ts';
import { usd } from '../../support/money.ts';
import { insertLeg, insertOrder, insertUser, openTestStore, rowsOf, type TestStore } from '../fixtures.ts';

const migrationBefore =
  migrations[migrations.findIndex(({ name }) => name === '0034-running-balances') - 1]?.name ?? '';

describe('running balances', () => {
  let db: TestStore;
  let seller: UserId;
  let order: Order;
  beforeEach(async () => {
    db = await openTestStore();
    await db.store.transaction(async em => {
      seller = await insertUser(em);
      order = await insertOrder(em, { userId: seller });
    });
  });
  afterEach(() => db[Symbol.asyncDispose]());

  /** Goods that the reseller paid for, parked until the sale is booked. */
  const bought = (event: LedgerEvent, minor: number, orderId: OrderId = order.id) =>
    db.store.transaction(em =>
      post(em, {
        source: 'aliexpress',
        event,
        orderId,
        postings: [
          { account: 'supplier-purchases', amount: usd(minor) },
          { account: 'reseller', holder: seller, amount: usd(-minor) },
        ],
      }),
    );
  const owed = async () => (await db.store.transaction(em => owedFrom(em, seller))).reseller.amountMinor;
  /** What `ledger:check` says of the balances; other rules find these bare entries odd. */
  const wrong = async () =>
    (await db.store.read(em => checkLedger(em))).filter(({ rule }) => rule.includes('running balance'));
  const kept = () => rowsOf<{ rows: number }>(db.store, 'select count(*)::int as rows from running_balances');

  it('follow an order whose payer is decided after its first entries', async () => {
    await bought('bought:1', 1_449);
    expect(await owed()).to.equal(-1_449n);
    await db.store.read(em => em.execute(`update orders set supplier_paid_by = 'reseller' where id = ?`, [order.id]));
    expect(await owed()).to.equal(0n);
    expect(await wrong()).to.deep.equal([]);
  });

  it('follow a leg that is made smaller, cancelled, owed again and taken away', async () => {
    const leg = await db.store.transaction(em => insertLeg(em, { amountMinor: 1_256n }));
    const [sale] = await rowsOf<{ user_id: UserId }>(db.store, 'select user_id from sales where id = ?', [leg.saleId]);
    const legs = async () => (await db.store.transaction(em => owedFrom(em, sale!.user_id))).reseller.amountMinor;
    const change = (sql: string) => db.store.read(em => em.execute(`${sql} where id = ?`, [leg.id]));
    expect(await legs()).to.equal(1_256n);
    await change('update payout_legs set amount_minor = 1000');
    expect(await legs()).to.equal(1_000n);
    await change(`update payout_legs set status = 'CANCELLED'`);
    expect(await legs()).to.equal(0n);
    await db.asOwner('alter table payout_legs disable trigger payout_legs_moves');
    await change(`update payout_legs set status = 'PENDING'`);
    expect(await legs()).to.equal(1_000n);
    expect(await wrong()).to.deep.equal([]);
    await change('delete from payout_legs');
    expect(await legs()).to.equal(0n);
    expect(await wrong()).to.deep.equal([]);
  });

  it('are the same before and after they are folded, also by what is booked meanwhile', async () => {
    for (let number = 1; number <= 60; number += 1) await bought(`bought:${number}`, number);
    const [many] = await kept();
    expect(many?.rows).to.be.greaterThan(150);
    const booking = Array.from({ length: 20 }, (_, number) => bought(`bought:meanwhile-${number}`, 1));
    await Promise.all([db.store.transaction(foldBalances), ...booking]);
    expect(await owed()).to.equal(-(60n * 61n) / 2n - 20n);
    expect(await wrong()).to.deep.equal([]);
    expect((await kept())[0]?.rows).to.be.lessThan(70);
  });

  it('let nobody wait: one books and then sums, the other sums and then books', async () => {
    const other = await db.store.transaction(em => insertOrder(em, { userId: seller }));
    const booked = Promise.withResolvers<void>();
    const summed = Promise.withResolvers<void>();
    const posting = (event: LedgerEvent, orderId: OrderId) => ({
      source: 'test',
      event,
      orderId,
      postings: [
        { account: 'cash:paypal' as const, amount: usd(5) },
        { account: 'reseller' as const, holder: seller, amount: usd(-5) },
      ],
    });
    let tries = 0;
    await Promise.all([
      db.store.transaction(async em => {
        tries += 1;
        await post(em, posting('paid:one', order.id));
        booked.resolve();
        await summed.promise;
        await owedFrom(em, seller);
      }),
      db.store.transaction(async em => {
        tries += 1;
        await booked.promise;
        await owedFrom(em, seller);
        summed.resolve();
        await post(em, posting('paid:two', other.id));
      }),
    ]);
    expect(tries, 'a deadlock repeats one of them').to.equal(2);
    expect(await owed()).to.equal(-10n);
  });

  it('begin with what a database already holds', async () => {
    const orm = await openOrm(db.administratorUrl, 2);
    try {
      await orm.migrator.down({ to: migrationBefore });
      expect(await rowsOf(db.store, `select to_regclass('running_balances') as name`)).to.deep.equal([{ name: null }]);
      await bought('bought:1', 1_449);
      await db.store.transaction(async em => {
        await insertLeg(em);
        for (const [id, amount] of [
          ['limit', 300],
          ['spent', 200],
        ] as const) {
          await em.execute(
            `insert into funding_accounts (id, kind, owner_id, currency, available_minor, as_of)
             values (?, 'limit', ?, 'USD', 1000, now()) on conflict do nothing`,
            [randomUUID(), seller],
          );
          await em.execute(
            `insert into reservations (id, funding_account_id, purpose, subject, user_id, amount_minor, status)
             select ?, id, 'buy', ?, ?, ?, ? from funding_accounts`,
            [randomUUID(), randomUUID(), seller, amount, id === 'limit' ? 'HELD' : 'CONSUMED'],
          );
        }
      });
    } finally {
      await orm.close(true);
    }
    await migrate({ ...db, databaseUrl: db.url });
    expect(await wrong()).to.deep.equal([]);
    expect(await owed()).to.equal(-1_449n);
    const want = { ownerId: seller, purpose: 'buy', subject: randomUUID(), userId: seller } as const;
    expect(await db.store.transaction(em => reserve(em, { ...want, amount: usd(501) }))).to.deep.equal({
      reserved: false,
      free: usd(500),
    });
  });

  it('count a limit’s consumption for ever, folded or not', async () => {
    await db.store.transaction(em => setAvailable(em, seller, usd(10_000), new Date()));
    for (let number = 1; number <= 60; number += 1) {
      const subject = randomUUID();
      await db.store.transaction(async em => {
        await reserve(em, { ownerId: seller, purpose: 'buy', subject, userId: seller, amount: usd(150) });
        await consume(em, 'buy', subject, usd(100));
      });
    }
    expect(await db.store.transaction(foldBalances)).to.be.greaterThan(100);
    const want = { ownerId: seller, purpose: 'buy', subject: randomUUID(), userId: seller } as const;
    expect(await db.store.transaction(em => reserve(em, { ...want, amount: usd(4_001) }))).to.deep.equal({
      reserved: false,
      free: usd(4_000),
    });
    expect(await wrong()).to.deep.equal([]);
  });
});
