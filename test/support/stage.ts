import { berlin } from '../../demo/addresses.ts';
import type { Address } from '../../domain/address.ts';
import type { OrderId } from '../../domain/ids.ts';
import { type Currency, money } from '../../domain/money.ts';
import type { Holder } from '../../domain/order.ts';
import type { Job } from '../../queues/define-queue.ts';
import type { Producer } from '../../queues/engine/producer.ts';
import { type SweepOptions, sweep } from '../../queues/sweep.ts';
import { createTransact } from '../../queues/transact.ts';
import type { Config, Environment } from '../../runtime/config.ts';
import { listen } from '../../runtime/http/listen.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createSecretBox } from '../../runtime/secrets/secret-box.ts';
import { createSandbox } from '../../sandbox/app.ts';
import { addUser } from '../../store/accounts/users.ts';
import { findProduct, productPrice } from '../../store/catalogue/products.ts';
import { openStore, type Store } from '../../store/database/open.ts';
import type { Order } from '../../store/entities/order.ts';
import { createCheckoutOrder, keepPayPalOrder } from '../../store/orders/new-orders.ts';
import { findOrder } from '../../store/orders/orders.ts';
import { moveClock } from '../../storm/database-clock.ts';
import type { Context } from '../../workers/context/context.ts';
import { openProviders } from '../../workers/context/providers.ts';
import { processors } from '../../workers/processors.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { testConfig, testEnvironment } from './environment.ts';
import { freePort } from './free-port.ts';
import { type Control, createSellers, type Goods, type Sellers } from './sellers.ts';

export { berlin } from '../../demo/addresses.ts';
export type { Goods, Seller } from './sellers.ts';

export type SandboxEffect = {
  kind: 'capture' | 'supplier-order' | 'payout' | 'refund' | 'dispute-fee' | 'ship-notice';
  key: string;
  reference: string;
  amountMinor: string;
  currency: Currency;
  detail: Record<string, unknown>;
};

const withSubject = (key: string, subject = ''): string =>
  subject ? key.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, subject) : key;

/** What a job may be for. */
const subjects = ['order', 'leg', 'event', 'credential', 'feed', 'subscription', 'check', 'forgetting'];

/** No hold, no patience: waits are as short as a test may bear. */
const impatient: Environment = {
  ORDER_HOLD_MINUTES: '0',
  EFFECT_QUARANTINE_MS: '1',
  SUPPLIER_POLL_MS: '1',
  PAYOUT_POLL_MS: '1',
  WAIT_RECHECK_MS: '1',
  CHECKOUT_ANSWER_MS: '0',
  BALANCE_READ_INTERVAL_MS: '1',
  MERCADOLIBRE_CLIENT_ID: '5503910054141466',
  PAYONEER_CLIENT_ID: 'payoneer-client',
  PAYONEER_CLIENT_SECRET: 'payoneer-secret',
  PAYONEER_PROGRAM_ID: '100',
};

