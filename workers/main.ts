/** `npm run workers [-- --queues fulfill,purchase]`: serves the queues named, or all of them, and sweeps. */
import { hourMs } from '../domain/durations.ts';
import '../runtime/node-version.ts';
import { parseArgs } from 'node:util';
import { platformCurrency } from '../domain/fees.ts';
import { openGate } from '../providers/gate/open-gate.ts';
import { catalogue, isQueueName, type QueueName, queueNames } from '../queues/catalogue.ts';
import { openBackend } from '../queues/engine/backend.ts';
import { openProducer } from '../queues/engine/producer.ts';
import { openWhenThere } from '../queues/engine/wait-for-redis.ts';
import { createTransact } from '../queues/transact.ts';
import { readWorkerConfig } from '../runtime/config.ts';
import { createLogger } from '../runtime/logger.ts';
import { announceReady } from '../runtime/ready.ts';
import { createSecretBox } from '../runtime/secrets/secret-box.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { scheduleBookCheck } from '../store/books/book-check.ts';
import { formerKeys, withEnteredKeys } from '../store/connections/provider-keys.ts';
import { timeIn } from '../store/database/clock.ts';
import { keepClocksAgreeing } from '../store/database/clocks-agree.ts';
import { openProcessStore } from '../store/database/open.ts';
import { scheduleForgetting } from '../store/forgetting/schedule.ts';
import { scheduleRates } from '../store/money/rate-feeds.ts';
import { troubleBoard } from '../store/operations/provider-troubles.ts';
import { assertKeysFit } from '../store/sealing/encryption-keys.ts';
import { type OpenShop, openShop } from './browser/open-shop.ts';
import { keepPlatformBuyer } from './browser/platform-buyer.ts';
import { openProviders } from './context/providers.ts';
import { watchFeeds } from './feeds/feed-watch.ts';
import { type Host, startHost } from './host/host.ts';
import { startSweeper } from './host/sweeper.ts';

const { values } = parseArgs({ options: { queues: { type: 'string' } } });
const chosen = chosenQueues(values.queues);
const given = readWorkerConfig();

const log = createLogger('workers', given.logLevel);
const defer = onShutdown({ deadlineMs: given.shutdownDeadlineMs, log });
const store = await openProcessStore(given, 20, given.encryptionKeys);
defer('store', () => store.close());
keepClocksAgreeing(store.clock, log);
await assertKeysFit(store, given.encryptionKeys);
const box = createSecretBox(given.encryptionKeys);
const config = await withEnteredKeys(given, store, box);
const inBrowser: readonly QueueName[] = ['purchase-fallback', 'track-in-browser'];
const forBrowser = config.allowBrowserAutomation ? chosen.filter(name => inBrowser.includes(name)) : [];
const forAnybody = chosen.filter(name => !forBrowser.includes(name));
const backend = await openWhenThere(() => openBackend({ ...config, workers: chosen.length, log }), log, announceReady);
defer('backend', () => backend.close());
const producer = openProducer(backend, log);
defer('producer', () => producer.close());
const gate = openGate({ ...config, board: troubleBoard(store), log });
defer('gate', () => gate.close());

await store.transaction(em => scheduleRates(em, platformCurrency, config.fxSourceUrl !== undefined, store.clock.now()));
// In an hour: a system that has just been started, or restored, first reads what it has missed.
await store.transaction(em => scheduleBookCheck(em, timeIn(em, hourMs)));
await store.transaction(em => scheduleForgetting(em, timeIn(em, hourMs)));
const fallback = { ...catalogue['purchase-fallback'], concurrency: config.browserPages };
const contracts = { ...catalogue, 'purchase-fallback': fallback };
const former = await formerKeys(config, given, store, box);
const surroundings = {
  config,
  store,
  transact: createTransact(store, producer),
  box,
  providers: openProviders(config, gate, { former }),
  gate,
  log,
  now: store.clock.now,
};
let browser: OpenShop | undefined;
defer('browser', () => browser?.close());
const hosts: Host[] = [];
defer('workers', () => Promise.all(hosts.map(host => host.close())));
if (forAnybody.length > 0) hosts.push(startHost(backend, forAnybody, surroundings, { contracts }));
const { sweepIntervalMs: intervalMs, stallAfterMs, evidenceDays } = config;
const applications = [config.paypal, ...former.paypal].map(
  ({ clientId }) => `${config.paypal.environment}/${clientId}`,
);
const feeds = watchFeeds({ store, applications, log, now: store.clock.now });
const sweeper = startSweeper({ store, producer, stallAfterMs, intervalMs, feeds, evidenceDays, log });
defer('sweeper', () => sweeper.close());
const kind = config.redis ? 'redis' : 'postgres';
const tellReady = (queues: readonly QueueName[]) => {
  log.info({ queues, backend: kind }, 'workers ready');
  announceReady();
};
if (forAnybody.length > 0) tellReady(forAnybody);
// Last: trying a browser takes seconds, and the other queues do not wait for it.
if (forBrowser.length > 0) {
  browser = await openShop(config, store, box, log);
  if (browser && config.platformBuyer)
    await keepPlatformBuyer({ store, box }, config.aliexpress.environment, config.platformBuyer);
  const { shop } = browser ?? {};
  if (shop) hosts.push(startHost(backend, forBrowser, { ...surroundings, shop }, { contracts }));
  tellReady(shop ? forBrowser : []);
}

function chosenQueues(list: string | undefined): readonly QueueName[] {
  if (list === undefined) return queueNames;
  return list.split(',').map(name => {
    if (!isQueueName(name)) throw new Error(`there is no queue ${name}; there are: ${queueNames.join(', ')}`);
    return name;
  });
}
