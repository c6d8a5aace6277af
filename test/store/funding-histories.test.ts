import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import type { UserId } from '../../domain/ids.ts';
import { money } from '../../domain/money.ts';
import { consume, release, reserve, setAvailable } from '../../store/funding.ts';
import { insertUser, openTestStore, rowsOf, type TestStore } from './fixtures.ts';

const usd = (minor: bigint) => money(minor, 'USD');
const minuteMs = 60_000;
const subjects = Array.from({ length: 12 }, () => randomUUID());

type Deed =
  | { do: 'reserve'; subject: string; amount: bigint }
  /** Spends a part of what is held, in percent. */
  | { do: 'spend'; subject: string; percent: bigint }
  | { do: 'release'; subject: string };

const subject = fc.constantFrom(...subjects);
const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('reserve' as const), subject, amount: fc.bigInt({ min: 1n, max: 400n }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('spend' as const), subject, percent: fc.bigInt({ min: 0n, max: 100n }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), subject }) },
);
/** Done all at once, by as many processes. */
const anyRush = fc.array(anyDeed, { minLength: 1, maxLength: 8 });

describe('funds, whatever is done with them at once and in any order', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore(10);
  });
  after(() => db[Symbol.asyncDispose]());

  const startOver = () =>
    db.store.transaction(async em => {
      await em.execute('delete from reservations');
      await em.execute('delete from funding_accounts');
      return insertUser(em);
    });

  const act = (deed: Deed, ownerId: UserId | null, userId: UserId): Promise<unknown> =>
    db.store.transaction(async em => {
      if (deed.do === 'release') return release(em, 'buy', deed.subject);
      if (deed.do === 'reserve')
        return reserve(em, { ownerId, purpose: 'buy', subject: deed.subject, userId, amount: usd(deed.amount) });
      const [held] = await em.execute<{ amount: string }[]>(
        `select amount_minor::text as amount from reservations where subject = ? and status = 'HELD' for update`,
        [deed.subject],
      );
      return held && consume(em, 'buy', deed.subject, usd((BigInt(held.amount) * deed.percent) / 100n));
    });

  const used = async (): Promise<{ held: bigint; spent: bigint }> => {
    const [row] = await rowsOf<{ held: string; spent: string }>(
      db.store,
      `select coalesce(sum(amount_minor) filter (where status = 'HELD'), 0)::text as held,
              coalesce(sum(amount_minor) filter (where status = 'CONSUMED'), 0)::text as spent from reservations`,
    );
    return { held: BigInt(row!.held), spent: BigInt(row!.spent) };
  };

  it('never exceed an operator’s limit: held and ever spent together', async () => {
    const step = fc.record({
      limit: fc.option(fc.bigInt({ min: 0n, max: 2_000n }), { nil: undefined }),
      rush: anyRush,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async steps => {
        const owner = await startOver();
        let limit = 0n;
        for (const { limit: told, rush } of steps) {
          const before = await used();
          if (told !== undefined) {
            limit = told;
            await db.store.transaction(em => setAvailable(em, owner, usd(told), new Date()));
          }
          await Promise.all(rush.map(deed => act(deed, owner, owner)));
          const after = await used();
          // A limit that was lowered below what is out already lets nothing more through.
          const [total, earlier] = [after.held + after.spent, before.held + before.spent];
          expect(total <= (limit > earlier ? limit : earlier), `${total} of ${limit}`).to.equal(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('never exceed what really lies in an account whose reports are up to three hours old', async () => {
    const step = fc.record({
      passMinutes: fc.constantFrom(0, 1, 59, 120, 179, 180, 200, 600),
      deposit: fc.constantFrom(0n, 0n, 300n, 1_000n),
      /** How old the balance is that the provider reports as of now; none: it does not report. */
      reportAgeMinutes: fc.option(fc.constantFrom(0, 30, 119, 150, 179), { nil: undefined, freq: 3 }),
      rush: anyRush,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async steps => {
        const user = await startOver();
        let deposited = 0n;
        let minute = 0;
        const history: { minute: number; balance: bigint }[] = [{ minute, balance: 0n }];
        for (const { passMinutes, deposit, reportAgeMinutes, rush } of steps) {
          minute += passMinutes;
          deposited += deposit;
          // The database has its own clock: time passes by moving what it wrote into the past.
          await db.store.transaction(async em => {
            const ago = `interval '${passMinutes} minutes'`;
            await em.execute(`update reservations set closed_at = closed_at - ${ago}`);
            await em.execute(`update funding_accounts set as_of = as_of - ${ago}`);
          });
          history.push({ minute, balance: deposited - (await used()).spent });
          if (reportAgeMinutes !== undefined) {
            const then = history.findLast(past => past.minute <= minute - reportAgeMinutes) ?? history[0]!;
            const asOf = new Date(Date.now() + minuteMs / 2);
            await db.store.transaction(em => setAvailable(em, null, usd(then.balance), asOf));
          }
          await Promise.all(rush.map(deed => act(deed, null, user)));
          const { held, spent } = await used();
          expect(deposited >= held + spent, `${held} held and ${spent} spent of ${deposited}`).to.equal(true);
          history.push({ minute, balance: deposited - spent });
        }
      }),
      { numRuns: 60 },
    );
  });
});