export type Stage = AsyncDisposable &
  Sellers &
  Pick<TestDatabase, 'administratorUrl' | 'asOwner'> & {
    readonly config: Config;
    readonly env: Environment;
    readonly databaseUrl: string;
    readonly store: Store;
    readonly context: Context;
    readonly producer: Pick<Producer, 'addAll'>;
    /** The jobs that commits have left, in memory instead of in BullMQ. */
    readonly jobs: Job[];
    /** PEM of the authority behind the sandbox's PayPal certificate. */
    readonly authority: string;
    readonly sandboxUrl: string;
    readonly control: Control;
    /** What the providers did, by their own books. A key of ours has the id of our row where the outside's name is. */
    effects(kind?: SandboxEffect['kind']): Promise<SandboxEffect[]>;
    /** Runs one processor, as the host would. */
    perform(queue: keyof typeof processors, id: string): Promise<string>;
    /** Runs what is left to do, and what that leaves, until nothing is; answers what each job answered. */
    drain(): Promise<string[]>;
    /** One sweep that sees every row as due (or those that are, by our own clock), and then what it left to do. */
    sweepAndDrain(due?: 'all' | 'due'): Promise<string[]>;
    /** Moves the providers' clock, and the database's with it unless it stands still. */
    passTime(seconds: number, ours?: 'along' | 'still'): Promise<void>;
    /** Runs work while the database's clock shows `now`, and sets it back; the providers' stays. */
    at<T>(now: Date, work: () => Promise<T>): Promise<T>;
    /** An order at our own checkout, approved by its buyer; its capture is left to do. */
    checkout(goods: Goods, options?: { quantity?: number; approve?: boolean; shipTo?: Address }): Promise<Order>;
    /** A checkout order that has been captured: PAID, with `fulfill` left to do. */
    paidOrder(goods: Goods, quantity?: number): Promise<Order>;
    order(id: string): Promise<Order>;
  };

/** Starts the providers for an environment: in this process, unless somebody wants them elsewhere. */
export type StartSandbox = (
  env: Environment,
  config: Config,
) => Promise<{ readonly authority: string; close(): Promise<void> }>;

const sandboxHere: StartSandbox = async (_env, config) => {
  const { clientId = '', clientSecret = '', programId = '' } = config.payoneer;
  const payoneer = { clientId, clientSecret, programId };
  const sandbox = createSandbox({
    credentials: { ...config, payoneer },
    apiUrl: `http://127.0.0.1:${config.port}`,
  });
  const server = await listen(sandbox.app, { port: config.sandboxPort, host: '127.0.0.1' });
  const close = async () => {
    await server.close(100);
    sandbox.close();
  };
  return { authority: sandbox.authority, close };
};

