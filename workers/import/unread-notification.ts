/**
 * Handles a notification whose sale cannot be read: it waits for its account, or for the second reading; then it fails,
 * and an operator sees it among the failed events.
 */
import { isMarketplace } from '../../domain/sale-channel.ts';
import { wasTestedThen } from '../../store/connections/ebay-subscriptions.ts';
import type { InboundEvent } from '../../store/entities/order.ts';
import { closeEvent, restEvent } from '../../store/events/inbound-events.ts';
import { orderOfSeller } from '../../store/orders/orders.ts';
import { note } from '../../store/orders/timeline.ts';
import type { ReconnectNeeded } from '../connections/fresh-token.ts';
import { type Context, later } from '../context/context.ts';
import { isBelieved, secondReadingMs } from '../marketplace/absent-sale.ts';
import type { Hint } from './order-hint.ts';

/** How often a notification is tried while its account is stopped; connecting the account again wakes it at once. */
const restMs = 15 * 60_000;

export async function waitForAccount(
  ctx: Context,
  event: InboundEvent,
  { message, credential }: ReconnectNeeded,
): Promise<string> {
  if (credential.status === 'DISCONNECTED') return giveUp(ctx, event, 'its account was disconnected by its owner');
  const at = new Date(Math.max(credential.trialAt?.getTime() ?? 0, later(ctx, restMs).getTime()));
  await ctx.store.transaction(em => restEvent(em, event.id, at, { note: message }));
  return `waits: ${message}`;
}

/** No account can see the sale. Only the second reading is believed. */
export async function dropAbsentSale(ctx: Context, event: InboundEvent, hint: Hint, why: string): Promise<string> {
  const { orderId, sellers } = hint;
  const since = event.absentSince ?? ctx.now();
  if (sellers.length > 0 && !isBelieved(ctx, since)) {
    const at = new Date(since.getTime() + secondReadingMs);
    await ctx.store.transaction(em => restEvent(em, event.id, at, { note: why, absentSince: since }));
    return `${why}: read again at ${at.toISOString()}`;
  }
  if (event.source === 'ebay' && (await wasTest(ctx, event, sellers))) {
    await ctx.store.transaction(em => closeEvent(em, event.id, 'IGNORED', `a test of eBay’s: ${why}`));
    return `a test of eBay’s: ${why}`;
  }
  await ctx.store.transaction(async em => {
    for (const { userId, apiName } of sellers) {
      const known = isMarketplace(apiName) ? await orderOfSeller(em, userId, apiName, orderId) : null;
      if (known) await note(em, known.id, 'noted', `its marketplace does not show it any more: ${why}`);
    }
  });
  return giveUp(ctx, event, why);
}

const wasTest = (ctx: Context, { receivedAt }: InboundEvent, sellers: Hint['sellers']): Promise<boolean> => {
  const ids = sellers.map(({ id }) => id);
  return ctx.store.read(em => wasTestedThen(em, ids, receivedAt));
};

async function giveUp(ctx: Context, { id: eventId, source, subject }: InboundEvent, why: string): Promise<string> {
  await ctx.store.transaction(em => closeEvent(em, eventId, 'FAILED', why));
  ctx.log.error({ eventId, source, subject, why }, 'a reported sale could not be imported');
  return why;
}
