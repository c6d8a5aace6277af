import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import type { UserId } from '../../domain/ids.ts';
import { money } from '../../domain/money.ts';
import { consume, release, reserve, setAvailable } from '../../store/funding.ts';
import type { EntityManager } from '../../store/open.ts';
import { insertUser, openTestStore, type TestStore } from './fixtures.ts';

const usd = (minor: bigint) => money(minor, 'USD');
const minuteMs = 60_000;
/** On a machine that is busy, fewer histories; the examples come first. */
const enoughMs = 6_000;
const isEnough = (since: number): boolean => Date.now() - since > enoughMs;
const subjects = Array.from({ length: 8 }, () => randomUUID());

type Deed =
  | { do: 'reserve'; subject: string; amount: bigint }
  /** Lets a new order through and spends for it at once. */
  | { do: 'buy'; amount: bigint }
  /** Spends a part of what is held, in percent. */
  | { do: 'spend'; subject: string; percent: bigint }
  | { do: 'release'; subject: string };

const subject = fc.constantFrom(...subjects);
const amount = fc.bigInt({ min: 1n, max: 400n });
const deed = <Name extends Deed['do'], Facts>(name: Name, facts: { [Key in keyof Facts]: fc.Arbitrary<Facts[Key]> }) =>
  fc.record({ do: fc.constant(name), ...facts });
const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: deed('reserve', { subject, amount }) },
  { weight: 4, arbitrary: deed('buy', { amount }) },
  { weight: 2, arbitrary: deed('spend', { subject, percent: fc.bigInt({ min: 0n, max: 100n }) }) },
  { weight: 1, arbitrary: deed('release', { subject }) },
) as fc.Arbitrary<Deed>;
/** Done all at once, by as many processes. */
const anyRush = fc.array(anyDeed, { minLength: 1, maxLength: 6 });

async function spend(em: EntityManager, id: string, percent: bigint): Promise<void> {
  const [held] = await em.execute<{ amount: string }[]>(
    `select amount_minor::text as amount from reservations where subject = ? and status = 'HELD' for update`,
    [id],
  );
  if (held) await consume(em, 'buy', id, usd((BigInt(held.amount) * percent) / 100n));
}

async function act(em: EntityManager, what: Deed, ownerId: UserId | null, userId: UserId): Promise<unknown> {
  const hold = (id: string, minor: bigint) =>
    reserve(em, { ownerId, purpose: 'buy', subject: id, userId, amount: usd(minor) });
  switch (what.do) {
    case 'reserve':
      return hold(what.subject, what.amount);
    case 'buy': {
      const order = randomUUID();
      await hold(order, what.amount);
      return spend(em, order, 100n);
    }
    case 'spend':
      return spend(em, what.subject, what.percent);
    case 'release':
      return release(em, 'buy', what.subject);
  }
}

async function usedIn(em: EntityManager): Promise<{ held: bigint; spent: bigint }> {
  const [row] = await em.execute<{ held: string; spent: string }[]>(
    `select coalesce(sum(amount_minor) filter (where status = 'HELD'), 0)::text as held,
            coalesce(sum(amount_minor) filter (where status = 'CONSUMED'), 0)::text as spent from reservations`,
  );
  return { held: BigInt(row!.held), spent: BigInt(row!.spent) };
}

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

  it('never exceed an operator’s limit: held and ever spent together', async () => {
    const limits = fc.option(fc.bigInt({ min: 0n, max: 2_000n }), { nil: undefined });
    const step = fc.record({ told: limits, rush: anyRush });
    const since = Date.now();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async steps => {
        if (isEnough(since)) return;
        const owner = await startOver();
        let limit = 0n;
        for (const { told, rush } of steps) {
          const before = await db.store.read(usedIn);
          if (told !== undefined) {
            limit = told;
            await db.store.transaction(em => setAvailable(em, owner, usd(told), new Date()));
          }
          await Promise.all(rush.map(what => db.store.transaction(em => act(em, what, owner, owner))));
          const after = await db.store.read(usedIn);
          // A limit that was lowered below what is out already lets nothing more through.
          const [total, earlier] = [after.held + after.spent, before.held + before.spent];
          expect(total <= (limit > earlier ? limit : earlier), `${total} of ${limit}`).to.equal(true);
        }
      }),
      { numRuns: 25, includeErrorInReport: true },
    );
  });

  it('never exceed what really lies in an account whose reports are up to three hours old', async () => {
    type Step = { passMinutes: number; deposit: bigint; reportAgeMinutes: number | undefined; rush: Deed[] };
    const step: fc.Arbitrary<Step> = fc.record({
      passMinutes: fc.constantFrom(0, 29, 60, 120, 150, 600),
      deposit: fc.constantFrom(0n, 0n, 0n, 300n),
      /** How old the balance is that the provider reports as of now; none: it does not report. */
      reportAgeMinutes: fc.option(fc.constantFrom(0, 30, 150, 179), { nil: undefined, freq: 5 }),
      rush: anyRush,
    });
    const buyAll: Deed = { do: 'buy', amount: 300n };
    const nothingNew: Step = { passMinutes: 0, deposit: 0n, reportAgeMinutes: undefined, rush: [] };
    /** Two hours after all was spent the provider reports how it was two and a half hours ago. */
    const spentTwoHoursAgo: Step[] = [
      { ...nothingNew, deposit: 300n },
      { ...nothingNew, passMinutes: 60, reportAgeMinutes: 0, rush: [buyAll] },
      { ...nothingNew, passMinutes: 121, reportAgeMinutes: 150, rush: [buyAll] },
    ];
    const since = Date.now();
    await fc.assert(
      // One after another, in one transaction: what is at stake here is the arithmetic of time.
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async steps => {
        if (isEnough(since)) return;
        await startOver();
        const history: { minute: number; balance: bigint }[] = [{ minute: 0, balance: 0n }];
        let [minute, deposited] = [0, 0n];
        await db.store.transaction(async em => {
          const user = await insertUser(em);
          for (const { passMinutes, deposit, reportAgeMinutes, rush } of steps) {
            minute += passMinutes;
            deposited += deposit;
            // The database has its own clock: time passes by moving what it wrote into the past.
            const ago = `interval '${passMinutes} minutes'`;
            await em.execute(`update reservations set closed_at = closed_at - ${ago}`);
            await em.execute(`update funding_accounts set as_of = as_of - ${ago}`);
            history.push({ minute, balance: deposited - (await usedIn(em)).spent });
            if (reportAgeMinutes !== undefined) {
              const then = history.findLast(past => past.minute <= minute - reportAgeMinutes) ?? history[0]!;
              await setAvailable(em, null, usd(then.balance), new Date(Date.now() + minuteMs / 2));
            }
            for (const what of rush) await act(em, what, null, user);
            const { held, spent } = await usedIn(em);
            expect(deposited >= held + spent, `${held} held and ${spent} spent of ${deposited}`).to.equal(true);
            history.push({ minute, balance: deposited - spent });
          }
        });
      }),
      { numRuns: 60, includeErrorInReport: true, examples: [[spentTwoHoursAgo]] },
    );
  });
});
