/** `npm run dashboard`: what operators look at, and the few things they may do. */
import '../runtime/node-version.ts';
import pg from 'pg';
import { openBackend } from '../queues/backend.ts';
import { openProducer } from '../queues/producer.ts';
import { createTransact } from '../queues/transact.ts';
import { readConfig } from '../runtime/config.ts';
import { listen } from '../runtime/listen.ts';
import { createLogger } from '../runtime/logger.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { assertKeysFit } from '../store/encryption-keys.ts';
import { openStore } from '../store/open.ts';
import { createDashboard } from './app.ts';

const config = readConfig();
const log = createLogger('dashboard', config.logLevel);
const defer = onShutdown({ deadlineMs: config.shutdownDeadlineMs, log });

const store = await openStore(config.databaseUrl, 5);
defer('store', () => store.close());
await assertKeysFit(store, config.encryptionKeys);
const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 2, connectionTimeoutMillis: 5_000 });
pool.on('error', error => log.warn({ err: error }, 'idle connection lost'));
defer('pool', () => pool.end());
const backend = await openBackend({ ...config, workers: 0, log });
defer('backend', () => backend.close());
const producer = openProducer(backend, log);
defer('producer', () => producer.close());

const transact = createTransact(store, producer);
const app = createDashboard({ config, store, producer, transact, log, now: () => new Date() }, pool);
const { port, close } = await listen(app, { host: config.host, port: config.dashboardPort });
defer('http', () => close());
log.info({ port }, 'dashboard ready');
