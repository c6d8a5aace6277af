import type { Producer } from '../queues/producer.ts';
import type { Transact } from '../queues/transact.ts';
import type { Config } from '../runtime/config.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Store } from '../store/open.ts';

/** What the pages and the board stand on; each takes the part it needs. */
export type Deps = {
  config: Pick<Config, 'nodeEnv' | 'jwtSecret' | 'trustedProxies'> & { paypal: Pick<Config['paypal'], 'environment'> };
  store: Store;
  producer: Pick<Producer, 'queues'>;
  transact: Transact;
  log: Logger;
  now: () => Date;
};
