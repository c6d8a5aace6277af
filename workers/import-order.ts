import type { EventId, UserId } from '../domain/ids.ts';
import type { Custody } from '../domain/order.ts';
import { Terminal } from '../domain/outcome.ts';
import { credentialOf } from '../store/credentials.ts';
import type { InboundEvent } from '../store/entities/order.ts';
import type { Credential } from '../store/entities/people.ts';
import { closeEvent, findEvent } from '../store/inbound-events.ts';
import type { Context, Processor } from './context.ts';
import { takeLine } from './import-line.ts';
import { type MarketplaceOrder, readMarketplaceOrder } from './marketplace.ts';
import { type Hint, hintOf } from './notification.ts';
import { ReconnectNeeded } from './tokens.ts';

/** Reads the order that a notification names back from its marketplace, and takes each of its lines. */
export const importOrder: Processor<'eventId'> = async ({ eventId }, ctx) => {
  const event = await ctx.store.read(em => findEvent(em, eventId as EventId));
  if (event?.status !== 'RECEIVED') return 'nothing to do: the notification was dealt with';
  const hint = await hintOf(ctx, event);
  const found = await readBack(ctx, hint);
  if (!found) return finish(ctx, event, 'FAILED', `no connected account knows order ${hint.orderId}`);
  const { credential, order } = found;
  const custody = await custodyFor(ctx, credential);
  for (const line of order.lines) await takeLine(ctx, { credential, custody, order, line });
  return finish(ctx, event, 'APPLIED', `order ${order.orderId}: ${order.lines.length} lines, ${order.rawPayment}`);
};

async function finish(ctx: Context, event: InboundEvent, status: 'APPLIED' | 'FAILED', text: string): Promise<string> {
  await ctx.store.transaction(em => closeEvent(em, event.id, status, text));
  return text;
}

/** Asks the accounts that the notification may be for, the likeliest first; somebody else's order is not readable. */
async function readBack(
  ctx: Context,
  { orderId, sellers }: Hint,
): Promise<{ credential: Credential; order: MarketplaceOrder } | undefined> {
  let disconnected: ReconnectNeeded | undefined;
  for (const credential of sellers) {
    try {
      return { credential, order: await readMarketplaceOrder(ctx, credential, orderId) };
    } catch (error) {
      if (error instanceof ReconnectNeeded) disconnected = error;
      else if (!(error instanceof Terminal)) throw error;
    }
  }
  // The order may be this account's: the event stays, and is read when the account is connected again.
  if (disconnected) throw disconnected;
  return undefined;
}

/** Whose money it is: settings of the two connections, frozen into the order. */
async function custodyFor(ctx: Context, marketplace: Credential): Promise<Custody> {
  const userId: UserId = marketplace.userId;
  const { environment } = ctx.config.aliexpress;
  const supplier = await ctx.store.read(em => credentialOf(em, userId, 'aliexpress-dropshipping', environment));
  return { proceedsHeldBy: marketplace.moneyHolder, supplierPaidBy: supplier?.moneyHolder ?? 'reseller' };
}
