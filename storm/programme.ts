import type { Scenario } from '../demo/scenario.ts';
import { scenarios } from '../demo/scenarios/index.ts';
import { createDice } from './dice.ts';
import { aftermath } from './scenarios/index.ts';
import { spanMs } from './schedule.ts';

export type Performance = { readonly scenario: Scenario; readonly atMs: number };

/** Orders are sent during this part of the storm, so that the last one meets strikes too. */
const sendingPart = 0.85;

/**
 * Which scenario is played when: all in turn, shuffled by the seed, until there are `orders`. Scenarios that change
 * what all orders share are played once: each of them multiplies the platform's capital.
 */
export function drawProgramme({ seed, orders }: { seed: number; orders: number }): readonly Performance[] {
  const chosen: Scenario[] = [];
  const dice = createDice(seed, 'programme');
  const shared = scenarios.filter(({ alone }) => alone);
  // A storm over few orders has no room for all of them: the seed decides which ones it leaves out.
  const others = dice.shuffle([...scenarios.filter(({ alone }) => !alone), ...aftermath]);
  let left = orders;
  const take = (scenario: Scenario) => {
    if (scenario.orders > left) return;
    chosen.push(scenario);
    left -= scenario.orders;
  };
  for (const scenario of shared) take(scenario);
  while (left > 0) for (const scenario of others) take(scenario);
  const step = (spanMs(orders) * sendingPart) / chosen.length;
  return dice.shuffle(chosen).map((scenario, turn) => ({ scenario, atMs: Math.round(step * (turn + dice.roll())) }));
}
