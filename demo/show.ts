import type { System } from '../runtime/system/supervisor.ts';
import type { Store } from '../store/database/open.ts';
import { patienceBy } from './patience.ts';
import { type Performance, playAll, rehearse } from './play.ts';
import type { Scenario } from './scenario.ts';
import { setStage } from './stage.ts';
import type { LiveTable } from './table.ts';
import { type Sight, watchOrders } from './watch.ts';

/** The result of a show. */
export type Shown = {
  readonly performances: readonly Performance[];
  readonly leftOut: readonly LeftOut[];
  readonly sight: Sight;
  /** From the start of this process until the first order was seen to be settled. */
  readonly firstSettledMs: number | undefined;
  /** Why the show broke off, or what it could not see. */
  readonly trouble: string | undefined;
};

/**
 * Longer than an order without trouble ever pauses, which is half a minute when a worker is killed after a click that
 * the shop answers late. The time of the first order shows how slow this machine is.
 */
const stillMs = (firstSettledMs = 0): number => Math.max(60_000, Math.round(6 * firstSettledMs));
const overallMs = (orders: number): number => 600_000 + 2_000 * orders;
/** Every wait gives up before this; a call that hangs is abandoned. */
const hangingMs = 60_000;
const balancePerOrderMinor = 150_00;

export type LeftOut = { readonly scenario: string; readonly reason: string };

export type Programme = {
  /** Plays first and alone, as soon as its processes are up: the rest of the system starts when its order has ended. */
  readonly opening: Scenario;
  /** The other scenarios, once they are known: trying the browser takes seconds. */
  rest(): Promise<{ readonly scenarios: readonly Scenario[]; readonly leftOut: readonly LeftOut[] }>;
  /** The number of orders if all scenarios can be played. */
  readonly ordersMax: number;
};

/** Plays the programme. Never rejects, and always ends: no wait lasts longer than `overallMs`. */
export async function show(system: System, store: Store, programme: Programme, table: LiveTable): Promise<Shown> {
  const { opening, ordersMax } = programme;
  const performances = [rehearse(opening)];
  const leftOut: LeftOut[] = [];
  const watch = watchOrders(store, sight =>
    table.show(sight.orders, endedAmong(performances, sight), ordersOf(performances)),
  );
  const limits = { stillMs: () => stillMs(watch.firstSettledMs), overallMs: overallMs(ordersMax) };

  const playing = async () => {
    const stage = await setStage(system, store, { until: patienceBy(async () => watch.latest.mark, limits) });
    const amountMinor = `${1_000_00 + balancePerOrderMinor * ordersMax}`;
    await stage.sandbox('POST', '/balance', { provider: 'paypal', currency: 'USD', amountMinor });
    await playAll(stage, watch, performances);
    const playRest = async () => {
      const known = await programme.rest();
      leftOut.push(...known.leftOut);
      const rest = known.scenarios.map(rehearse);
      performances.push(...rest);
      await playAll(stage, watch, rest);
    };
    await Promise.all([system.startRest(), playRest()]);
  };
  const trouble = await firstTrouble([playing(), endOf(system), timeIsUp(limits.overallMs + hangingMs)]);
  const lookedIn = await firstTrouble([watch.look()]);
  watch.close();
  table.done();
  const { latest: sight, firstSettledMs } = watch;
  return { performances, leftOut, sight, firstSettledMs, trouble: trouble ?? lookedIn };
}

export const ordersOf = (performances: readonly Performance[]): number =>
  performances.reduce((sum, { scenario }) => sum + scenario.orders, 0);

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
