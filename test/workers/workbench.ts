import { berlin, santiago } from '../../demo/addresses.ts';
import type { Address } from '../../domain/address.ts';
import type { OrderId } from '../../domain/ids.ts';
import { parkedAccounts } from '../../domain/ledger.ts';
import type { Holder } from '../../domain/order.ts';
import type { Config } from '../../runtime/config.ts';
import { connect } from '../../store/connections/connect.ts';
import type { Effect, EffectPurpose } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { storeEvent } from '../../store/events/inbound-events.ts';
import { effectsOf } from '../../store/operations/order-books.ts';
import { timelineOf } from '../../store/orders/timeline.ts';
import type { Context } from '../../workers/context/context.ts';
import { processors } from '../../workers/processors.ts';
import type { Goods, Seller, Stage } from '../support/stage.ts';

export { santiago } from '../../demo/addresses.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
export const fromNow = (ms: number): Date => new Date(Date.now() + ms);

export type Changes = {
  config?: Partial<Config>;
  /** What the database's clock shows meanwhile. */
  now?: Date;
  providers?: Partial<Context['providers']>;
  log?: Context['log'];
  signal?: AbortSignal;
  failpoint?: NonNullable<Context['failpoint']>;
};

/** Runs one processor as the host would, in a context that is changed for this one run. */
export function performWith(stage: Stage, changes: Changes, queue: keyof typeof processors, id: string) {
  const { config = {}, now, providers = {}, log = stage.context.log, signal, failpoint } = changes;
  const context: Context = {
    ...stage.context,
    config: { ...stage.config, ...config },
    providers: { ...stage.context.providers, ...providers },
    log,
    ...(signal ? { signal } : {}),
    ...(failpoint ? { failpoint } : {}),
  };
  const run = processors[queue] as (payload: Record<string, string>, ctx: Context) => Promise<string>;
  const work = () => run({ orderId: id, legId: id, eventId: id, credentialId: id, feedId: id }, context);
  return now ? stage.at(now, work) : work();
}

export const rows = <Row>(stage: Stage, sql: string, parameters: readonly unknown[] = []): Promise<Row[]> =>
  stage.store.read(em => em.execute<Row[]>(sql, [...parameters]));

/** What was said about an order, oldest first. */
export const notesOf = async (stage: Stage, id: string): Promise<string[]> =>
  (await stage.store.read(em => timelineOf(em, id as OrderId))).map(({ note }) => note);

/** What an order has left on the accounts that are empty once its sale is booked. */
export const parkedOf = (stage: Stage, id: string): Promise<{ account: string; amount: string; currency: string }[]> =>
  rows(
    stage,
    `select p.account, sum(p.amount_minor)::text as amount, p.currency from ledger_postings p
     join ledger_transactions t on t.id = p.transaction_id
     where t.order_id = ? and p.account in (${[...parkedAccounts, 'supplier-refunds'].map(account => `'${account}'`).join()})
     group by 1, 3 having sum(p.amount_minor) <> 0`,
    [id],
  );

type Reservation = { status: 'HELD' | 'CONSUMED' | 'RELEASED'; amount: string; payer: string | null };

/** What is or was held for an order or a leg, oldest first. */
export const reservationsOf = (stage: Stage, subject: string): Promise<Reservation[]> =>
  rows(
    stage,
    `select r.status, r.amount_minor::text as amount, f.owner_id as payer
     from reservations r join funding_accounts f on f.id = r.funding_account_id
     where r.subject = ? order by r.created_at`,
    [subject],
  );

/** What an order or a leg was to cause outside, oldest first. */
export const intentsOf = async (stage: Stage, purpose: EffectPurpose, subject: string): Promise<Effect[]> =>
  (await stage.store.read(em => effectsOf(em, [subject]))).filter(effect => effect.purpose === purpose);

/** The number at the end of each key that an order or a leg has used, oldest first. */
export const keyNumbersOf = async (stage: Stage, purpose: EffectPurpose, subject: string): Promise<string[]> =>
  (await intentsOf(stage, purpose, subject)).map(({ idempotencyKey }) => idempotencyKey.replace(/^.*-/, ''));

