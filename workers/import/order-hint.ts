import { invariant, unreachable } from '../../domain/call-outcome.ts';
import { parseEbayNotification } from '../../providers/ebay/webhook.ts';
import { parseInlineOrder } from '../../providers/inline/webhook.ts';
import { parseMercadoLibreNotification } from '../../providers/mercadolibre/webhook.ts';
import { credentialsFor, findCredential } from '../../store/connections/credentials.ts';
import type { InboundEvent } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { Context } from '../context/context.ts';
import { foundOrderId } from '../feeds/order-found.ts';

/** Which order a notification is about, and the accounts that may have sold it. */
export type Hint = { orderId: string; sellers: readonly Credential[] };

/** Reads the hint from a stored event: a notification, verified before it was stored, or a find of a search. */
export async function hintOf(ctx: Context, event: InboundEvent): Promise<Hint> {
  const found = foundOrderId(event);
  if (found) return { orderId: found, sellers: await ownSeller(ctx, event) };
  const body = Buffer.from(event.body);
  switch (event.source) {
    case 'mercadolibre':
      return {
        orderId: named(event, parseMercadoLibreNotification(body).orderId),
        sellers: await ownSeller(ctx, event),
      };
    case 'inline':
      return { orderId: parseInlineOrder(body).orderId, sellers: await ownSeller(ctx, event) };
    case 'ebay': {
      const { orderId, persons } = parseEbayNotification(body);
      return { orderId: named(event, orderId), sellers: await ebaySellers(ctx, persons) };
    }
    case 'paypal':
    case 'aliexpress':
    case 'payoneer':
      throw new Error(`an event of ${event.source} is no sale`);
    default:
      return unreachable(event.source);
  }
}

function named(event: InboundEvent, orderId: string | undefined): string {
  invariant(orderId, `notification ${event.eventId} names an order`);
  return orderId;
}

async function ownSeller(ctx: Context, { credentialId }: InboundEvent): Promise<Credential[]> {
  const credential = credentialId && (await ctx.store.read(em => findCredential(em, credentialId)));
  return credential ? [credential] : [];
}

/** eBay does not promise to name the seller: when it does not, each connected seller is a candidate. */
async function ebaySellers(ctx: Context, persons: readonly string[]): Promise<Credential[]> {
  const all = await ctx.store.read(em => credentialsFor(em, 'ebay', ctx.config.ebay.environment));
  const named = all.filter(
    ({ accountId, accountName }) => persons.includes(accountId) || persons.includes(accountName),
  );
  return named.length > 0 ? named : all;
}
