import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../runtime/logger.ts';
import type { Backend } from './backend.ts';
import { WouldEvict } from './redis-policy.ts';

const retryMs = (tries: number): number => Math.min(250 * 2 ** tries, 5_000);

/** Redis does not answer, and waiting helps. It does not help where Redis itself refuses us (a password, a policy). */
export const isRedisAway = (error: unknown): boolean =>
  !(error instanceof WouldEvict) && !(error instanceof Error && error.name === 'ReplyError');

/**
 * Opens the backend, and waits for as long as its Redis is away. `onAway` is called once, at the first failure.
 * @throws what Redis refuses
 */
export async function openWhenThere(
  open: () => Promise<Backend>,
  log: Pick<Logger, 'warn'>,
  onAway: () => void = () => undefined,
): Promise<Backend> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await open();
    } catch (error) {
      if (!isRedisAway(error)) throw error;
      if (tries === 0) onAway();
      log.warn({ err: error, retryAfterMs: retryMs(tries) }, 'Redis is away: nothing can be served before it is back');
      await sleep(retryMs(tries));
    }
  }
}
