/** `npm run dashboard`: the operators' pages and actions. */
import '../runtime/node-version.ts';
import type { RequestListener } from 'node:http';
import { openBackend } from '../queues/engine/backend.ts';
import { openProducer } from '../queues/engine/producer.ts';
import { openWhenThere } from '../queues/engine/wait-for-redis.ts';
import { createTransact } from '../queues/transact.ts';
import { readDashboardConfig } from '../runtime/config.ts';
import { listen } from '../runtime/http/listen.ts';
import { createLogger } from '../runtime/logger.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { keepClocksAgreeing } from '../store/database/clocks-agree.ts';
import { openProcessStore } from '../store/database/open.ts';
import { openPool } from '../store/database/pool.ts';
import { assertKeysFit } from '../store/sealing/encryption-keys.ts';
import { createDashboard } from './app.ts';
import { waitingForQueues } from './middleware/waiting.ts';

const config = readDashboardConfig();
const log = createLogger('dashboard', config.logLevel);
const defer = onShutdown({ deadlineMs: config.shutdownDeadlineMs, log });

const store = await openProcessStore(config, 5, config.encryptionKeys);
defer('store', () => store.close());
keepClocksAgreeing(store.clock, log);
await assertKeysFit(store, config.encryptionKeys);
const pool = openPool(config, 2);
pool.on('error', error => log.warn({ err: error }, 'idle connection lost'));
defer('pool', () => pool.end());
let answer: RequestListener = waitingForQueues;
const { port, close } = await listen((request, response) => answer(request, response), {
  host: config.host,
  port: config.dashboardPort,
  log,
});
const backend = await openWhenThere(() => openBackend({ ...config, workers: 0, log }), log);
defer('backend', () => backend.close());
const producer = openProducer(backend, log);
defer('producer', () => producer.close());

const transact = createTransact(store, producer);
answer = createDashboard({ config, store, producer, transact, log, now: store.clock.now }, pool);
defer('http', () => close());
log.info({ port }, 'dashboard ready');
