import {
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  type IBackoff,
  type IBreaker,
  type IHalfOpenAfterBackoffContext,
  Policy,
} from 'cockatiel';
import { CallFailed } from '../wire/http.ts';

/** What came back of one request; `ill`: an answer all the same, but of a provider that is broken. */
export type Reply = { readonly ill: boolean };

export type CircuitOptions = {
  /** Says after how many failures it opens; a new one for each new start. */
  breaker: () => IBreaker;
  /** How long it stays open, by how often in a row it was tried again in vain. */
  openForMs(attempt: number): number;
  now: () => number;
  /** It opened, or a try failed and it opened again; it closed. */
  onOpen(attempt: number, untilMs: number): void;
  onClose(): void;
};

/**
 * One circuit. It opens when the provider fails repeatedly, lets nothing through until its time is over, then one
 * single call, whose end decides. `cockatiel` keeps the states; the clock is ours, and what another process has found
 * out can be taken over.
 */
export function createCircuit({ breaker, openForMs, now, onOpen, onClose }: CircuitOptions) {
  let untilMs = 0;

  /** The library would measure with the machine's clock: whether the time is over is asked of ours, before each call. */
  const openFor = (attempt: number): IBackoff<IHalfOpenAfterBackoffContext> => {
    untilMs = now() + openForMs(attempt);
    return { duration: 0, next: ({ attempt: again }) => openFor(again) };
  };

  const start = (openAttempt?: number) => {
    /** A try that we broke off ourselves says nothing of the provider; while it is open it does not close it either. */
    const failed = (error: unknown): boolean =>
      isLost(error) || (error instanceof CallFailed && made.state === CircuitState.HalfOpen);
    const made: CircuitBreakerPolicy = circuitBreaker(new Policy({ errorFilter: failed, resultFilter: isIll }), {
      breaker: breaker(),
      halfOpenAfter: { next: ({ attempt }) => openFor(attempt) },
      ...(openAttempt === undefined ? {} : { initialState: openState(openAttempt) }),
    });
    // Calls that an earlier one still has under way have nothing to say any more.
    made.onBreak(() => made === policy && onOpen(attemptOf(made), untilMs));
    made.onReset(() => made === policy && onClose());
    return made;
  };

  let policy = start();

  return {
    /** Until when nothing leaves; nothing when a call may be made. While another call tries, nobody knows yet. */
    blockedUntil(probeMs: number): number | undefined {
      if (policy.state === CircuitState.HalfOpen) return now() + probeMs;
      return policy.state === CircuitState.Open && now() < untilMs ? untilMs : undefined;
    },

    state(): 'up' | 'probing' | 'down' {
      if (policy.state === CircuitState.Closed) return 'up';
      return policy.state === CircuitState.Open && now() < untilMs ? 'down' : 'probing';
    },

    /** Only after `blockedUntil` has said, in the same breath, that a call may be made. */
    run: <Sent extends Reply>(send: () => Promise<Sent>): Promise<Sent> => policy.execute(send),

    /** Another process has found it open; not while a call of ours is finding out. */
    takeOpen(attempt: number, until: number): void {
      if (policy.state === CircuitState.HalfOpen) return;
      if (policy.state === CircuitState.Closed) policy = start(attempt);
      untilMs = until;
    },

    takeClosed(): void {
      if (policy.state === CircuitState.Open) policy = start();
    },
  };
}

export type Circuit = ReturnType<typeof createCircuit>;

/** No answer came, and it was not us who stopped waiting. */
export const isLost = (error: unknown): error is CallFailed =>
  error instanceof CallFailed && error.code !== 'ABORTED' && error.code !== 'DEPARTURE_MISSED';

const isIll = (reply: unknown): boolean => (reply as Reply).ill;

/** As `toJSON` writes it; when it was opened does not matter, for our own clock says when it is over. */
const openState = (attemptNo: number) => ({
  ownState: { value: CircuitState.Open, openedAt: Date.now(), attemptNo },
  breakerState: 0,
});

function attemptOf(policy: { toJSON(): unknown }): number {
  const { ownState } = policy.toJSON() as { ownState: { attemptNo?: number } };
  return ownState.attemptNo ?? 1;
}
