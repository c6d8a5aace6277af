import { invariant, NotThere } from '../../domain/call-outcome.ts';
import type { MarketplaceOrder } from '../../domain/marketplace-order.ts';
import type { Custody } from '../../domain/order.ts';
import { isMarketplace } from '../../domain/sale-channel.ts';
import { claimedAddress, claimedPrice, type InlineOrder, parseInlineOrder } from '../../providers/inline/webhook.ts';
import { advance } from '../../queues/transact.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { InboundEvent, Order } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { upsertLine } from '../../store/orders/new-orders.ts';
import { claimOrder, orderOfAccount, orderOfSeller } from '../../store/orders/orders.ts';
import { note, noteOnce } from '../../store/orders/timeline.ts';
import { ReconnectNeeded } from '../connections/fresh-token.ts';
import type { Context } from '../context/context.ts';

/** MercadoLibre may not show a new order yet: its "not found" counts after this long. */
const patienceMs = 10 * 60_000;

/**
 * The line id of a placeholder for a whole sale whose lines are unknown; no marketplace uses such an id. It contains
 * the account's id, so that an account that claims another's sale cannot take the other's placeholder.
 */
export const wholeSale = ({ id }: Credential): string => `unconfirmed ${id}`;

export const channelOf = ({ apiName }: Credential) => {
  invariant(isMarketplace(apiName), `${apiName} is a marketplace`);
  return apiName;
};

/** Whether trying again soon cannot read back a sale that arrived inline. */
export const staysUnread = (ctx: Context, event: InboundEvent, error: unknown): error is Error =>
  event.source === 'inline' &&
  (error instanceof ReconnectNeeded ||
    (error instanceof NotThere && ctx.now().getTime() - event.receivedAt.getTime() > patienceMs));

type Told = { event: InboundEvent; credential: Credential; custody: Custody; why: string };

/** Keeps a sale that cannot be read back from its marketplace, as its inline order claims it, for a person. */
export const takeUnconfirmed = (ctx: Context, { event, credential, custody, why }: Told): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    const claim = parseInlineOrder(Buffer.from(event.body));
    const channel = channelOf(credential);
    const known = await orderOfSeller(em, credential.userId, channel, claim.orderId);
    if (known) {
      await note(em, known.id, 'noted', `told again inline, and not read back: ${why}`);
      return `order ${claim.orderId} is known already`;
    }
    const { order } = await upsertLine(em, {
      userId: credential.userId,
      channel,
      credentialId: credential.id,
      externalOrderId: claim.orderId,
      externalLineId: wholeSale(credential),
      listingId: claim.listingId,
      variationId: '',
      quantity: 1,
      sale: claimedPrice(claim),
      marketplaceFee: undefined,
      shipTo: claimedAddress(claim),
      buyerAccount: plainTexts(claim.buyer).username,
      custody,
    });
    if (order.status !== 'CREATED') return `order ${claim.orderId} is known already`;
    const text = `told inline, and not read back: ${why}. Look at ${channel} whether it was sold and paid`;
    await advance(em, enqueue, order, {
      to: 'NEEDS_REVIEW',
      reason: 'UNCONFIRMED_SALE',
      note: text,
      evidence: { event: event.id, claimed: claimsOf(claim) },
    });
    return `order ${claim.orderId} cannot be confirmed: ${why}`;
  });

const claimsOf = ({ orderId, listingId, amount, currency, buyer, shippingAddress }: InlineOrder) => ({
  orderId,
  listingId,
  amount,
  currency,
  buyer: plainTexts(buyer),
  shippingAddress: plainTexts(shippingAddress),
});

/** Short plain fields only; the stored event has the rest. */
const plainTexts = (claims: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(claims)
      .filter(([key, value]) => /^\w{1,40}$/.test(key) && (typeof value === 'string' || typeof value === 'number'))
      .slice(0, 20)
      .map(([key, value]) => [key, String(value).slice(0, 256)]),
  );

/** The placeholder of this account; those of older releases have an empty line id. */
const keptFor = (em: EntityManager, credential: Credential, orderId: string): Promise<Order | null> =>
  orderOfAccount(em, credential.id, orderId, [wholeSale(credential), '']);

const confirmed = 'the marketplace confirms the sale: each of its lines is an order of its own now';

/**
 * The marketplace confirms a sale: closes the placeholder that was kept for it. When a person has already acted on the
 * placeholder, gives the reason for a review of the sale's lines: they must not be bought a second time.
 */
export const replaceUnconfirmed = (
  ctx: Context,
  credential: Credential,
  orderId: string,
): Promise<MarketplaceOrder['review']> =>
  ctx.transact(async (em, enqueue) => {
    const kept = await keptFor(em, credential, orderId);
    if (!kept || kept.status === 'CANCELLED') return undefined;
    const owned = await claimOrder(em, kept.id, ['NEEDS_REVIEW']);
    if (owned?.reason === 'UNCONFIRMED_SALE' || owned?.reason === 'UNREADABLE_SALE') {
      await advance(em, enqueue, owned, { to: 'CANCELLED', note: confirmed });
      return undefined;
    }
    await noteOnce(em, kept.id, 'confirmed-late', confirmed);
    const text = `taken up by hand as order ${kept.id} before its marketplace confirmed it`;
    return { reason: 'TAKEN_UP_BY_HAND', note: text };
  });
