import { randomUUID } from 'node:crypto';
import pg from 'pg';
import request from 'supertest';
import { createDashboard } from '../../dashboard/app.ts';
import type { OrderId, ProductId, UserId } from '../../domain/ids.ts';
import { money } from '../../domain/money.ts';
import { catalogue, type QueueName } from '../../queues/catalogue.ts';
import { type JobProcessor, openBackend } from '../../queues/engine/backend.ts';
import { openProducer } from '../../queues/engine/producer.ts';
import { createTransact } from '../../queues/transact.ts';
import { createLogger } from '../../runtime/logger.ts';
import { hashPassword } from '../../runtime/secrets/password.ts';
import { auditTrail } from '../../store/accounts/audit.ts';
import { addUser } from '../../store/accounts/users.ts';
import { addProduct } from '../../store/catalogue/products.ts';
import { openStore } from '../../store/database/open.ts';
import { Order } from '../../store/entities/order.ts';
import type { Role } from '../../store/entities/people.ts';
import { note } from '../../store/orders/timeline.ts';
import { onRedis } from '../support/backends.ts';
import { createTestDatabase } from '../support/database.ts';
import { testConfig } from '../support/environment.ts';

export const password = 'correct horse battery staple';
const passwordHash = hashPassword(password);

export type World = Awaited<ReturnType<typeof openWorld>>;

/** A dashboard over a database and queues of its own, with an admin and a reseller. @param redisUrl for the queues */
export async function openWorld(redisUrl?: string, log = createLogger('dashboard', 'fatal')) {
  const database = await createTestDatabase();
  const config = testConfig({ DATABASE_URL: database.url });
  const store = await openStore(config.databaseUrl, 4, config.encryptionKeys);
  const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 2 });
  const backend = await openBackend({
    databaseUrl: config.databaseUrl,
    ...onRedis(redisUrl),
    workers: 1,
    log,
  });
  const producer = openProducer(backend, log);
  const transact = createTransact(store, producer);
  const app = createDashboard({ config, store, producer, transact, log, now: () => new Date() }, pool);

  const userOf = async (email: string, role: Role) => {
    const user = await store.transaction(async em =>
      addUser(em, { email, role, passwordHash: await passwordHash, payoutReceiver: null }),
    );
    return user!;
  };
  const admin = await userOf('admin@example.com', 'admin');
  const reseller = await userOf('reseller@example.com', 'reseller');
  const product = await store.transaction(em =>
    addProduct(em, {
      userId: reseller.id,
      title: 'Desk lamp',
      price: money(4_990n, 'USD'),
      maxBuy: money(2_500n, 'USD'),
      supplierProductId: '1005001',
      supplierSkuId: '12000001',
    }),
  );

  return {
    app,
    store,
    producer,
    config,
    admin,
    reseller,
    product,
    audit: () => store.read(em => auditTrail(em, { limit: 50, offset: 0 })),
    /** Serves a queue until it is closed. */
    take: async (name: QueueName, processor: JobProcessor) => backend.openWorker(catalogue[name], processor, {}),
    setPassword: async (email: string, chosen: string) => {
      const hash = await hashPassword(chosen);
      await store.read(em => em.execute('update users set password_hash = ? where email = ?', [hash, email]));
    },
    addOrder: (facts: Partial<Order> = {}) => addOrder(store, reseller.id, product.id, facts),
    async close() {
      await producer.close();
      await backend.close();
      await pool.end();
      await store.close();
      await database.drop();
    },
  };
}

function addOrder(
  store: Awaited<ReturnType<typeof openStore>>,
  userId: UserId,
  productId: ProductId,
  facts: Partial<Order>,
): Promise<OrderId> {
  const id = randomUUID() as OrderId;
  return store.transaction(async em => {
    await em.insert(Order, {
      id,
      userId,
      productId,
      channel: 'paypal',
      variationId: '',
      quantity: 1,
      saleMinor: 4_990n,
      saleCurrency: 'USD',
      proceedsHeldBy: 'platform',
      supplierPaidBy: 'platform',
      purchaseRoute: 'api',
      status: 'PAID',
      stateEntry: 2,
      wake: 0,
      fence: 0n,
      ...facts,
    });
    await note(em, id, 'moved', 'CREATED → PAID', { from: 'CREATED', to: 'PAID' });
    return id;
  });
}

/** The host that supertest's ephemeral server is asked under, so that a browser's Origin can be played. */
const host = 'dashboard.test';
export const ownOrigin = `http://${host}`;

/** Somebody at the dashboard; with a cookie once logged in. */
export function visitor(world: World, cookie = '') {
  const asked = (call: request.Test, origin: string | null) => {
    const named = call.set('host', host).set('cookie', cookie);
    return origin === null ? named : named.set('origin', origin);
  };
  return {
    get: (path: string) => asked(request(world.app).get(path), null),
    post: (path: string, origin: string | null = ownOrigin) => asked(request(world.app).post(path), origin),
    put: (path: string, origin: string | null = ownOrigin) => asked(request(world.app).put(path), origin),
    patch: (path: string, origin: string | null = ownOrigin) => asked(request(world.app).patch(path), origin),
  };
}

export async function logIn(world: World, email = world.admin.email, withPassword = password) {
  return visitor(world).post('/login').type('form').send({ email, password: withPassword });
}

/** An admin who is logged in. */
export async function operator(world: World) {
  const answer = await logIn(world);
  const cookie = String(answer.headers['set-cookie']).split(';')[0];
  return visitor(world, cookie);
}
