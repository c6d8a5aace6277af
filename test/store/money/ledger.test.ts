import { expect } from 'chai';
import type { OrderId, UserId } from '../../../domain/ids.ts';
import type { Account, Posting } from '../../../domain/ledger.ts';
import type { LedgerEvent } from '../../../domain/ledger-event.ts';
import { type Currency, money } from '../../../domain/money.ts';
import { legPaid } from '../../../domain/postings.ts';
import { creditOf } from '../../../store/money/current-account.ts';
import { balanceOf, ledgerTotals, post, postingsOf } from '../../../store/money/ledger.ts';
import { usd } from '../../support/money.ts';
import { insertOrder, insertUser, openTestStore, refusalOf, rowsOf, type TestStore } from '../fixtures.ts';

describe('the ledger', () => {
  let db: TestStore;
  let orderId: OrderId;
  let holder: UserId;
  let events = 0;
  before(async () => {
    db = await openTestStore();
    [orderId, holder] = await db.store.transaction(async em => [(await insertOrder(em)).id, await insertUser(em)]);
  });
  after(() => db[Symbol.asyncDispose]());

  const leg = (amount: bigint, fee = 25n): Posting[] =>
    legPaid({ beneficiary: 'reseller', holder, amount: usd(amount), fee: usd(fee) });
  const book = (event: string, postings: readonly Posting[]) =>
    db.store.transaction(em => post(em, { source: 'test', event: `paid:${event}`, orderId, postings }));
  const balance = (account: Account, of: UserId | null = null, currency: Currency = 'USD') =>
    db.store.read(em => balanceOf(em, account, of, currency));

  /** Writes past our own code, as a bug or a person at a console would. */
  const write = (postings: [Account, bigint, Currency][]) =>
    db.store.transaction(async em => {
      events += 1;
      const [row] = await em.execute<{ id: string }[]>(
        `insert into ledger_transactions (source, event, order_id, user_id)
         select 'console', ?, id, user_id from orders where id = ? returning id`,
        [`${events}`, orderId],
      );
      for (const [account, amount, currency] of postings)
        await em.execute(
          'insert into ledger_postings (transaction_id, account, amount_minor, currency) values (?, ?, ?, ?)',
          [row!.id, account, amount, currency],
        );
    });

  it('books one event once, whoever tells of it, and however many at once', async () => {
    const first = await book('twice', leg(100n));
    expect([first, await book('twice', leg(100n)), await book('twice', leg(999n))]).to.deep.equal([true, false, false]);
    const rush = await Promise.all(Array.from({ length: 8 }, () => book('rush', leg(50n))));
    expect(rush.filter(Boolean)).to.have.length(1);
    expect(await balance('reseller', holder)).to.deep.equal(usd(150n));
    // The same event of another source is another event.
    expect(
      await db.store.transaction(em => post(em, { source: 'other', event: 'paid:twice', orderId, postings: [] })),
    ).to.equal(true);
  });

  it('reads an event by its name, and none that only looks like it', async () => {
    const shares = async (named: readonly LedgerEvent[], beginning: readonly LedgerEvent[] = []) =>
      (await db.store.read(em => postingsOf(em, orderId, 'test', { named, beginning })))
        .filter(({ account }) => account === 'reseller')
        .map(({ amount }) => amount.amountMinor);
    for (const [name, amount] of [
      ['A_1', 1n],
      ['AB1', 2n],
      ['A_1#2', 4n],
      ['a,b', 8n],
      ['A%', 16n],
      ['A_1:x', 32n],
    ] as const)
      await book(name, leg(amount));
    expect(await shares(['paid:A_1'])).to.deep.equal([1n, 4n]);
    expect(await shares(['paid:a,b', 'paid:A%'])).to.deep.equal([8n, 16n]);
    expect(await shares([], ['paid:A_1:'])).to.deep.equal([32n]);
  });

  it('has balances that are sums over postings, per account, holder and currency', async () => {
    await using own = await openTestStore(2);
    const [order, alice, bob] = await own.store.transaction(
      async em => [await insertOrder(em), await insertUser(em), await insertUser(em)] as const,
    );
    const entry = (event: string, postings: Posting[]) =>
      own.store.transaction(em => post(em, { source: 'test', event: `paid:${event}`, orderId: order.id, postings }));
    await entry('1', [
      { account: 'reseller', holder: alice, amount: usd(-300n) },
      { account: 'reseller', holder: bob, amount: usd(100n) },
      { account: 'cash:paypal', amount: usd(200n) },
    ]);
    await entry('2', [
      { account: 'reseller', holder: alice, amount: money(-5n, 'CLP') },
      { account: 'cash:paypal', amount: money(5n, 'CLP') },
    ]);
    const [dollars, pesos, cash, credit, debt, total] = await own.store.read(async em => [
      await balanceOf(em, 'reseller', alice, 'USD'),
      await balanceOf(em, 'reseller', alice, 'CLP'),
      await balanceOf(em, 'cash:paypal', null, 'USD'),
      await creditOf(em, alice, 'reseller'),
      await creditOf(em, bob, 'reseller'),
      await ledgerTotals(em),
    ]);
    expect([dollars, pesos, cash]).to.deep.equal([usd(-300n), money(-5n, 'CLP'), usd(200n)]);
    expect([credit, debt]).to.deep.equal([usd(300n), usd(-100n)]);
    expect(total).to.deep.equal([money(0n, 'CLP'), usd(0n)]);
  });

  it('refuses what does not sum to zero before it asks the database', async () => {
    const before = await rowsOf(db.store, 'select id from ledger_transactions');
    const lopsided = book('lopsided', [{ account: 'cash:paypal', amount: usd(1n) }]);
    expect(String(await lopsided.catch(error => error))).to.contain('test paid:lopsided is balanced');
    expect(await rowsOf(db.store, 'select id from ledger_transactions')).to.have.length(before.length);
  });

  const unbalanced: [string, [Account, bigint, Currency][]][] = [
    ['one side only', [['cash:paypal', 100n, 'USD']]],
    [
      'a cent too much',
      [
        ['cash:paypal', 100n, 'USD'],
        ['buyer-payments', -99n, 'USD'],
      ],
    ],
    [
      'two currencies that only look alike',
      [
        ['cash:paypal', 100n, 'USD'],
        ['buyer-payments', -100n, 'EUR'],
      ],
    ],
    [
      'one currency right and the other wrong',
      [
        ['cash:paypal', 100n, 'USD'],
        ['buyer-payments', -100n, 'USD'],
        ['cash:paypal', 1n, 'CLP'],
      ],
    ],
  ];
  for (const [what, postings] of unbalanced)
    it(`has its database refuse ${what}`, async () => {
      const before = await rowsOf(db.store, 'select id from ledger_postings');
      expect(await refusalOf(write(postings))).to.equal('ledger_zero_sum');
      expect(await rowsOf(db.store, 'select id from ledger_postings')).to.have.length(before.length);
    });

  it('has its database accept what balances per currency, and refuse a posting of nothing', async () => {
    const balanced: [Account, bigint, Currency][] = [
      ['cash:paypal', 100n, 'USD'],
      ['buyer-payments', -100n, 'USD'],
      ['cash:mercadolibre', 7n, 'CLP'],
      ['fx:clearing', -7n, 'CLP'],
    ];
    expect(await refusalOf(write(balanced))).to.equal('accepted');
    expect(await refusalOf(write([['cash:paypal', 0n, 'USD']]))).to.equal('ledger_postings_amount_minor_check');
  });

  it('has its database refuse a posting that comes later and tips an old transaction over', async () => {
    await book('closed', leg(10n));
    const late = db.store.transaction(em =>
      em.execute(
        `insert into ledger_postings (transaction_id, account, amount_minor, currency)
         select id, 'cash:paypal', 1, 'USD' from ledger_transactions where event = 'paid:closed'`,
      ),
    );
    expect(await refusalOf(late)).to.equal('ledger_zero_sum');
  });

  for (const change of [
    'update ledger_postings set amount_minor = 1',
    `update ledger_transactions set source = 'x'`,
    'delete from ledger_postings',
    'delete from ledger_transactions',
  ])
    it(`is append-only: "${change}" is refused`, async () => {
      await book('kept', leg(10n));
      expect(await refusalOf(db.asOwner(change)), 'to its owner').to.equal('append_only');
    });

  it('refuses a second transaction of one event by the database itself', async () => {
    await book('unique', leg(10n));
    const again = db.store.transaction(em =>
      em.execute(`insert into ledger_transactions (source, event) values ('test', 'paid:unique')`),
    );
    expect(await refusalOf(again)).to.equal('ledger_transactions_once');
  });
});
