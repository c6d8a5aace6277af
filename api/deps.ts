import type { Consent } from '../providers/consent.ts';
import type { EbayKey } from '../providers/ebay/webhook.ts';
import type { PayPalClient } from '../providers/paypal/client.ts';
import type { PayPalWebhook } from '../providers/paypal/webhook.ts';
import type { SigningKeys } from '../providers/webhook/signing-keys.ts';
import type { Transact } from '../queues/transact.ts';
import type { Config } from '../runtime/config.ts';
import type { Logger } from '../runtime/logger.ts';
import type { SecretBox } from '../runtime/secrets/secret-box.ts';
import type { GuessRules } from '../store/accounts/log-in-throttle.ts';
import type { KnownSenders } from '../store/connections/known-senders.ts';
import type { Store } from '../store/database/open.ts';
import type { Connectable } from '../store/entities/people.ts';
import type { EventInbox } from '../store/events/event-inbox.ts';
import type { LimitRules } from './middleware/limits.ts';
import type { Sessions } from './middleware/session.ts';

/** What the routes need; each takes its part. */
export type Deps = {
  config: Config;
  store: Store;
  transact: Transact;
  /** Where what is told outside is stored, and its jobs are added. */
  inbox: EventInbox;
  senders: KnownSenders;
  /** Why no jobs are added, when somebody has to see to it. */
  queueRefusal: () => string | undefined;
  box: SecretBox;
  sessions: Sessions;
  limitRules: LimitRules;
  guessRules: GuessRules;
  log: Logger;
  /** The consent flows by which the owners of outside accounts let us in. */
  consents: Readonly<Record<Connectable, Consent>>;
  paypal: Pick<PayPalClient, 'createOrder'>;
  /** eBay's notification keys, fetched once and kept. */
  ebayKeys: SigningKeys<EbayKey>;
  /** Where PayPal's webhook certificates may lie, and whom we believe. */
  paypalTrust: Omit<PayPalWebhook, 'headers' | 'rawBody' | 'now' | 'fetchCertificate'>;
  paypalCertificates: SigningKeys<string>;
  now: () => Date;
};
