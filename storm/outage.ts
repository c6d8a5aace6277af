import { setTimeout as sleep } from 'node:timers/promises';
import { buyOnEbay, fillCart, pay } from '../demo/buyers.ts';
import type { Ending } from '../demo/scenario.ts';
import { untilItWaits } from '../demo/sight.ts';
import type { Stage } from '../demo/stage.ts';
import { effectKey } from '../domain/effect-key.ts';
import type { OrderId } from '../domain/ids.ts';
import type { Store } from '../store/database/open.ts';
import { Order } from '../store/entities/order.ts';
import { nameOfOrder } from '../store/orders/outside-names.ts';
import { byOrder, type Entry, readBooks } from './books.ts';
import { type OrderFile, readOrderFile } from './order-file.ts';
import type { StormStage } from './regulars.ts';
import type { Expected } from './send.ts';
import type { StormSystem } from './system.ts';

/**
 * An outage that lasts longer than any provider keeps an idempotency key (capture 6 h, AliExpress 24 h, payouts 30 d,
 * refunds 45 d), and longer than any order may wait. It comes last, when nothing else is under way, and catches a few
 * orders: for each kind of effect, one call that was carried out and whose answer was lost, and one that never arrived;
 * and one order that waits for its reseller meanwhile.
 *
 * The sandbox's clock can be moved, but our processes use the machine's. The same time must pass on both sides, or we
 * would rely on keys that the providers have forgotten: so the send times of our effects are moved back by as much.
 */
const outageSeconds = 61 * 86_400;

type Purpose = 'capture' | 'buy' | 'pay' | 'refund';
type Trap = {
  readonly purpose: Purpose;
  /** True: the provider carried the call out, and its answer was lost. False: the call never arrived. */
  readonly done: boolean;
  readonly ends: Omit<Ending, 'order'>;
  readonly untilTold?: true;
};

const nothing = { settled: false, supplierOrders: 0, payouts: 0 };
const review = { status: 'NEEDS_REVIEW', ...nothing } as const;

/** How each order must end after the outage. An effect that cannot be looked up afterwards goes to a person. */
const traps: readonly Trap[] = [
  { purpose: 'capture', done: true, ends: { status: 'PURCHASED', settled: true, supplierOrders: 1, payouts: 2 } },
  // PayPal has forgotten the order by then, so nobody can know whether it was captured.
  { purpose: 'capture', done: false, ends: review },
  { purpose: 'buy', done: true, ends: review },
  { purpose: 'buy', done: false, ends: review },
  // A batch cannot be looked up by our key, but PayPal's list of events names it when the feed is next read.
  {
    purpose: 'pay',
    done: true,
    ends: { status: 'PURCHASED', settled: true, supplierOrders: 1, payouts: 2 },
    untilTold: true,
  },
  { purpose: 'pay', done: false, ends: review },
  { purpose: 'refund', done: true, ends: { status: 'REFUNDED', ...nothing } },
  { purpose: 'refund', done: false, ends: review },
];
export const ordersInOutage = traps.length + 1;

/** Which call causes the effect, and which one finds it afterwards. */
const operations: Record<Purpose, { provider: string; cause: string; find?: string; entry: Entry['kind'] }> = {
  capture: { provider: 'paypal', cause: 'capture', find: 'get-order', entry: 'capture' },
  buy: { provider: 'aliexpress', cause: 'order-create', entry: 'supplier-order' },
  pay: { provider: 'paypal', cause: 'create-payout', entry: 'payout' },
  refund: { provider: 'paypal', cause: 'refund', find: 'get-order', entry: 'refund' },
};
/** A sale has two legs, each with a payout of its own. */
const timesOf = (purpose: Purpose): number => (purpose === 'pay' ? 2 : 1);

const plentyMinor = '100000000';
const forEver = 1_000_000;
/** Shorter than the quarantine of an effect. */
const lookEveryMs = 50;
const caughtMs = 400_000;

type Caught = { readonly orderId: string; readonly trap: Trap };

