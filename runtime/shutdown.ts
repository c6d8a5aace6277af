import type { Logger } from 'pino';
import { whenNpmEnds } from './system/npm-parent.ts';

/** Something that was opened and has to be closed before the process may end. */
type Closer = { readonly name: string; readonly close: () => unknown };

/** Registers what to close. What was deferred last is closed first, so nothing loses what it depends on. */
type Defer = (name: string, close: () => unknown) => void;

type ShutdownOptions = {
  /** All closers together; past it the process exits with 1. */
  deadlineMs: number;
  log: Pick<Logger, 'info' | 'error'>;
};

/** Ctrl-C under npm arrives twice, from the terminal and from npm: within this time it is the same key press. */
const sameSignalWithinMs = 500;

/**
 * The end of a process. The first SIGTERM or SIGINT runs the closers, last opened first, and exits with 0; with 1 when
 * one of them failed. The second signal, or the deadline, exits with 1 at once, and recovery takes care of what is
 * still open.
 *
 *     const defer = onShutdown({ deadlineMs: config.shutdownDeadlineMs, log });
 *     const store = await openStore(config.databaseUrl);
 *     defer('store', () => store.close());
 */
export function onShutdown({ deadlineMs, log }: ShutdownOptions): Defer {
  const closers: Closer[] = [];
  let stoppingSince: number | undefined;

  const stop = async (signal: NodeJS.Signals) => {
    if (stoppingSince !== undefined) {
      if (Date.now() - stoppingSince < sameSignalWithinMs) return;
      log.error({ signal }, 'second signal: ending at once');
      process.exit(1);
    }
    stoppingSince = Date.now();
    log.info({ signal, deadlineMs }, 'stopping');
    setTimeout(() => {
      log.error({ deadlineMs, open: closers.map(({ name }) => name) }, 'not stopped in time: ending at once');
      process.exit(1);
    }, deadlineMs).unref();
    const failed = await closeAll(closers, log);
    process.exit(failed ? 1 : undefined); // undefined: 0, or what was set as process.exitCode
  };

  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // What a starter has started is ended by the starter.
  if (!process.channel) whenNpmEnds(() => process.kill(process.pid, 'SIGTERM'));
  return (name, close) => closers.push({ name, close });
}

/** One closer's failure does not keep the others from running. Emptied from the end, so that the rest shows what is open. */
async function closeAll(closers: Closer[], log: ShutdownOptions['log']): Promise<boolean> {
  let failed = false;
  for (let closer = closers.at(-1); closer; closer = closers.at(-1)) {
    try {
      await closer.close();
      log.info({ closed: closer.name }, 'closed');
    } catch (error) {
      failed = true;
      log.error({ err: error, closer: closer.name }, 'could not close');
    }
    closers.splice(closers.indexOf(closer), 1);
  }
  return failed;
}
