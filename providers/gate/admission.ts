import { setTimeout as sleep } from 'node:timers/promises';
import { NotNow } from '../../domain/call-outcome.ts';
import { CallFailed } from '../wire/http.ts';
import type { Circuits } from './circuits.ts';
import { circuitOf } from './families.ts';
import type { Call } from './gate-contract.ts';
import type { Limits } from './limits.ts';
import type { Pauses } from './pauses.ts';

/** Decides whether a call may leave now: its circuit is closed, no pause is on, its rate limit has room. */
export function createAdmission(options: {
  circuits: Circuits;
  pauses: Pauses;
  limits: Limits;
  /** A call waits here for a turn that comes this soon; for a later turn its job tries again. */
  briefWaitMs: number;
  now: () => number;
}) {
  const { circuits, pauses, limits, briefWaitMs, now } = options;

  /** @throws NotNow while the circuit is open */
  const refuseBlocked = (call: Call): void => {
    const until = circuits.blockedUntil(circuitOf(call));
    if (until !== undefined) throw notNow(call, 'CIRCUIT_OPEN', 'the provider does not answer', until - now());
  };

  return {
    refuseBlocked,

    /** @throws NotNow, CallFailed when the caller gives up meanwhile */
    async admit(call: Call): Promise<void> {
      const latest = now() + Math.min(briefWaitMs, call.timeoutMs);
      for (;;) {
        if (call.signal?.aborted) throw new CallFailed('never-left', 'ABORTED');
        refuseBlocked(call);
        const waitMs = pauses.leftMs(call) || (call.limit ? await limits.take(call.limit) : 0);
        if (waitMs === 0) return;
        if (now() + waitMs > latest)
          throw notNow(call, 'RATE_LIMITED', 'the provider accepts no more calls for a while', waitMs);
        await sleep(waitMs, undefined, call.signal && { signal: call.signal }).catch(() => undefined);
      }
    },
  };
}

/** No job waits longer than this for another look: counters and pauses may have changed, and looking costs nothing. */
const longestHoldMs = 300_000;

function notNow({ provider }: Call, code: 'CIRCUIT_OPEN' | 'RATE_LIMITED', why: string, waitMs: number): NotNow {
  const retryAfterMs = Math.min(Math.max(1, Math.ceil(waitMs)), longestHoldMs);
  const text = `${why}; tried again in ${Math.ceil(retryAfterMs / 1000)} s`;
  return new NotNow(`${provider.toUpperCase()}_${code}`, text, { provider, retryAfterMs });
}