/** A checkout order that is let through: PURCHASING, with `purchase` left to do. */
export async function orderToBuy(stage: Stage, goods: Goods, quantity = 1, shipTo: Address = berlin): Promise<Order> {
  const { id } = await stage.checkout(goods, { quantity, shipTo });
  await stage.perform('capture-payment', id);
  await stage.perform('fulfill', id);
  const order = await stage.order(id);
  if (order.status !== 'PURCHASING') throw new Error(`${order.status} ${order.waitReason ?? order.reason ?? ''}`);
  return order;
}

type EbaySale = {
  lines: readonly { goods: Pick<Goods, 'listingId'>; quantity?: number; totalMinor: number; taxMinor?: number }[];
  shipTo?: Address | null;
  paymentStatus?: string;
  currency?: string;
  /** What eBay keeps, and in which currency; its usual percentage unless told. */
  fee?: { minor: number; currency: string };
  buyer?: string;
  shipBy?: Date;
  /** eBay sends it on itself: `shipTo` is its hub. */
  forwarded?: boolean;
  delivery?: { instructions?: string; fulfilledBy?: string; labelBy?: string };
};

/** A buyer on eBay, whose order is not notified yet. Gives eBay's number. */
export async function placeOnEbay(stage: Stage, seller: Seller, sale: EbaySale): Promise<string> {
  const { lines, shipTo = berlin, paymentStatus = 'PAID', currency = 'USD', buyer = 'sandbox_buyer', delivery } = sale;
  const { forwarded = false, fee, shipBy } = sale;
  const { orderId } = await stage.control<{ orderId: string }>('orders', {
    marketplace: 'ebay',
    accountId: seller.ebay.accountId,
    currency,
    shipTo,
    paymentStatus,
    buyer,
    forwarded,
    ...(delivery ? { delivery } : {}),
    ...(fee ? { marketplaceFeeMinor: `${fee.minor}`, marketplaceFeeCurrency: fee.currency } : {}),
    ...(shipBy ? { shipBy: shipBy.toISOString() } : {}),
    lines: lines.map(({ goods, quantity = 1, totalMinor, taxMinor = 0 }, index) => ({
      lineItemId: `1000000000${index}`,
      legacyItemId: goods.listingId,
      quantity,
      totalMinor: `${totalMinor}`,
      collectedTaxMinor: `${taxMinor}`,
    })),
    notify: { times: 0 },
  });
  return orderId;
}

type MercadoLibreSale = {
  goods: Pick<Goods, 'listingId'>;
  quantity?: number;
  unitPriceMinor: number;
  saleFeeMinor: number;
  shipTo?: (Address & { neighborhood?: string }) | null;
  currency?: string;
  status?: string;
  tags?: readonly string[];
  logisticMode?: string;
  shipBy?: string;
  logisticType?: string;
};

/** A buyer on MercadoLibre, whose order is not notified yet. Gives MercadoLibre's number. */
export async function placeOnMercadoLibre(stage: Stage, seller: Seller, sale: MercadoLibreSale): Promise<string> {
  const { goods, quantity = 1, unitPriceMinor, saleFeeMinor, shipTo = santiago, currency = 'CLP', ...rest } = sale;
  const { orderId } = await stage.control<{ orderId: string }>('orders', {
    marketplace: 'mercadolibre',
    accountId: seller.mercadolibre.accountId,
    currency,
    shipTo,
    ...rest,
    items: [
      {
        itemId: goods.listingId,
        quantity,
        unitPriceMinor: `${unitPriceMinor}`,
        saleFeeMinor: `${saleFeeMinor}`,
      },
    ],
    notify: { times: 0 },
  });
  return orderId;
}

