/** `npm run api`: takes payments, webhooks and the resellers' requests. */
import '../runtime/node-version.ts';
import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { createEbayClient } from '../providers/ebay/client.ts';
import { openGate } from '../providers/gate/open-gate.ts';
import { createCertificateFetcher, trustAnchors } from '../providers/paypal/certificate.ts';
import { paypalHosts } from '../providers/paypal/certificate-url.ts';
import { createPayPalClient } from '../providers/paypal/client.ts';
import { openBackend } from '../queues/engine/backend.ts';
import { openLateProducer } from '../queues/engine/late-producer.ts';
import { createTransact } from '../queues/transact.ts';
import { type Config, readConfig } from '../runtime/config.ts';
import { listen } from '../runtime/http/listen.ts';
import { createLogger } from '../runtime/logger.ts';
import { createSecretBox } from '../runtime/secrets/secret-box.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { guessRules } from '../store/accounts/log-in-throttle.ts';
import { openKnownSenders } from '../store/connections/known-senders.ts';
import { type FormerKeys, formerKeys, withEnteredKeys } from '../store/connections/provider-keys.ts';
import { keepClocksAgreeing } from '../store/database/clocks-agree.ts';
import { createKeyring } from '../store/database/keyring.ts';
import { openProcessStore } from '../store/database/open.ts';
import { openPool } from '../store/database/pool.ts';
import { openEventInbox, statementsMax } from '../store/events/event-inbox.ts';
import { troubleBoard } from '../store/operations/provider-troubles.ts';
import { assertKeysFit } from '../store/sealing/encryption-keys.ts';
import { createApp } from './app.ts';
import { openConsents } from './consent/consents.ts';
import { openInbox } from './inbox.ts';
import { limitRules } from './middleware/limits.ts';
import { createSessions } from './middleware/session.ts';
import { ebaySigningKeys, paypalCertificates } from './routes/webhooks/signing-keys.ts';

const given = readConfig();
const log = createLogger('api', given.logLevel);
const defer = onShutdown({ deadlineMs: given.shutdownDeadlineMs, log });

const store = await openProcessStore(given, 20, given.encryptionKeys);
defer('store', () => store.close());
keepClocksAgreeing(store.clock, log);
await assertKeysFit(store, given.encryptionKeys);
const box = createSecretBox(given.encryptionKeys);
const config = await withEnteredKeys(given, store, box);
const pools = { checkouts: newPool(3), logIns: newPool(2), events: newPool(statementsMax), senders: newPool(2) };
const producer = await openLateProducer(() => openBackend({ ...config, workers: 0, log }), log);
defer('producer', () => producer.close());
const gate = openGate({ ...config, board: troubleBoard(store), log });
defer('gate', () => gate.close());

const app = createApp(
  {
    config,
    store,
    transact: createTransact(store, producer),
    inbox: openInbox(openEventInbox(pools.events, createKeyring(given.encryptionKeys)), producer),
    senders: openKnownSenders(pools.senders, box),
    queueRefusal: producer.refusal,
    box,
    sessions: createSessions(config, store),
    limitRules: limitRules(config),
    guessRules,
    log,
    consents: openConsents(config, gate),
    paypal: createPayPalClient({ ...config.paypal, gate }),
    ebayKeys: ebaySigningKeys(store, createEbayClient({ ...config.ebay, gate }).publicKey),
    paypalTrust: paypalTrust(config, (await formerKeys(config, given, store, box)).paypal),
    paypalCertificates: paypalCertificates(store, createCertificateFetcher({ gate })),
    now: store.clock.now,
  },
  pools,
);
const { port, close } = await listen(app, { ...config, log });
defer('http', () => close());
log.info({ port }, 'api ready');

/** Connections for what uses SQL of its own: the counters of rate limits, the events and their senders. */
function newPool(max: number): pg.Pool {
  const pool = openPool(config, max);
  pool.on('error', error => log.warn({ err: error }, 'idle connection lost'));
  defer('pool', () => pool.end());
  return pool;
}

/**
 * PayPal's hosts and the public authorities; outside production also the sandbox's own. An account that was replaced is
 * still listened to: its payments can be refunded, and its payouts come back.
 */
function paypalTrust({ paypal, nodeEnv }: Config, former: FormerKeys['paypal']) {
  const simulated = nodeEnv !== 'production' && !paypalHosts.includes(new URL(paypal.baseUrl).hostname);
  return {
    applications: [paypal, ...former].map(({ clientId, webhookId }) => ({ clientId, webhookId })),
    trustAnchors: trustAnchors(...(paypal.webhookCaFile ? [readFileSync(paypal.webhookCaFile, 'utf8')] : [])),
    allowedHosts: paypalHosts,
    ...(simulated ? { allowedBaseUrl: paypal.baseUrl } : {}),
  };
}
