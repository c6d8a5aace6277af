import type { Context } from './context.ts';

/** Why a job is told to stop, when it is for the end of its process: it goes on in another. */
export class ProcessEnds extends Error {
  override readonly name = 'ProcessEnds';
  constructor() {
    super('the process ends');
  }
}

/** Of the time that a process has to end: when its jobs are told to stop, and how much longer a last answer may take. */
export const endParts = { patience: 0.6, lastAnswer: 0.25 } as const;

/**
 * For a call whose answer may be the only one there is: neither the job's deadline nor a lost lock cuts it off. When the
 * process ends, the answer has a little longer than the job; after that the end would lose it too, and not in peace.
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
