import { invariant } from '../domain/outcome.ts';
import { notificationBody } from '../providers/mercadolibre/webhook.ts';
import { type FeedSource, pageByOffset } from './feed-source.ts';
import { foundOrder } from './found-order.ts';
import { withToken } from './tokens.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** As many as MercadoLibre gives on a page. */
const limit = 50;

/** Its search knows whole hours only: a stretch is widened to them. */
const hourBefore = (time: Date): Date => new Date(Math.floor(time.getTime() / hourMs) * hourMs);
const hourAfter = (time: Date): Date => new Date(Math.ceil(time.getTime() / hourMs) * hourMs);

/**
 * Each has to be asked for, in the order in which a sale may go through them: one that goes on meanwhile is on one of
 * the lists.
 */
const statuses = ['paid', 'partially_refunded', 'cancelled'] as const;
type Status = (typeof statuses)[number];
type Place = { status: Status; page: string | null };

/** What was paid, refunded in part or cancelled, by the time of its last change. */
export const mercadoLibreOrders: FeedSource = {
  overlapMs: 2 * hourMs,
  stretchMs: dayMs,
  async read(ctx, { from, to, page, credential }) {
    invariant(credential, 'a MercadoLibre feed has its account');
    const { status, page: inner }: Place = page === null ? { status: 'paid', page: null } : JSON.parse(page);
    const range = { sellerId: credential.accountId, status, from: hourBefore(from), to: hourAfter(to) };
    const { orders, next } = await pageByOffset(inner, offset =>
      withToken(ctx, credential, token =>
        ctx.providers.mercadolibre.searchOrders(token, { ...range, limit, offset }, { signal: ctx.signal }),
      ),
    );
    return { events: orders.map(order => foundOrder(credential, order)), next: placeAfter(status, next) };
  },
};

function placeAfter(status: Status, next: string | null): string | null {
  if (next !== null) return JSON.stringify({ status, page: next } satisfies Place);
  const following = statuses[statuses.indexOf(status) + 1];
  return following ? JSON.stringify({ status: following, page: null } satisfies Place) : null;
}

/**
 * The notifications that did not reach us, under their own names. MercadoLibre keeps them for two days and does not ask
 * for a time, so all of them are read each time; what it has kept no longer, the search above still finds.
 */
export const mercadoLibreMissed: FeedSource = {
  overlapMs: 0,
  stretchMs: 365 * dayMs,
  async read(ctx, { page, credential }) {
    invariant(credential, 'a MercadoLibre feed has its account');
    const offset = page === null ? 0 : Number(page);
    const { notifications, read } = await withToken(ctx, credential, token =>
      ctx.providers.mercadolibre.missedFeeds(token, { limit, offset }, { signal: ctx.signal }),
    );
    const ours = notifications.filter(
      ({ userId, applicationId }) =>
        userId === credential.accountId && applicationId === ctx.config.mercadolibre.clientId,
    );
    return {
      events: ours.map(notification => ({
        source: 'mercadolibre' as const,
        eventId: notification.id,
        type: notification.topic,
        subject: notification.orderId,
        body: notificationBody(notification),
        credentialId: credential.id,
        wanted: notification.orderId !== undefined,
      })),
      // How many it gives at once is nowhere written: only an empty page ends the list.
      next: read === 0 ? null : `${offset + read}`,
    };
  },
};
