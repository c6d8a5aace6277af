import { NotThere, Retryable, type Terminal, Unreadable } from '../../domain/call-outcome.ts';
import { clocksDifferByMs } from '../../domain/feed.ts';
import type { EventId, UserId } from '../../domain/ids.ts';
import type { MarketplaceOrder } from '../../domain/marketplace-order.ts';
import type { Custody } from '../../domain/order.ts';
import { isMarketplace } from '../../domain/sale-channel.ts';
import { supplierPayer } from '../../store/connections/supplier-payer.ts';
import type { InboundEvent } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { salesSince } from '../../store/events/feeds.ts';
import { closeEvent, findEvent } from '../../store/events/inbound-events.ts';
import { orderOfSeller } from '../../store/orders/orders.ts';
import { ReconnectNeeded } from '../connections/fresh-token.ts';
import type { Context, Processor } from '../context/context.ts';
import { saysAbsent } from '../marketplace/absent-sale.ts';
import { readMarketplaceOrder } from '../marketplace/marketplace-order.ts';
import { takeLine } from './import-line.ts';
import { type Hint, hintOf } from './order-hint.ts';
import { replaceUnconfirmed, staysUnread, takeUnconfirmed } from './unconfirmed-sale.ts';
import { dropAbsentSale, waitForAccount } from './unread-notification.ts';
import { takeUnreadable } from './unreadable-sale.ts';

/** Reads the order that a notification names back from its marketplace, and imports each of its lines. */
export const importOrder: Processor<'eventId'> = async ({ eventId }, ctx) => {
  const event = await ctx.store.read(em => findEvent(em, eventId as EventId));
  if (event?.status !== 'RECEIVED') return 'nothing to do: the notification was dealt with';
  const hint = await hintOf(ctx, event);
  const found = await readBack(ctx, event, hint);
  if ('order' in found) return takeSale(ctx, event, found);
  if ('answer' in found) return unreadable(ctx, event, hint, found);
  return 'stopped' in found ? waitForAccount(ctx, event, found.stopped) : unread(ctx, event, hint, found.why);
};

type Sale = { credential: Credential; order: MarketplaceOrder };
/** The marketplace shows the sale to this account, but in a form that we cannot read. */
type UnreadableSale = { credential: Credential; answer: Unreadable };

async function takeSale(ctx: Context, event: InboundEvent, { credential, order }: Sale): Promise<string> {
  if (event.source !== 'inline' && (await wasSoldBefore(ctx, event, credential, order)))
    return finish(ctx, event, 'IGNORED', `order ${order.orderId} was sold before the account was connected`);
  const takenUp = await replaceUnconfirmed(ctx, credential, order.orderId);
  const confirmed = { ...order, review: order.review ?? takenUp };
  const custody = await custodyFor(ctx, credential);
  const taken: string[] = [];
  for (const line of order.lines) taken.push(await takeLine(ctx, { credential, custody, order: confirmed, line }));
  if (taken.includes('being bought'))
    throw new Retryable(
      'CANCELLED_WHILE_BUYING',
      `order ${order.orderId} is being bought: the outcome of the purchase decides`,
    );
  return finish(ctx, event, 'APPLIED', `order ${order.orderId}: ${order.lines.length} lines, ${order.rawPayment}`);
}

/**
 * A marketplace also reports changes of sales from before the account was connected: their seller has dealt with them.
 * A sale that was reported to an earlier connection of the account is still ours.
 */
const wasSoldBefore = (
  ctx: Context,
  { receivedAt }: InboundEvent,
  { id, userId, apiName }: Credential,
  { orderId, soldAt }: MarketplaceOrder,
): Promise<boolean> =>
  ctx.store.read(async em => {
    const since = await salesSince(em, id);
    if (!since || !soldAt || receivedAt < since || soldAt.getTime() >= since.getTime() - clocksDifferByMs) return false;
    return isMarketplace(apiName) && !(await orderOfSeller(em, userId, apiName, orderId));
  });

/** No account shows the sale: an inline order is kept for a person, any other notification is dropped. */
async function unread(ctx: Context, event: InboundEvent, hint: Hint, why: string): Promise<string> {
  const [credential] = hint.sellers;
  if (event.source !== 'inline' || !credential) return dropAbsentSale(ctx, event, hint, why);
  const custody = await custodyFor(ctx, credential);
  const text = await takeUnconfirmed(ctx, { event, credential, custody, why });
  return finish(ctx, event, 'APPLIED', text);
}

/** The sale is ours but unreadable: a person gets it, with the marketplace's answer. */
async function unreadable(
  ctx: Context,
  event: InboundEvent,
  { orderId }: Hint,
  { credential, answer }: UnreadableSale,
): Promise<string> {
  const custody = await custodyFor(ctx, credential);
  return finish(ctx, event, 'APPLIED', await takeUnreadable(ctx, { orderId, credential, custody, answer }));
}

async function finish(ctx: Context, event: InboundEvent, status: 'APPLIED' | 'IGNORED', text: string): Promise<string> {
  await ctx.store.write(em => closeEvent(em, event.id, status, text));
  return text;
}

/** Asks each candidate account for the order, the likeliest first: only the account that sold it can read it. */
async function readBack(
  ctx: Context,
  event: InboundEvent,
  { orderId, sellers }: Hint,
): Promise<Sale | UnreadableSale | { stopped: ReconnectNeeded } | { why: string }> {
  const said: string[] = [];
  for (const credential of sellers) {
    try {
      return { credential, order: await readMarketplaceOrder(ctx, credential, orderId) };
    } catch (error) {
      if (staysUnread(ctx, event, error)) return { why: error.message };
      if (error instanceof Unreadable && isOld(ctx, event)) return { credential, answer: error };
      // With one candidate account, keep the event until that account is reconnected. With several, do not block on
      // one: if the order was theirs, the feed will find it later.
      if (error instanceof ReconnectNeeded) {
        if (sellers.length === 1) return { stopped: error };
      } else if (saysAbsent(error) && !isTooNew(event, error)) said.push(error.code);
      else throw error;
    }
  }
  const codes = said.length > 0 ? ` (${[...new Set(said)].join(', ')})` : '';
  return { why: `no connected account knows order ${orderId}${codes}` };
}

/** An inline order may arrive before MercadoLibre shows it: `staysUnread` decides when that no longer counts. */
const isTooNew = ({ source }: InboundEvent, error: Terminal | NotThere): boolean =>
  source === 'inline' && error instanceof NotThere;

/** Whether an unreadable answer has been asked for again for an hour; it may have been cut off on its way. */
const isOld = ({ now, config }: Context, { receivedAt }: InboundEvent): boolean =>
  now().getTime() - receivedAt.getTime() >= config.programErrorHorizonMs;

/** Who holds the proceeds and who pays the supplier: settings of the two connections, frozen into the order. */
async function custodyFor(ctx: Context, marketplace: Credential): Promise<Custody> {
  const userId: UserId = marketplace.userId;
  const { environment } = ctx.config.aliexpress;
  const supplierPaidBy = await ctx.store.read(em => supplierPayer(em, userId, environment));
  return { proceedsHeldBy: marketplace.moneyHolder, supplierPaidBy };
}
