import type { Server } from 'node:http';
import type { Logger } from './logger.ts';

const quietMs = 60_000;

/**
 * A server that holds as many connections as it may closes every further one at once, and silently. This logs it, at
 * most once a minute, with how many were closed since the last line.
 * @param now milliseconds on a clock that only goes forward
 */
export function logFullServer(server: Server, log: Logger, now: () => number = () => performance.now()): void {
  let dropped = 0;
  let quietUntil = Number.NEGATIVE_INFINITY;
  server.on('drop', () => {
    dropped += 1;
    if (now() < quietUntil) return;
    log.warn({ dropped, connectionsMax: server.maxConnections }, 'too many connections: others are closed at once');
    dropped = 0;
    quietUntil = now() + quietMs;
  });
}
