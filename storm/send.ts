import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from '../demo/scenario.ts';
import type { Stage } from '../demo/stage.ts';
import type { Performance } from './programme.ts';

/** An order that the outside world has sent, and how it must end. */
export type Expected = {
  readonly scenario: string;
  readonly ending: Ending;
  /** Only a person can find out how it ended. */
  readonly undecidable?: boolean;
  /** It cannot be looked up: it is in review until the provider's list of events names it, and then ends by itself. */
  readonly untilTold?: boolean;
  /** Keys of effects that our database has lost, because it was restored from before them. */
  readonly forgotten?: readonly string[];
};

/** How many scenarios may play at once: most of them wait for answers. */
const atOnceMax = 64;

/** With an automatic refund policy a failed order does not end as FAILED, but as REFUNDED. */
function inTheEnd(ending: Ending): Ending {
  if (ending.status !== 'FAILED') return ending;
  const { reason: _why, ...rest } = ending;
  return { ...rest, status: 'REFUNDED' };
}

/** What the outside world has done so far. */
export type Sent = {
  /** Scenarios that have begun. */
  begun: number;
  readonly expected: Expected[];
  /** Scenarios that broke off, and why. Their orders are not expected, but may exist. */
  readonly trouble: string[];
};

/** Plays each scenario of the programme at its time, or later where the system is slow. */
export async function send(
  stage: Stage,
  programme: readonly Performance[],
  startedAt: number,
  sent: Sent,
): Promise<void> {
  const queue = [...programme];
  const player = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { scenario, atMs } = next;
      await sleep(Math.max(0, startedAt + atMs - Date.now()));
      sent.begun += 1;
      try {
        for (const ending of await scenario.play(stage))
          sent.expected.push({ scenario: scenario.name, ending: inTheEnd(ending) });
      } catch (error) {
        sent.trouble.push(`${scenario.name}: ${error instanceof Error ? error.message : error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnceMax }, player));
}
