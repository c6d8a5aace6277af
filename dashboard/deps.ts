import type { Producer } from '../queues/engine/producer.ts';
import type { Transact } from '../queues/transact.ts';
import type { DashboardConfig } from '../runtime/config.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Store } from '../store/database/open.ts';

/** What the pages and the board need; each takes its own part. */
export type Deps = {
  config: Pick<DashboardConfig, 'nodeEnv' | 'jwtSecret' | 'trustedProxies' | 'paypal'>;
  store: Store;
  producer: Pick<Producer, 'queues'>;
  transact: Transact;
  log: Logger;
  now: () => Date;
};
