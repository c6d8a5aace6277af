import type { AliExpressClient } from '../../providers/aliexpress/client.ts';
import type { EbayClient } from '../../providers/ebay/client.ts';
import type { RateSource } from '../../providers/fx/client.ts';
import type { Gate } from '../../providers/gate/gate.ts';
import type { MercadoLibreClient } from '../../providers/mercadolibre/client.ts';
import type { PayoneerClient } from '../../providers/payoneer/client.ts';
import type { PayPalClient } from '../../providers/paypal/client.ts';
import type { Payload } from '../../queues/define-queue.ts';
import type { Transact } from '../../queues/transact.ts';
import type { WorkerConfig } from '../../runtime/config.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { SecretBox } from '../../runtime/secrets/secret-box.ts';
import type { Store } from '../../store/database/open.ts';
import type { Failpoint as EffectFailpoint, OnceContext } from '../../store/send-once.ts';
import type { Step } from './browser-steps.ts';
import type { Shop } from './shop-visit.ts';

export type Providers = {
  readonly paypal: PayPalClient;
  readonly aliexpress: AliExpressClient;
  readonly ebay: EbayClient;
  readonly mercadolibre: MercadoLibreClient;
  /** Only where its credentials are configured. */
  readonly payoneer?: PayoneerClient;
  /** Clients of replaced accounts, by the account's name in our effects. They only read, and move no money. */
  readonly former?: {
    readonly paypal: ReadonlyMap<string, PayPalClient>;
    readonly payoneer: ReadonlyMap<string, PayoneerClient>;
  };
  /** Only where a source of exchange rates is configured. */
  readonly rates?: RateSource;
};

/** Named places where a process may die; tests make them fatal. */
export type Failpoint = EffectFailpoint | Step;

/** What lives as long as the process. */
export type Surroundings = {
  readonly config: WorkerConfig;
  readonly store: Store;
  readonly transact: Transact;
  readonly box: SecretBox;
  readonly providers: Providers;
  /** The PayPal account that pays and is paid, while `config` names another one that is only read (`own-account.ts`). */
  readonly presentPayPal?: string;
  /** The gate that all provider calls pass; none outside the workers. */
  readonly gate?: Gate;
  readonly log: Logger;
  readonly now: () => Date;
  /** The supplier's website, where this process has a browser for it. */
  readonly shop?: Shop;
  readonly failpoint?: (name: Failpoint) => void | Promise<void>;
};

/** What a processor gets beside its payload. `signal` aborts at the deadline, at shutdown and when the lock is lost. */
export type Context = Surroundings & { readonly signal: AbortSignal };

/** A plain function of (payload, context). It answers with a sentence for the job's log. */
export type Processor<Key extends string> = (payload: Payload<Key>, context: Context) => Promise<string>;

export const onceContext = ({ store, config, failpoint }: Surroundings): OnceContext => ({
  store,
  quarantineMs: config.lookUpQuarantineMs,
  ...(failpoint ? { failpoint } : {}),
});

export const later = ({ now }: Surroundings, ms: number): Date => new Date(now().getTime() + ms);