/** The marketplace's order changes after it was placed; nobody tells us. */
export async function changeOrder(
  stage: Stage,
  marketplace: 'ebay' | 'mercadolibre',
  orderId: string,
  change: {
    paymentStatus?: string;
    cancelState?: string;
    refunds?: readonly { amountMinor: string; lineItemId?: string; status?: string }[];
    status?: string;
    tags?: readonly string[];
    refundedMinor?: string;
    payment?: { status: string; statusDetail?: string };
    mediations?: readonly string[];
    holds?: readonly { reason: string; state: string }[];
    shipTo?: Address;
  },
): Promise<void> {
  const answer = await fetch(`${stage.sandboxUrl}/_control/orders/${marketplace}/${orderId}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(change),
  });
  if (!answer.ok) throw new Error(`${marketplace} order ${orderId}: HTTP ${answer.status} ${await answer.text()}`);
}

/** The reseller connects the AliExpress account of that name, for the first time or again. */
export async function connectAliExpress(
  stage: Stage,
  seller: Seller,
  {
    moneyHolder = 'platform',
    ...options
  }: { name: string; expired?: boolean; autoPay?: boolean; moneyHolder?: Holder },
): Promise<Credential> {
  const given = await stage.control<Record<string, string>>('accounts', { provider: 'aliexpress', ...options });
  const { accountId = '', accountName = '', accessToken = '', refreshToken = '' } = given;
  const accessExpiresAt = options.expired ? fromNow(hourMs) : new Date(given.accessExpiresAt ?? '');
  const connected = await stage.store.transaction(em =>
    connect(em, stage.context.box, {
      userId: seller.id,
      apiName: 'aliexpress-dropshipping',
      environment: stage.config.aliexpress.environment,
      accountId,
      accountName,
      moneyHolder,
      tokens: { accessToken, refreshToken, accessExpiresAt, refreshExpiresAt: new Date(given.refreshExpiresAt ?? '') },
      refreshAt: accessExpiresAt,
    }),
  );
  if (!connected) throw new Error(`${options.name} belongs to somebody else`);
  return connected.credential;
}

let hints = 0;

/** Stores a marketplace's notification of an order, as the api would. Gives the event's id. */
export async function hintOf(
  stage: Stage,
  seller: Seller,
  marketplace: 'ebay' | 'mercadolibre',
  orderId: string,
): Promise<string> {
  hints += 1;
  const eventId = `hint-${hints}-${orderId}`;
  const [username] = seller.email.split('@');
  const bodies = {
    ebay: {
      metadata: { topic: 'ORDER_CONFIRMATION' },
      notification: { notificationId: eventId, data: { orderId, username } },
    },
    mercadolibre: {
      _id: eventId,
      topic: 'orders_v2',
      resource: `/orders/${orderId}`,
      user_id: seller.mercadolibre.accountId,
      application_id: stage.config.mercadolibre.clientId,
    },
  };
  const event = await stage.store.transaction(em =>
    storeEvent(em, {
      source: marketplace,
      eventId,
      type: 'order',
      subject: orderId,
      headers: {},
      body: Buffer.from(JSON.stringify(bodies[marketplace])),
      credentialId: marketplace === 'ebay' ? null : seller.mercadolibre.id,
      wanted: true,
    }),
  );
  if (!event) throw new Error('the event was stored before');
  return event.id;
}

/** Tells us of a marketplace order and imports it. Gives our orders, one per line, in the order of the lines. */
export async function importFrom(
  stage: Stage,
  seller: Seller,
  marketplace: 'ebay' | 'mercadolibre',
  orderId: string,
): Promise<Order[]> {
  await stage.perform('import-order', await hintOf(stage, seller, marketplace, orderId));
  return ordersAt(stage, orderId);
}

/** Our orders for one order of a marketplace. */
export async function ordersAt(stage: Stage, externalOrderId: string): Promise<Order[]> {
  const ids = await rows<{ id: string }>(
    stage,
    'select id from orders where external_order_id = ? order by external_line_id',
    [externalOrderId],
  );
  return Promise.all(ids.map(({ id }) => stage.order(id)));
}
