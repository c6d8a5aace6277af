import { randomBytes, randomUUID } from 'node:crypto';
import type { CredentialId, LegId, OrderId, SaleId, UserId } from '../../domain/ids.ts';
import type { Custody, OrderState, WaitReason } from '../../domain/order.ts';
import type { LegState } from '../../domain/payout-leg.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { openStore, type Store } from '../../store/database/open.ts';
import { PayoutLeg } from '../../store/entities/money.ts';
import { Order } from '../../store/entities/order.ts';
import type { Role } from '../../store/entities/people.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { testConfig } from '../support/environment.ts';

export type TestStore = AsyncDisposable & {
  /** As the application. */
  readonly store: Store;
  readonly url: string;
  readonly administratorUrl: string;
  readonly asOwner: TestDatabase['asOwner'];
};

/** A store on a database of its own. */
export async function openTestStore(poolSize = 8): Promise<TestStore> {
  await using opened = new AsyncDisposableStack();
  const database = await createTestDatabase();
  opened.defer(() => database.drop());
  const store = await openStore(database.url, poolSize, testConfig({ DATABASE_URL: database.url }).encryptionKeys);
  opened.defer(() => store.close());
  const resources = opened.move();
  const { url, administratorUrl, asOwner } = database;
  return { store, url, administratorUrl, asOwner, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

export async function insertUser(em: EntityManager, role: Role = 'reseller'): Promise<UserId> {
  const id = randomUUID() as UserId;
  await em.execute('insert into users (id, email, password_hash, role) values (?, ?, ?, ?)', [
    id,
    `${randomBytes(8).toString('hex')}@example.com`,
    'none',
    role,
  ]);
  return id;
}

async function insertProduct(em: EntityManager, userId: UserId): Promise<string> {
  const id = randomUUID();
  await em.execute(
    `insert into products (id, user_id, title, price_minor, price_currency, supplier_product_id, supplier_sku_id, max_buy_minor, max_buy_currency)
     values (?, ?, 'Lamp', 2999, 'USD', '1005', '12000', 1700, 'USD')`,
    [id, userId],
  );
  return id;
}

/** A connected eBay account; what is sealed in it opens nowhere. */
export async function insertCredential(em: EntityManager, nextCheckAt: Date | null = null): Promise<CredentialId> {
  const id = randomUUID() as CredentialId;
  await em.execute(
    `insert into api_credentials (id, user_id, api_name, environment, account_id, account_name, sealed, money_holder, next_check_at)
     values (?, ?, 'ebay', 'sandbox', ?, 'shop', 'sealed', 'platform', ?)`,
    [id, await insertUser(em), id, nextCheckAt],
  );
  return id;
}

export type OrderFacts = {
  userId?: UserId;
  status?: OrderState;
  waitReason?: WaitReason;
  channel?: 'paypal' | 'ebay' | 'mercadolibre';
  purchaseRoute?: 'api' | 'browser';
  nextCheckAt?: Date | null;
  custody?: Custody;
};

/** An order that stands where the test wants it, ready in every way the tables ask for. */
export const insertOrder = async (em: EntityManager, facts: OrderFacts = {}): Promise<Order> =>
  em.findOneOrFail(Order, { id: (await addOrder(em, facts)).id });

/** Reads nothing back: the tables may be an earlier release's. */
async function addOrder(em: EntityManager, facts: OrderFacts): Promise<Pick<Order, 'id' | 'userId'>> {
  const { status = 'PAID', channel = 'paypal', purchaseRoute = 'api', nextCheckAt = null } = facts;
  const { proceedsHeldBy, supplierPaidBy } = facts.custody ?? {
    proceedsHeldBy: 'platform',
    supplierPaidBy: 'platform',
  };
  const userId = facts.userId ?? (await insertUser(em));
  const id = randomUUID() as OrderId;
  const waitReason = status === 'WAITING' ? (facts.waitReason ?? 'HOLD') : null;
  const reason = status === 'FAILED' || status === 'NEEDS_REVIEW' ? 'PROGRAM_ERROR' : null;
  await em.execute(
    `insert into orders (id, user_id, channel, product_id, quantity, sale_minor, sale_currency, ship_to, proceeds_held_by,
       supplier_paid_by, fx_rate, max_cost_minor, purchase_route, status, wait_reason, reason, next_check_at)
     values (?, ?, ?, ?, 1, 2999, 'USD', '{"country": "DE"}', ?, ?, '1', 1700, ?, ?, ?, ?, ?)`,
    [
      id,
      userId,
      channel,
      await insertProduct(em, userId),
      proceedsHeldBy,
      supplierPaidBy,
      purchaseRoute,
      status,
      waitReason,
      reason,
      nextCheckAt,
    ],
  );
  return { id, userId };
}

/** A sale of its own, and the reseller's share of it. */
export async function insertLeg(
  em: EntityManager,
  facts: { status?: LegState; nextCheckAt?: Date | null; amountMinor?: bigint } = {},
): Promise<PayoutLeg> {
  const { status = 'PENDING', nextCheckAt = null, amountMinor = 1_256n } = facts;
  const order = await addOrder(em, { status: 'PURCHASED' });
  const [saleId, id] = [randomUUID() as SaleId, randomUUID() as LegId];
  await em.execute(
    `insert into sales (id, order_id, user_id, currency, sale_price_minor, supplier_cost_minor, marketplace_fee_minor,
       payment_fee_minor, gross_profit_minor, net_profit_minor, expected_profit_minor)
     values (?, ?, ?, 'USD', 2999, 1449, 0, 154, 1396, 1256, 1000)`,
    [saleId, order.id, order.userId],
  );
  await em.execute(
    `insert into payout_legs (id, sale_id, order_id, beneficiary, user_id, amount_minor, currency, route, receiver, status, next_check_at)
     values (?, ?, ?, 'reseller', ?, ?, 'USD', 'paypal', 'seller@example.com', ?, ?)`,
    [id, saleId, order.id, order.userId, amountMinor, status, nextCheckAt],
  );
  return em.findOneOrFail(PayoutLeg, { id });
}

/** What a query of the test itself gives. */
export const rowsOf = <Row extends object>(store: Store, sql: string, values: unknown[] = []): Promise<Row[]> =>
  store.read(em => em.execute<Row[]>(sql, values));

/** The name of the database's own constraint that refused, else the error as it is. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    if (error instanceof Error && 'constraint' in error && typeof error.constraint === 'string')
      return error.constraint;
    throw error;
  }
}

/** Whether somebody else holds the lock that the work needs: it asks once and does not wait. */
export async function refusedLock(store: Store, work: (em: EntityManager) => Promise<unknown>): Promise<boolean> {
  try {
    await store.transaction(async em => {
      await em.execute(`set local lock_timeout = '50ms'`);
      await work(em);
    });
    return false;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '55P03') return true;
    throw error;
  }
}
