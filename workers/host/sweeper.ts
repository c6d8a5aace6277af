import { setTimeout as sleep } from 'node:timers/promises';
import { dayMs, hourMs } from '../../domain/durations.ts';
import { type SweepOptions, sweep } from '../../queues/sweep.ts';
import type { Logger } from '../../runtime/logger.ts';
import { timeIn } from '../../store/database/clock.ts';
import { forgetEvents } from '../../store/events/inbound-events.ts';
import { forgetEvidence } from '../../store/orders/evidence.ts';
import { sealPlain } from '../../store/sealing/resealing.ts';
import type { FeedWatch } from '../feeds/feed-watch.ts';

type Sweeper = { close(): Promise<void> };

type SweeperOptions = SweepOptions & {
  intervalMs: number;
  feeds?: FeedWatch;
  /** How many days screenshots and pages of the browser are kept. */
  evidenceDays?: number;
  log: Logger;
};

/** No clean-up is urgent, and looking for old notifications reads the whole table. */
const cleanEveryMs = hourMs;

/** Sweeps for as long as the process lives. A sweep that fails (the database is away) is followed by the next one. */
export function startSweeper(options: SweeperOptions): Sweeper {
  const stop = new AbortController();
  let cleanedAt = Number.NEGATIVE_INFINITY;
  const loop = async () => {
    while (!stop.signal.aborted) {
      try {
        const made = await sweep(options);
        if (made > 0) options.log.info({ made }, 'sweep made jobs');
        await options.feeds?.look();
      } catch (error) {
        options.log.warn({ err: error }, 'sweep failed; the next one will do its work');
      }
      if (performance.now() - cleanedAt >= cleanEveryMs) {
        // Set before the work, so that a clean-up that fails is tried again in an hour, and not after every sweep.
        cleanedAt = performance.now();
        await cleanUp(options);
      }
      await sleep(options.intervalMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

/** Runs each clean-up on its own: one that fails does not stop the others. */
async function cleanUp({ store, evidenceDays, log }: SweeperOptions): Promise<void> {
  const works: Record<string, () => Promise<number>> = {
    'old evidence is forgotten': async () =>
      evidenceDays === undefined ? 0 : store.transaction(em => forgetEvidence(em, timeIn(em, -evidenceDays * dayMs))),
    'old notifications are forgotten': () => forgetEvents(store, store.clock.now()),
    'what was stored plain is sealed': () => sealPlain(store),
  };
  for (const [work, perform] of Object.entries(works))
    try {
      await perform();
    } catch (error) {
      log.warn({ err: error, work }, 'a clean-up failed; it is tried again in an hour');
    }
}
