import type { Trouble } from '../domain/provider.ts';
import type { At } from './circuits.ts';
import type { Notices } from './notices.ts';

/** Whatever a provider asks for: after a day it is asked again. */
const longestMs = 86_400_000;

/** Accounts whose provider has asked us to wait, and until when. */
export function createPauses(notices: Notices, now: () => number) {
  const untils = new Map<string, number>();
  const keyOf = ({ provider, account }: At) => `${provider}/${account}`;
  const leftMs = (at: At): number =>
    Math.max(0, ...[at, { ...at, account: '' }].map(one => (untils.get(keyOf(one)) ?? 0) - now()));

  return {
    leftMs,

    add({ provider, account }: At, waitMs: number): void {
      const at = { provider, account };
      if (waitMs <= leftMs(at)) return;
      const until = now() + Math.min(waitMs, longestMs);
      untils.set(keyOf(at), until);
      notices.post({ ...at, why: 'RATE_LIMITED', attempt: 1, since: new Date(now()), until: new Date(until) });
    },

    /** What other processes were told. */
    takeOver(troubles: readonly Trouble[]): void {
      for (const trouble of troubles)
        if (trouble.why === 'RATE_LIMITED') untils.set(keyOf(trouble), trouble.until.getTime());
      for (const [key, until] of untils) if (until <= now()) untils.delete(key);
    },
  };
}

export type Pauses = ReturnType<typeof createPauses>;
