/** Covers: store/money/funding.ts. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { UserId } from '../../../domain/ids.ts';
import { openStore, type Store } from '../../../store/database/open.ts';
import { setAvailable } from '../../../store/money/funding.ts';
import { usd } from '../../support/money.ts';
import { insertUser, openTestStore, type TestStore } from '../fixtures.ts';
import {
  act,
  allowChanges,
  anyRush,
  anyRushWithRefunds,
  type Deed,
  passTime,
  startOver,
  type Used,
  usedIn,
} from './funding-deeds.ts';

const minuteMs = 60_000;
const enoughMs = 90_000;
/** Histories that a slow machine does not get to fail the test: they prove nothing. */
const runs = (numRuns: number) => ({
  numRuns,
  includeErrorInReport: true,
  interruptAfterTimeLimit: enoughMs,
  // Shrinking a failure would take longer than all histories together.
  endOnFailure: true,
  markInterruptAsFailure: true,
});
const largest = (...amounts: bigint[]): bigint => amounts.reduce((one, other) => (one > other ? one : other));

describe('funds, whatever is done with them at once and in any order', function () {
  this.timeout(enoughMs + 30_000);
  let db: TestStore;
  /** Who may let time pass, and start over. */
  let owner: Store;
  let user: UserId;
  before(async () => {
    db = await openTestStore(10);
    await db.asOwner(allowChanges);
    owner = await openStore(db.administratorUrl, 2);
  });
  after(async () => {
    await owner?.close();
    await db?.[Symbol.asyncDispose]();
  });
  const begin = async () => {
    await owner.transaction(startOver);
    user = await db.store.transaction(em => insertUser(em));
  };
  const used = () => db.store.read(usedIn);
  const doAll = (rush: Deed[], payer: UserId | null) =>
    Promise.all(rush.map(what => db.store.transaction(em => act(em, what, payer, user))));

  it('never exceed an operator’s limit: held and ever spent together', async () => {
    const limits = fc.option(fc.bigInt({ min: 0n, max: 2_000n }), { nil: undefined });
    const step = fc.record({ told: limits, rush: anyRush });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async steps => {
        await begin();
        let limit = 0n;
        for (const { told, rush } of steps) {
          const before = await used();
          if (told !== undefined) {
            limit = told;
            await db.store.transaction(em => setAvailable(em, user, usd(told), new Date()));
          }
          await doAll(rush, user);
          const after = await used();
          // A limit that was lowered below what is out already lets nothing more through.
          const [total, earlier] = [after.held + after.spent, before.held + before.spent];
          expect(total <= largest(limit, earlier), `${total} of ${limit}`).to.equal(true);
        }
      }),
      runs(20),
    );
  });

  it('never exceed what really lies in an account whose reports are up to three hours old', async () => {
    type Step = { passMinutes: number; deposit: bigint; reportAgeMinutes: number | undefined; rush: Deed[] };
    const step: fc.Arbitrary<Step> = fc.record({
      passMinutes: fc.constantFrom(0, 29, 60, 120, 150, 600),
      deposit: fc.constantFrom(0n, 0n, 0n, 300n),
      /** How old the balance is that the provider reports as of now; none: it does not report. */
      reportAgeMinutes: fc.option(fc.constantFrom(0, 30, 150, 179), { nil: undefined, freq: 5 }),
      rush: anyRushWithRefunds,
    });
    const buyAll: Deed = { do: 'buy', amount: 300n };
    const giveSomeBack: Deed = { do: 'give back', amount: 60n };
    const nothingNew: Step = { passMinutes: 0, deposit: 0n, reportAgeMinutes: undefined, rush: [] };
    /** Two hours after it happened the provider reports how it was two and a half hours ago. */
    const twoHoursAfter = (...deeds: Deed[][]): Step[] => [
      { ...nothingNew, deposit: 300n },
      { ...nothingNew, passMinutes: 60, reportAgeMinutes: 0 },
      ...deeds.map(rush => ({ ...nothingNew, rush })),
      { ...nothingNew, passMinutes: 121, reportAgeMinutes: 150, rush: [buyAll] },
    ];
    const examples = [[[buyAll]], [[giveSomeBack]], [[giveSomeBack], [{ do: 'book' } as const]]];
    const outOf = ({ held, spent }: Used) => held + spent;

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async steps => {
        await begin();
        const history: { minute: number; balance: bigint }[] = [{ minute: 0, balance: 0n }];
        let [minute, deposited] = [0, 0n];
        for (const { passMinutes, deposit, reportAgeMinutes, rush } of steps) {
          minute += passMinutes;
          deposited += deposit;
          const before = await used();
          const balance = deposited - before.spent - before.back;
          history.push({ minute, balance });
          await owner.transaction(em => passTime(em, passMinutes));
          await db.store.transaction(async em => {
            if (reportAgeMinutes === undefined) return;
            const then = history.findLast(past => past.minute <= minute - reportAgeMinutes) ?? history[0]!;
            await setAvailable(em, null, usd(then.balance), new Date(Date.now() + minuteMs / 2));
          });
          await doAll(rush, null);
          const after = await used();
          // A buyer's money goes back whatever is reserved; after that nothing more is let through.
          const most = largest(deposited - before.back, outOf(before));
          expect(outOf(after) <= most, `${outOf(after)} out of ${most}`).to.equal(true);
          history.push({ minute, balance: deposited - after.spent - after.back });
        }
      }),
      { ...runs(25), examples: examples.map(deeds => [twoHoursAfter(...deeds)]) },
    );
  });
});
