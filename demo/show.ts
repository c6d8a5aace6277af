import type { System } from '../runtime/supervisor.ts';
import type { Store } from '../store/open.ts';
import { patienceBy } from './patience.ts';
import { type Performance, playAll, rehearse } from './play.ts';
import type { Scenario } from './scenario.ts';
import { setStage } from './stage.ts';
import type { LiveTable } from './table.ts';
import { type Sight, watchOrders } from './watch.ts';

/** What is left when the curtain has fallen. */
export type Shown = {
  readonly performances: readonly Performance[];
  readonly sight: Sight;
  /** From the start of this process until the first order was seen to be settled. */
  readonly firstSettledMs: number | undefined;
  /** Why the show broke off, or what it could not see. */
  readonly trouble: string | undefined;
};

/** The longest silence of an order that is well: a worker is killed after a click which its shop answers late. */
const stillMs = 60_000;
const overallMs = (orders: number): number => 600_000 + 2_000 * orders;
/** Whoever waits gives up before; what hangs is left behind. */
const hangingMs = 60_000;
const balancePerOrderMinor = 150_00;

/** Plays the programme. Never rejects, and always ends: nobody waits for longer than `overallMs`. */
export async function show(
  system: System,
  store: Store,
  programme: readonly Scenario[],
  table: LiveTable,
): Promise<Shown> {
  const expected = programme.reduce((sum, { orders }) => sum + orders, 0);
  const performances = rehearse(programme);
  const watch = watchOrders(store, sight => table.show(sight.orders, endedAmong(performances, sight), expected));
  const limits = { stillMs, overallMs: overallMs(expected) };

  const playing = async () => {
    const stage = await setStage(system, store, { until: patienceBy(async () => watch.latest.mark, limits) });
    const amountMinor = `${1_000_00 + balancePerOrderMinor * expected}`;
    await stage.sandbox('POST', '/balance', { provider: 'paypal', currency: 'USD', amountMinor });
    // The dashboard starts when the first order has ended, and its own end is waited for with the others'.
    const rest = Promise.withResolvers<void>();
    await playAll(stage, watch, performances, () => void system.startRest().then(rest.resolve, rest.reject));
    await rest.promise;
  };
  const trouble = await firstTrouble([playing(), endOf(system), timeIsUp(limits.overallMs + hangingMs)]);
  const lookedIn = await firstTrouble([watch.look()]);
  watch.close();
  table.done();
  const { latest: sight, firstSettledMs } = watch;
  return { performances, sight, firstSettledMs, trouble: trouble ?? lookedIn };
}

/** Orders that have ended as their scenarios say. */
export const endedAmong = (performances: readonly Performance[], sight: Sight): number =>
  performances.flatMap(({ endings }) => endings.filter(sight.has)).length;

/** Waits for the first to settle. @returns why, where it failed */
const firstTrouble = (ways: readonly Promise<unknown>[]): Promise<string | undefined> =>
  Promise.race(ways).then(
    () => undefined,
    error => (error instanceof Error ? error.message : String(error)),
  );

const endOf = async ({ givenUp }: System): Promise<never> => Promise.reject(await givenUp);

const timeIsUp = (ms: number): Promise<never> =>
  new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`not done ${ms / 1_000} s after the start`)), ms).unref();
  });
