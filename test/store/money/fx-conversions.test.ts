import { expect } from 'chai';
import type { UserId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import type { EntityManager } from '../../../store/database/entity-manager.ts';
import { type Conversion, recordConversion } from '../../../store/money/fx-conversions.ts';
import { balanceOf, post } from '../../../store/money/ledger.ts';
import { usd } from '../../support/money.ts';
import { insertOrder, insertUser, openTestStore, refusedLock, type TestStore } from '../fixtures.ts';

const pesos = (minor: bigint) => money(minor, 'CLP');

describe('conversions of foreign money', () => {
  let db: TestStore;
  let admin: UserId;
  beforeEach(async () => {
    db = await openTestStore(4);
    await db.store.transaction(async em => {
      admin = await insertUser(em, 'admin');
      await carry(em, 30_000n, 3_100n, 'paid in pesos');
    });
  });
  afterEach(() => db[Symbol.asyncDispose]());

  /** What booked sales have left: pesos held, and what they were worth. */
  async function carry(em: EntityManager, foreign: bigint, worth: bigint, event: string): Promise<void> {
    await post(em, {
      source: 'test',
      event: `paid:${event}`,
      orderId: (await insertOrder(em)).id,
      postings: [
        { account: 'cash:mercadolibre', amount: pesos(foreign) },
        { account: 'fx:clearing', amount: pesos(-foreign) },
        { account: 'fx:clearing', amount: usd(worth) },
        { account: 'reseller', holder: admin, amount: usd(-worth) },
      ],
    });
  }
  const conversion = (reference: string, from: bigint, to: bigint): Conversion => ({
    reference,
    from: pesos(from),
    to: usd(to),
    at: new Date(),
  });
  const record = (em: EntityManager, what: Conversion) => recordConversion(em, what, admin);
  const clearing = () =>
    db.store.read(async em => [
      (await balanceOf(em, 'fx:clearing', null, 'CLP')).amountMinor,
      (await balanceOf(em, 'fx:clearing', null, 'USD')).amountMinor,
      (await balanceOf(em, 'fx:difference', null, 'USD')).amountMinor,
    ]);

  it('relieve what is carried piece by piece, and leave nothing of it in the end', async () => {
    for (const [reference, part] of [
      ['A', 7_001n],
      ['B', 11_003n],
      ['C', 11_996n],
    ] as const)
      await db.store.transaction(em => record(em, conversion(reference, part, part / 10n)));
    // 31.00 were carried, 29.99 came: 7.00, 11.00 and 11.99.
    expect(await clearing()).to.deep.equal([0n, 0n, 101n]);
  });

  it('leave the worth of another currency alone', async () => {
    await db.store.transaction(em => carry(em, 10_000n, 1_000n, 'more pesos'));
    await db.store.transaction(async em =>
      post(em, {
        source: 'test',
        event: 'paid:in-reais',
        orderId: (await insertOrder(em)).id,
        postings: [
          { account: 'cash:mercadolibre', amount: money(5_000n, 'BRL') },
          { account: 'fx:clearing', amount: money(-5_000n, 'BRL') },
          { account: 'fx:clearing', amount: usd(925n) },
          { account: 'reseller', holder: admin, amount: usd(-925n) },
        ],
      }),
    );
    await db.store.transaction(em => record(em, conversion('all pesos', 40_000n, 4_100n)));
    expect(await clearing()).to.deep.equal([0n, 925n, 0n]);
  });

  it('wait for one another: the second is carried at what the first has left', async () => {
    await db.store.transaction(async em => {
      await record(em, conversion('first', 30_000n, 3_000n));
      expect(await refusedLock(db.store, other => record(other, conversion('second', 30_000n, 3_000n)))).to.equal(true);
    });
    const second = await db.store.transaction(em => record(em, conversion('second', 30_000n, 3_000n)));
    expect(second).to.deep.equal({ refused: 'HOLDER_UNCLEAR', holders: [] });
  });
});
