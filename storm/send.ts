import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from '../demo/scenario.ts';
import type { Stage } from '../demo/stage.ts';
import type { Performance } from './programme.ts';

/** An order that the outside world has sent, and how it is to end. */
export type Expected = {
  readonly scenario: string;
  readonly ending: Ending;
  /** It leaves something that only a person can find out. */
  readonly undecidable?: boolean;
  /** Nobody can look it up: a person has it until its provider’s list of events tells of it, and then it ends by itself. */
  readonly untilTold?: boolean;
  /** Keys of effects that our database has forgotten, because it was put back to before them. */
  readonly forgotten?: readonly string[];
};

/** Who sees no answer in the storm waits; so many may wait at once. */
const atOnceMax = 64;

/** With an automatic refund policy a failed order does not end as failed: its buyer has the money back. */
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
  /** Scenarios that broke off, and why: their orders are not expected, but may be there. */
  readonly trouble: string[];
};

/** Plays the programme at its times, or later where the system is slow. */
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
