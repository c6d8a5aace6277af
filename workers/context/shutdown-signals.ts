import type { Context } from './context.ts';

/** The reason of a job's abort signal when its process ends: the job continues in another process. */
export class ProcessEnds extends Error {
  override readonly name = 'ProcessEnds';
  constructor() {
    super('the process ends');
  }
}

/** Shares of the shutdown deadline: `patience` until the jobs are aborted, `lastAnswer` more for a call in flight. */
export const endParts = { patience: 0.6, lastAnswer: 0.25 } as const;

/**
 * The signal for a call whose answer cannot be asked for again: neither the job's deadline nor a lost lock aborts it.
 * When the process ends, the call has a little longer than the job, so that the answer can still be stored in order.
 */
export function lastAnswerSignal({ signal, config }: Pick<Context, 'signal' | 'config'>): AbortSignal {
  const end = new AbortController();
  const onStop = () => {
    if (!(signal.reason instanceof ProcessEnds)) return;
    setTimeout(() => end.abort(signal.reason), config.shutdownDeadlineMs * endParts.lastAnswer).unref();
  };
  if (signal.aborted) onStop();
  else signal.addEventListener('abort', onStop, { once: true });
  return end.signal;
}
