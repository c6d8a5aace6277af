import { setTimeout as sleep } from 'node:timers/promises';
import { type SweepOptions, sweep } from '../queues/recovery.ts';
import type { Logger } from '../runtime/logger.ts';
import { timeIn } from '../store/clock.ts';
import { forgetEvidence } from '../store/evidence.ts';
import { forgetEvents } from '../store/inbound-events.ts';
import { sealPlain } from '../store/resealing.ts';
import type { FeedWatch } from './feed-watch.ts';

export type Sweeper = { close(): Promise<void> };

type SweeperOptions = SweepOptions & {
  intervalMs: number;
  feeds?: FeedWatch;
  /** Pages that a browser saw are kept for so many days. */
  evidenceDays?: number;
  log: Logger;
};

const dayMs = 86_400_000;
/** Old notifications are not urgent, and looking for them reads the whole table. */
const forgetEveryMs = 3_600_000;

/** Sweeps for as long as the process lives. A sweep that fails (the database is away) is followed by the next one. */
export function startSweeper(options: SweeperOptions): Sweeper {
  const { store, evidenceDays } = options;
  const stop = new AbortController();
  let forgotAt = Number.NEGATIVE_INFINITY;
  const loop = async () => {
    while (!stop.signal.aborted) {
      try {
        const made = await sweep(options);
        if (made > 0) options.log.info({ made }, 'sweep made jobs');
        await options.feeds?.look();
        if (evidenceDays !== undefined)
          await store.transaction(em => forgetEvidence(em, timeIn(em, -evidenceDays * dayMs)));
        if (performance.now() - forgotAt >= forgetEveryMs) {
          await forgetEvents(store, store.clock.now());
          await sealPlain(store);
          forgotAt = performance.now();
        }
      } catch (error) {
        options.log.warn({ err: error }, 'sweep failed; the next one will do its work');
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
