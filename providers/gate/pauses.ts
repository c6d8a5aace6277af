import { dayMs } from '../../domain/durations.ts';
import type { Trouble } from '../../domain/provider.ts';
import type { At } from './circuits.ts';
import { pauseOf } from './families.ts';
import type { Call } from './gate-contract.ts';
import type { Notices } from './trouble-board.ts';

/** The longest pause, whatever a provider asks for. */
const longestMs = dayMs;

/** The scopes of the pauses that a call may have to wait for. */
const widths = ['account', 'family', 'application'] as const;

/** The pauses that providers have asked for: which calls, by account and family, and until when. */
export function createPauses(notices: Notices, now: () => number) {
  const untils = new Map<string, number>();
  const keyOf = ({ provider, account, family }: At) => `${provider}/${account}/${family}`;
  const leftAt = (at: At): number => Math.max(0, (untils.get(keyOf(at)) ?? 0) - now());

  return {
    leftMs: (call: Call): number => Math.max(...widths.map(width => leftAt(pauseOf(call, width)))),

    add({ provider, account, family }: At, waitMs: number): void {
      const at = { provider, account, family };
      if (waitMs <= leftAt(at)) return;
      const until = now() + Math.min(waitMs, longestMs);
      untils.set(keyOf(at), until);
      notices.post({ ...at, why: 'RATE_LIMITED', attempt: 1, since: new Date(now()), until: new Date(until) });
    },

    /** Takes over the pauses that other processes were asked for. */
    takeOver(troubles: readonly Trouble[]): void {
      for (const trouble of troubles)
        if (trouble.why === 'RATE_LIMITED') untils.set(keyOf(trouble), trouble.until.getTime());
      for (const [key, until] of untils) if (until <= now()) untils.delete(key);
    },
  };
}

export type Pauses = ReturnType<typeof createPauses>;
