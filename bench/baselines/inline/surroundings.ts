import type { createAliExpressClient } from '../../../providers/aliexpress/client.ts';
import type { createPayPalClient } from '../../../providers/paypal/client.ts';
import type { WorkerConfig } from '../../../runtime/config.ts';
import type { SecretBox } from '../../../runtime/secrets/secret-box.ts';
import type { Database } from './database.ts';

/** All that a step needs. */
export type Surroundings = {
  readonly config: WorkerConfig;
  readonly database: Database;
  readonly box: SecretBox;
  readonly aliexpress: ReturnType<typeof createAliExpressClient>;
  readonly paypal: ReturnType<typeof createPayPalClient>;
};

/** This order cannot be settled on the one road that the baseline knows. */
export class OffTheRoad extends Error {
  override readonly name = 'OffTheRoad';
}

/** The one row of a guarded statement. @throws OffTheRoad when its guard did not hold */
export function only<Row>(rows: readonly Row[], what: string): Row {
  const [row] = rows;
  if (!row) throw new OffTheRoad(what);
  return row;
}

const perMinuteMs = 60_000;

/** At most once in a while per key: `true` when it is due. */
export function openPacer(everyMs = perMinuteMs): (key: string) => boolean {
  const last = new Map<string, number>();
  return key => {
    const now = performance.now();
    if (now - (last.get(key) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    last.set(key, now);
    return true;
  };
}
