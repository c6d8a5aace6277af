import type { Worker } from 'bullmq';
import type { ProviderState } from '../../domain/provider.ts';
import type { Gate } from '../../providers/gate/gate.ts';
import type { QueueContract } from '../../queues/define-queue.ts';
import type { Logger } from '../../runtime/logger.ts';

export type Served = { readonly contract: QueueContract; readonly worker: Worker };

/**
 * Pauses a queue while a provider that all of its jobs need does not answer; then takes one job at a time until a call
 * succeeds. Gives a function that stops following.
 */
export function followProviders(
  gate: Pick<Gate, 'state' | 'watch'>,
  served: readonly Served[],
  log: Pick<Logger, 'info' | 'warn'>,
): () => void {
  const states = new Map<Served, ProviderState>();

  const follow = (): void => {
    for (const one of served) {
      const state = worst(one.contract.needs.map(gate.state));
      if (state === (states.get(one) ?? 'up')) continue;
      states.set(one, state);
      take(one, state, log);
    }
  };

  follow();
  return gate.watch(follow);
}

const worst = (states: readonly ProviderState[]): ProviderState => {
  if (states.includes('down')) return 'down';
  return states.includes('probing') ? 'probing' : 'up';
};

function take({ contract, worker }: Served, state: ProviderState, log: Pick<Logger, 'info' | 'warn'>): void {
  const line = { queue: contract.name, needs: contract.needs };
  const failed = (err: unknown) => log.warn({ ...line, err }, 'the worker does not follow its provider');
  if (state === 'down') {
    log.warn(line, 'takes no jobs: a provider that all of them need does not answer');
    // Does not wait for the running jobs: the gate stops each of them at its next call.
    worker.pause(true).catch(failed);
    return;
  }
  worker.concurrency = state === 'probing' ? 1 : contract.concurrency;
  log.info(line, state === 'probing' ? 'takes one job, to see whether its provider answers' : 'takes jobs again');
  worker.resume().catch(failed);
}
