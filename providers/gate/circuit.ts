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

/** The reply to one request. `ill`: it is an answer, but it says that the provider is broken. */
export type Reply = { readonly ill: boolean };

type CircuitOptions = {
  /** Decides after how many failures the circuit opens; made anew for each start. */
  breaker: () => IBreaker;
  /** How long the circuit stays open, by how many test calls in a row have failed. */
  openForMs(attempt: number): number;
  now: () => number;
  /** The circuit opened, or a test call failed and it opened again; then: it closed. */
  onOpen(attempt: number, untilMs: number): void;
  onClose(): void;
};

/**
 * One circuit. It opens when the provider fails repeatedly, lets nothing through until its time is over, and then one
 * test call, whose outcome decides. `cockatiel` keeps the states; the clock is ours, and the findings of other
 * processes can be taken over.
 */
export function createCircuit({ breaker, openForMs, now, onOpen, onClose }: CircuitOptions) {
  let untilMs = 0;

  /** The library would measure with the machine's clock: we compare with ours instead, before each call. */
  const openFor = (attempt: number): IBackoff<IHalfOpenAfterBackoffContext> => {
    untilMs = now() + openForMs(attempt);
    return { duration: 0, next: ({ attempt: again }) => openFor(again) };
  };

  const start = (openAttempt?: number) => {
    /**
     * A call that we broke off says nothing about the provider; a test call that we broke off does not close the
     * circuit.
     */
    const failed = (error: unknown): boolean =>
      isLost(error) || (error instanceof CallFailed && made.state === CircuitState.HalfOpen);
    const made: CircuitBreakerPolicy = circuitBreaker(new Policy({ errorFilter: failed, resultFilter: isIll }), {
      breaker: breaker(),
      halfOpenAfter: { next: ({ attempt }) => openFor(attempt) },
      ...(openAttempt === undefined ? {} : { initialState: openState(openAttempt) }),
    });
    // Calls that began under an earlier policy no longer count.
    made.onBreak(() => made === policy && onOpen(attemptOf(made), untilMs));
    made.onReset(() => made === policy && onClose());
    return made;
  };

  let policy = start();

  return {
    /** Until when no call may leave; undefined when one may. While a test call is under way, it is asked again soon. */
    blockedUntil(probeMs: number): number | undefined {
      if (policy.state === CircuitState.HalfOpen) return now() + probeMs;
      return policy.state === CircuitState.Open && now() < untilMs ? untilMs : undefined;
    },

    state(): 'up' | 'probing' | 'down' {
      if (policy.state === CircuitState.Closed) return 'up';
      return policy.state === CircuitState.Open && now() < untilMs ? 'down' : 'probing';
    },

    /** Only when `blockedUntil` has just said, with no `await` between, that a call may be made. */
    run: <Sent extends Reply>(send: () => Promise<Sent>): Promise<Sent> => policy.execute(send),

    /** Another process has opened it; ignored while a test call of ours is under way. */
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

/** No answer came, and not because we stopped waiting. */
export const isLost = (error: unknown): error is CallFailed =>
  error instanceof CallFailed && error.code !== 'ABORTED' && error.code !== 'DEPARTURE_MISSED';

const isIll = (reply: unknown): boolean => (reply as Reply).ill;

/** As `toJSON` writes it. `openedAt` does not matter: our own clock says when the time is over. */
const openState = (attemptNo: number) => ({
  ownState: { value: CircuitState.Open, openedAt: Date.now(), attemptNo },
  breakerState: 0,
});

function attemptOf(policy: { toJSON(): unknown }): number {
  const { ownState } = policy.toJSON() as { ownState: { attemptNo?: number } };
  return ownState.attemptNo ?? 1;
}
