import { ConsecutiveBreaker, type IBreaker } from 'cockatiel';
import { type Provider, type ProviderState, providers, type Trouble } from '../../domain/provider.ts';
import type { Logger } from '../../runtime/logger.ts';
import { type Circuit, createCircuit, isLost, type Reply } from './circuit.ts';
import type { Notices } from './trouble-board.ts';

export type CircuitRules = {
  /** How many failures in a row open a circuit. */
  readonly failures: number;
  readonly firstOpenMs: number;
  /** The time doubles after each failed test call, up to this. */
  readonly longestOpenMs: number;
};

export const circuitRules: CircuitRules = { failures: 5, firstOpenMs: 5_000, longestOpenMs: 300_000 };

/** While one test call is under way, other calls look again after this long. */
const probeMs = 1_000;

/**
 * An outside account at a provider; `account` is empty for calls in our own name. `family`: only those calls; empty for
 * all calls but those of families that are `aside`.
 */
export type At = { readonly provider: Provider; readonly account: string; readonly family: string };

export type Circuits = ReturnType<typeof createCircuits>;

/** One circuit per account, one per provider over all its accounts, and one of its own per family that is `aside`. */
export function createCircuits(options: {
  rules: CircuitRules;
  notices: Notices;
  log: Pick<Logger, 'info' | 'warn'>;
  now: () => number;
}) {
  const { rules, notices, log, now } = options;

  const openCircuit = (at: At, breaker: () => IBreaker): Circuit =>
    createCircuit({
      breaker,
      openForMs: attempt => Math.min(rules.firstOpenMs * 2 ** (attempt - 1), rules.longestOpenMs),
      now,
      onOpen: (attempt, untilMs) => {
        const until = new Date(untilMs);
        log.warn({ ...at, attempt, until }, 'provider circuit open: no call leaves before');
        notices.post({ ...at, why: 'OUTAGE', attempt, since: new Date(now()), until });
      },
      onClose: () => {
        log.info({ ...at }, 'provider circuit closed: it answers again');
        notices.withdraw({ ...at, why: 'OUTAGE' });
      },
    });

  const wholes = new Map(
    providers.map(provider => {
      const blamed = new Set<string>();
      const circuit = openCircuit({ provider, account: '', family: '' }, () => breakerOfAll(rules.failures, blamed));
      return [provider, { blamed, circuit }] as const;
    }),
  );
  const wholeOf = (provider: Provider) => {
    const whole = wholes.get(provider);
    if (!whole) throw new Error(`there is no provider ${provider}`);
    return whole;
  };

  const own = new Map<string, { at: At; circuit: Circuit }>();
  const ownOf = ({ provider, account, family }: At): Circuit => {
    const key = `${provider}/${account}/${family}`;
    const known = own.get(key);
    if (known) return known.circuit;
    const at = { provider, account, family };
    const circuit = openCircuit(at, () => new ConsecutiveBreaker(rules.failures));
    own.set(key, { at, circuit });
    return circuit;
  };
  const isWhole = ({ account, family }: At): boolean => account === '' && family === '';
  const circuitOf = (at: At): Circuit => (isWhole(at) ? wholeOf(at.provider).circuit : ownOf(at));

  return {
    /** Until when no call may be sent there; undefined when one may. */
    blockedUntil: (at: At): number | undefined =>
      (at.family === '' ? wholeOf(at.provider).circuit.blockedUntil(probeMs) : undefined) ??
      circuitOf(at).blockedUntil(probeMs),

    /** Only when `blockedUntil` has just said, with no `await` between, that it may. */
    run<Sent extends Reply>(at: At, send: () => Promise<Sent>): Promise<Sent> {
      const { blamed, circuit } = wholeOf(at.provider);
      if (at.family !== '') return ownOf(at).run(send);
      const throughAll = () => circuit.run(() => blaming(blamed, at.account, send));
      return at.account === '' ? throughAll() : ownOf(at).run(throughAll);
    },

    state: (provider: Provider): ProviderState => wholeOf(provider).circuit.state(),

    /** Takes over the findings of other processes. */
    takeOver(troubles: readonly Trouble[]): void {
      const outages = troubles.filter(({ why }) => why === 'OUTAGE');
      for (const trouble of outages) circuitOf(trouble).takeOpen(trouble.attempt, trouble.until.getTime());
      const isOut = ({ provider, account, family }: At) =>
        outages.some(out => out.provider === provider && out.account === account && out.family === family);
      for (const provider of providers)
        if (!isOut({ provider, account: '', family: '' })) wholeOf(provider).circuit.takeClosed();
      for (const { at, circuit } of own.values()) if (!isOut(at)) circuit.takeClosed();
    },
  };
}

/** Failures of one account are its own; those of two accounts, or of calls in our own name, are the provider's. */
function breakerOfAll(failures: number, blamed: Set<string>): IBreaker {
  const inRow = new ConsecutiveBreaker(failures);
  return {
    state: 0,
    success() {
      blamed.clear();
      inRow.success();
    },
    failure: () => inRow.failure() && (blamed.has('') || blamed.size > 1),
  };
}

/** Notes whose call failed, before the breaker counts the failure. */
async function blaming<Sent extends Reply>(
  blamed: Set<string>,
  account: string,
  send: () => Promise<Sent>,
): Promise<Sent> {
  try {
    const reply = await send();
    if (reply.ill) blamed.add(account);
    return reply;
  } catch (error) {
    if (isLost(error)) blamed.add(account);
    throw error;
  }
}
