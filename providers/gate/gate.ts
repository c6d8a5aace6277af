import { DelegateBackoff, handleWhen, retry } from 'cockatiel';
import { providers } from '../../domain/provider.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { HttpAnswer } from '../wire/http.ts';
import { createAdmission } from './admission.ts';
import { isLost } from './circuit.ts';
import { type CircuitRules, circuitRules, createCircuits } from './circuits.ts';
import { circuitOf, pauseOf } from './families.ts';
import type { Call, Exchange, Gate, Health } from './gate-contract.ts';
import type { Limits } from './limits.ts';
import { createPauses } from './pauses.ts';
import { type Board, createNotices } from './trouble-board.ts';

export type { Gate, Health } from './gate-contract.ts';

export type GateRules = CircuitRules & {
  /** How often a safe read is repeated before its failure is thrown. */
  readonly readRetries: number;
  /** Full jitter: at random up to this before the first retry, doubling. */
  readonly retryFirstMs: number;
  /** A call waits for a turn that comes this soon. */
  readonly briefWaitMs: number;
  /** How often the findings of other processes are read. */
  readonly lookEveryMs: number;
};

const standardRules: GateRules = {
  ...circuitRules,
  readRetries: 2,
  retryFirstMs: 100,
  briefWaitMs: 2_000,
  lookEveryMs: 1_000,
};

type Sent = { readonly answer: HttpAnswer; readonly health: Health; readonly ill: boolean };

/**
 * Every call to a provider goes through here, one request at a time:
 *
 *   retry a safe read ─► may it leave? (circuit · pause it asked for · rate limit) ─► circuit ─► send
 *
 * A call that may not leave throws NotNow: nothing happened. A money call is sent once at most.
 */
export function createGate(options: {
  board: Board;
  limits: Limits;
  log: Pick<Logger, 'info' | 'warn'>;
  now?: () => number;
  rules?: Partial<GateRules>;
}): Gate {
  const { board, limits, log, now = Date.now } = options;
  const rules = { ...standardRules, ...options.rules };
  const notices = createNotices(board, log);
  const circuits = createCircuits({ rules, notices, log, now });
  const pauses = createPauses(notices, now);
  const { admit, refuseBlocked } = createAdmission({ circuits, pauses, limits, briefWaitMs: rules.briefWaitMs, now });
  const { tell, watch } = createTeller(() => providers.map(circuits.state).join());

  async function once(call: Call, { send, healthOf }: Exchange): Promise<Sent> {
    await admit(call);
    // Nothing else runs between this check and the circuit's own.
    refuseBlocked(call);
    try {
      const sent = await circuits.run(circuitOf(call), async () => {
        const answer = await send();
        const health = healthOf(answer);
        return { answer, health, ill: health.state === 'ill' };
      });
      const { waitMs, of = 'account' } = sent.health;
      if (waitMs !== undefined) pauses.add(pauseOf(call, of), waitMs);
      // This read opened the circuit and moved nothing: its job tries again later, as the others do.
      if (sent.ill && call.stakes === 'read') refuseBlocked(call);
      return sent;
    } catch (error) {
      const nothingHappened = isLost(error) && (call.stakes === 'read' || error.phase === 'never-left');
      if (nothingHappened) refuseBlocked(call);
      throw error;
    } finally {
      tell();
    }
  }

  const reading = retry(handleWhen(isWorthRepeating).orWhenResult(isWorthAsking), {
    maxAttempts: rules.readRetries,
    backoff: new DelegateBackoff(({ attempt }) => Math.random() * rules.retryFirstMs * 2 ** (attempt - 1)),
  });

  async function look(): Promise<void> {
    const troubles = await notices.read();
    if (troubles) {
      circuits.takeOver(troubles);
      pauses.takeOver(troubles);
    }
    tell();
  }

  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
  }, rules.lookEveryMs);

  return {
    async pass(call, exchange) {
      const attempt = () => once(call, exchange);
      const { answer } = await (call.stakes === 'read' ? reading.execute(attempt) : attempt());
      return answer;
    },
    state: circuits.state,
    watch,
    look,
    close: async () => {
      clearInterval(timer);
      await looking;
      await notices.settled();
    },
  };
}

/** A connection that failed or broke. A read that timed out is not repeated: it would wait as long again. */
const isWorthRepeating = (error: unknown): boolean => isLost(error) && error.code !== 'TIMEOUT';
const isWorthAsking = (sent: unknown): boolean => (sent as Sent).health.state !== 'well';

/** Calls its watchers once per change, also when only time has passed. */
function createTeller(stateNow: () => string) {
  const watchers = new Set<() => void>();
  let told = stateNow();
  return {
    tell(): void {
      const now = stateNow();
      if (now === told) return;
      told = now;
      for (const changed of watchers) changed();
    },
    watch(changed: () => void): () => void {
      watchers.add(changed);
      return () => void watchers.delete(changed);
    },
  };
}