/** The whole road in one process as the application: a database of its own, the sandbox, and a queue in memory. */
export async function createStage(
  changes: Environment = {},
  startSandbox = sandboxHere,
  openDatabase: () => Promise<Pick<TestDatabase, 'url' | 'administratorUrl' | 'asOwner' | 'drop'>> = createTestDatabase,
): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const { url, drop, ...owned } = await openDatabase();
  opened.defer(drop);
  const port = await freePort();
  const env = testEnvironment({ ...impatient, DATABASE_URL: url, SANDBOX_PORT: String(port), ...changes });
  const config = testConfig(env);
  const apiUrl = `http://127.0.0.1:${config.port}`;
  const sandbox = await startSandbox(env, config);
  opened.defer(() => sandbox.close());
  const store = await openStore(url, 8, config.encryptionKeys);
  opened.defer(() => store.close());

  const jobs: Job[] = [];
  const producer: Pick<Producer, 'addAll' | 'isLive' | 'setBack'> = {
    addAll: async added => {
      for (const job of added) if (!jobs.some(({ id }) => id === job.id)) jobs.push(job);
    },
    isLive: async job => jobs.some(({ id }) => id === job.id),
    setBack: async () => undefined,
  };
  let passedMs = 0;
  const box = createSecretBox(config.encryptionKeys);
  const context: Context = {
    config,
    store,
    transact: createTransact(store, producer),
    box,
    providers: openProviders(config, undefined, { now: () => Date.now() + passedMs }),
    log: createLogger('test', 'silent'),
    now: store.clock.now,
    signal: new AbortController().signal,
  };
  const base = `http://127.0.0.1:${port}`;
  const control = async <T>(path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<T> => {
    const answer = await fetch(`${base}/_control/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`control ${path}: HTTP ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  };

  const perform: Stage['perform'] = (queue, id) => {
    const run = processors[queue] as (payload: Record<string, string>, ctx: Context) => Promise<string>;
    return run(Object.fromEntries(subjects.map(subject => [`${subject}Id`, id])), context);
  };

  const drain = async (): Promise<string[]> => {
    const answers: string[] = [];
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const [id = ''] = Object.values(job.payload);
      answers.push(`${job.queue}: ${await perform(job.queue as keyof typeof processors, id)}`);
    }
    return answers;
  };

  const order: Stage['order'] = async id => {
    const row = await store.read(em => findOrder(em, id as OrderId));
    if (!row) throw new Error(`there is no order ${id}`);
    return row;
  };

  const checkout: Stage['checkout'] = async (goods, { quantity = 1, approve = true, shipTo = berlin } = {}) => {
    const created = await store.transaction(async em => {
      const product = await findProduct(em, goods.productId);
      if (!product) throw new Error('the product is gone');
      const [supplier] = await em.execute<{ money_holder: Holder }[]>(
        `select money_holder from api_credentials where user_id = ? and api_name = 'aliexpress-dropshipping'`,
        [product.userId],
      );
      const price = productPrice(product);
      return createCheckoutOrder(em, {
        product,
        quantity,
        sale: money(price.amountMinor * BigInt(quantity), price.currency),
        shipTo,
        custody: { proceedsHeldBy: 'platform', supplierPaidBy: supplier?.money_holder ?? 'reseller' },
        checkoutTokenHash: 'test',
      });
    });
    const { paypalOrderId, approveUrl } = await context.providers.paypal.createOrder({
      requestId: created.id,
      customId: created.id,
      amount: money(created.saleMinor, created.saleCurrency),
      description: 'Lamp',
      quantity,
      shipTo,
      returnUrl: `${apiUrl}/back`,
      cancelUrl: `${apiUrl}/back`,
    });
    await store.transaction(em =>
      keepPayPalOrder(em, created.id, { paypalOrderId, approveUrl, account: config.paypal.clientId }),
    );
    if (approve) await control('approve', { paypalOrderId });
    return order(created.id);
  };

  const resources = opened.move();
  await control('settings', { webhooks: false });
  await control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '1000000' });
  const admin = await store.transaction(em =>
    addUser(em, { email: 'admin@localhost', passwordHash: 'none', role: 'admin', payoutReceiver: null }),
  );
  if (!admin) throw new Error('the admin exists already');

  return {
    config,
    env,
    databaseUrl: url,
    ...owned,
    store,
    context,
    producer,
    jobs,
    authority: sandbox.authority,
    sandboxUrl: base,
    control,
    perform,
    drain,
    order,
    checkout,

    effects: async kind => {
      const { effects } = await control<{ effects: SandboxEffect[] }>('effects');
      const ours = await store.read(em =>
        em.execute<{ key: string; subject: string }[]>('select idempotency_key as key, subject::text from effects'),
      );
      const subjects = new Map(ours.map(({ key, subject }) => [key, subject]));
      return effects
        .filter(effect => kind === undefined || effect.kind === kind)
        .map(effect => ({ ...effect, key: withSubject(effect.key, subjects.get(effect.key)) }));
    },

    async passTime(seconds, ours = 'along') {
      await control('clock', { advanceSeconds: seconds });
      if (ours === 'still') return;
      passedMs += seconds * 1_000;
      await moveClock({ store, ...owned }, passedMs);
    },

    async at(now, work) {
      await moveClock({ store, ...owned }, now.getTime() - Date.now());
      try {
        return await work();
      } finally {
        await moveClock({ store, ...owned }, passedMs);
      }
    },

    async sweepAndDrain(due = 'all') {
      const distant = due === 'all' ? new Date(store.clock.now().getTime() + 365 * 86_400_000) : context.now();
      const options: SweepOptions = { store, producer: producer as Producer, stallAfterMs: 60_000, now: () => distant };
      await sweep(options);
      return drain();
    },

    ...createSellers({ store, box, config, control }),

    async paidOrder(goods, quantity = 1) {
      const created = await checkout(goods, { quantity });
      await perform('capture-payment', created.id);
      return order(created.id);
    },

    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
