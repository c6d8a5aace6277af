/**
 * Scenarios are played a few at a time; then, one after the other, those that must play alone. Each performance ends in
 * one of three ways:
 *
 *     playing ──► endings to be waited for ──► all came          it went well
 *        │                └──────────────────► nothing moves     it failed: what was expected
 *        └──────► broke off                                      it failed: why
 */
import type { Call } from './http.ts';
import { type Ending, type Scenario, tellEnding } from './scenario.ts';
import type { Stage } from './stage.ts';
import type { Watch } from './watch.ts';

export type Performance = {
  readonly scenario: Scenario;
  /** Empty until it was played to its end. */
  endings: readonly Ending[];
  /** Its orders, by our id or the marketplace's number: known also where it broke off. */
  readonly orders: Set<string>;
  /** Milliseconds by this machine's clock; 0 until then. */
  beganAtMs: number;
  /** Why it failed. */
  failure?: string;
};

const atOnce = 6;

export const rehearse = (scenario: Scenario): Performance => ({
  scenario,
  endings: [],
  orders: new Set(),
  beganAtMs: 0,
});

/** Plays them all, and records the outcome of each. Never rejects. */
export async function playAll(stage: Stage, watch: Watch, performances: readonly Performance[]): Promise<void> {
  const finishAll = () => Promise.all(performances.map(one => waitForEnd(stage, watch, one)));
  const queue = performances.filter(({ scenario }) => !scenario.alone);
  const player = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await play(stage, next);
  };
  await Promise.all(Array.from({ length: atOnce }, player));
  for (const one of performances.filter(({ scenario }) => scenario.alone)) {
    await finishAll();
    await play(stage, one);
  }
  await finishAll();
}

async function play(stage: Stage, one: Performance): Promise<void> {
  one.beganAtMs = Date.now();
  try {
    one.endings = await one.scenario.play(witnessed(stage, one.orders));
  } catch (error) {
    one.failure = error instanceof Error ? error.message : String(error);
  }
}

/** Waits until its orders have ended as they should. A performance in which nothing moves any more has failed. */
async function waitForEnd({ until }: Stage, watch: Watch, one: Performance): Promise<void> {
  if (one.failure !== undefined) return;
  const missing = () => one.endings.filter(ending => !watch.latest.has(ending));
  const expected = () => `expected ${missing().map(tellEnding).join(' and ')}`;
  await until('the end of its orders', async () => missing().length === 0).catch((error: Error) => {
    one.failure = `${error.message}, ${expected()}`;
  });
}

/** A stage that notes which orders are made on it. */
function witnessed(stage: Stage, orders: Set<string>): Stage {
  const noting =
    (call: Call): Call =>
    async (...request) => {
      const answer = await call(...request);
      if (typeof answer.orderId === 'string') orders.add(answer.orderId);
      return answer;
    };
  return { ...stage, buyer: noting(stage.buyer), sandbox: noting(stage.sandbox) };
}