/** Catches the orders, lets the time pass, and ends the outage. Gives the ends that the verdict must see. */
export async function playOutage(
  stage: StormStage,
  { store, age, programs, readFeeds }: StormSystem,
): Promise<Expected[]> {
  const { sandbox, hired } = stage;
  await sandbox('POST', '/balance', { provider: 'paypal', currency: 'USD', amountMinor: plentyMinor });
  const waiting = await leaveWaiting(stage);
  // No webhooks: they would report the effects whose answers the outage loses.
  await sandbox('POST', '/settings', { webhooks: false });
  const caught = await Promise.all(traps.map(trap => catchOne(stage, store, trap)));
  // No process may run while only one of the two clocks has moved.
  const workers = [programs.workers, programs['workers-2']];
  await Promise.all(workers.map(process => process.stop()));
  await sandbox('POST', '/clock', { advanceSeconds: outageSeconds });
  await age(outageSeconds, [...caught.map(({ orderId }) => orderId), waiting]);
  await sandbox('DELETE', '/faults');
  await Promise.all(workers.map(process => process.restart()));
  await sandbox('POST', '/settings', { webhooks: true });
  // The supplier tokens have expired too, even those of resellers whose orders are only followed from now on.
  for (const reseller of await hired()) await reseller.reconnect();
  await readFeeds();
  const trapped = caught.map(({ orderId, trap: { purpose, done, ends, untilTold = false } }) => ({
    scenario: `outage: ${purpose} ${done ? 'whose answer was lost' : 'that never happened'}`,
    ending: { order: { id: orderId }, ...ends },
    undecidable: ends.status === 'NEEDS_REVIEW',
    untilTold,
  }));
  const tooLate = { scenario: 'outage: an order that waits', ending: { order: { id: waiting }, ...review } };
  return [...trapped, { ...tooLate, undecidable: true }];
}

/** An order whose listing is not mapped until it is too late to buy. */
async function leaveWaiting(stage: Stage): Promise<string> {
  const seller = await stage.hireReseller({ name: 'outage-waits' });
  const wares = await stage.stockUp(seller);
  const externalOrderId = await buyOnEbay(stage, seller, [{ wares, totalMinor: 3_299 }]);
  return (await untilItWaits(stage, { externalOrderId, line: 0 }, 'LISTING_NOT_MAPPED')).id;
}

async function catchOne(stage: Stage, store: Store, trap: Trap): Promise<Caught> {
  const { purpose, done } = trap;
  const { provider, cause, find } = operations[purpose];
  const reseller = await stage.hireReseller({ name: `outage-${purpose}` });
  const cart = await fillCart(stage, await stage.stockUp(reseller, purpose === 'refund' ? { stock: 0 } : {}));
  const { orderId } = cart;
  const paypalOrderId = (await readOrderFile(store, orderId))?.externalOrderId ?? '';
  const lay = (operation: string, match: string, fault: object) =>
    stage.sandbox('POST', '/faults', { provider, operation, match, ...fault });
  // Time-outs, because refusals would open our circuit breakers before all orders are caught.
  const down = { kind: 'timeout', times: forEver };

  const named = await nameIn(purpose, store, { orderId, paypalOrderId });
  if (done) await lay(cause, named, { kind: 'drop-reply', times: timesOf(purpose) });
  await lay(cause, named, down);
  await pay(stage, cart);
  for (const late = Date.now() + caughtMs; !(await isCaught(stage, store, orderId, trap)); await sleep(lookEveryMs))
    if (Date.now() > late) throw new Error(`order ${orderId} was to be caught before its ${purpose} is answered`);
  // This must happen before the effect's quarantine is over and it is looked up.
  if (done && find) await lay(find, paypalOrderId, down);
  return { orderId, trap };
}

/** How a call of that purpose names the order: by PayPal's order id, our key, or our order id in a payout's note. */
const nameIn = (
  purpose: Purpose,
  store: Store,
  { orderId, paypalOrderId }: { orderId: string; paypalOrderId: string },
) =>
  store.read(async em => {
    if (purpose === 'capture') return paypalOrderId;
    if (purpose === 'pay') return orderId;
    const order = await em.findOneOrFail(Order, { id: orderId as OrderId });
    return effectKey(purpose, await nameOfOrder(em, order), 1);
  });

/** Whether the effect was sent, and also carried out where it should be: a request may be lost instead. */
async function isCaught(stage: Stage, store: Store, orderId: string, { purpose, done }: Trap): Promise<boolean> {
  const file = await readOrderFile(store, orderId);
  const isSent = ({ sends, status }: OrderFile['effects'][number]) => sends > 0 && (done || status === 'OPEN');
  const sent = file?.effects.filter(effect => effect.purpose === purpose && isSent(effect)) ?? [];
  if (!file || sent.length < timesOf(purpose)) return false;
  if (!done) return true;
  const entries = byOrder(await readBooks(stage.sandbox), [file]).get(orderId) ?? [];
  return entries.filter(({ kind }) => kind === operations[purpose].entry).length >= timesOf(purpose);
}
