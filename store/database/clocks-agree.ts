import { CannotStart } from '../../runtime/cannot-start.ts';
import type { Logger } from '../../runtime/logger.ts';
import { type Clock, clocksMayDifferMs } from './clock.ts';

/** The wall clock of this machine and the database's differ: one of them is wrong, and nobody can say which. */
class ClocksDisagree extends CannotStart {
  readonly code = 'CLOCKS_DISAGREE';
  constructor(aheadMs: number) {
    const seconds = Math.round(Math.abs(aheadMs) / 1_000);
    const side = aheadMs > 0 ? 'ahead of' : 'behind';
    super(
      `CLOCKS_DISAGREE: the clock of this machine is ${seconds} s ${side} the database's; ` +
        `${clocksMayDifferMs / 1_000} s are allowed. Set both by NTP, then start again.`,
    );
  }
}

/** @throws ClocksDisagree */
export function assertClocksAgree({ wallAheadMs }: Pick<Clock, 'wallAheadMs'>): void {
  if (Math.abs(wallAheadMs()) > clocksMayDifferMs) throw new ClocksDisagree(wallAheadMs());
}

/**
 * For a process that works on its own: refuses its start, and ends it at once when the difference is noticed later.
 * That is like a crash for the work under way; the next start says why the process does not start.
 * @throws ClocksDisagree
 */
export function keepClocksAgreeing(clock: Clock, log: Pick<Logger, 'fatal'>): void {
  assertClocksAgree(clock);
  clock.watch(() => {
    try {
      assertClocksAgree(clock);
    } catch (error) {
      log.fatal({ err: error }, 'this process stops working');
      process.exit(1);
    }
  });
}
