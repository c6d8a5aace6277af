import { setTimeout as sleep } from 'node:timers/promises';
import { NotNow } from '../../domain/outcome.ts';
import { CallFailed } from '../wire/http.ts';
import type { Call } from './call.ts';
import type { Circuits } from './circuits.ts';
import { circuitOf } from './families.ts';
import type { Limits } from './limits.ts';
import type { Pauses } from './pauses.ts';

/** Whether a call may leave now: the circuit is closed, the provider has not asked us to wait, its limit has room. */
export function createAdmission(options: {
  circuits: Circuits;
  pauses: Pauses;
  limits: Limits;
  /** A turn that comes this soon is waited for; for a later one the job looks again. */
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
          throw notNow(call, 'RATE_LIMITED', 'the provider takes no more calls for a while', waitMs);
        await sleep(waitMs, undefined, call.signal && { signal: call.signal }).catch(() => undefined);
      }
    },
  };
}

/** However long the wait: what was counted or said may be otherwise by then, and to look costs nothing. */
const longestHoldMs = 300_000;

function notNow({ provider }: Call, code: 'CIRCUIT_OPEN' | 'RATE_LIMITED', why: string, waitMs: number): NotNow {
  const retryAfterMs = Math.min(Math.max(1, Math.ceil(waitMs)), longestHoldMs);
  const text = `${why}; looked at again in ${Math.ceil(retryAfterMs / 1000)} s`;
  return new NotNow(`${provider.toUpperCase()}_${code}`, text, { provider, retryAfterMs });
}
