/**
 * A performance of the programme. The first scenario plays alone, so that its order is seen to settle soon; then a few at
 * a time; then, one after the other, those that need the stage for themselves. Each performance ends in one of three ways:
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
  /** Why it failed. */
  failure?: string;
};

const atOnce = 6;

export const rehearse = (programme: readonly Scenario[]): readonly Performance[] =>
  programme.map(scenario => ({ scenario, endings: [], orders: new Set() }));

/**
 * Plays them all, and writes down what becomes of each. Never rejects.
 * @param afterFirst is called once the first one has ended, well or not
 */
export async function playAll(
  stage: Stage,
  watch: Watch,
  performances: readonly Performance[],
  afterFirst: () => void,
): Promise<void> {
  const [first, ...others] = performances;
  const finish = (these: readonly Performance[]) => Promise.all(these.map(one => waitForEnd(stage, watch, one)));
  if (first) {
    await play(stage, first);
    await finish([first]);
  }
  afterFirst();
  const queue = others.filter(({ scenario }) => !scenario.alone);
  const player = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await play(stage, next);
  };
  await Promise.all(Array.from({ length: atOnce }, player));
  for (const one of others.filter(({ scenario }) => scenario.alone)) {
    await finish(performances);
    await play(stage, one);
  }
  await finish(performances);
}

async function play(stage: Stage, one: Performance): Promise<void> {
  try {
    one.endings = await one.scenario.play(witnessed(stage, one.orders));
  } catch (error) {
    one.failure = error instanceof Error ? error.message : String(error);
  }
}

/** Until its orders have ended as they should. What nothing moved of is not waited for again. */
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
