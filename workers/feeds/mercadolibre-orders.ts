import { invariant } from '../../domain/call-outcome.ts';
import { dayMs, hourMs } from '../../domain/durations.ts';
import { type MercadoLibreNotification, notificationBody } from '../../providers/mercadolibre/webhook.ts';
import type { Listed } from '../../providers/wire/fields.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { NewEvent } from '../../store/events/inbound-events.ts';
import { withToken } from '../connections/fresh-token.ts';
import type { Context } from '../context/context.ts';
import { type FeedSource, pageByOffset } from './feed-source.ts';
import { orderFound, unreadElement } from './order-found.ts';

/** MercadoLibre's maximum per page. */
const limit = 50;

/** MercadoLibre's search takes whole hours only: a stretch is widened to full hours. */
const hourBefore = (time: Date): Date => new Date(Math.floor(time.getTime() / hourMs) * hourMs);
const hourAfter = (time: Date): Date => new Date(Math.ceil(time.getTime() / hourMs) * hourMs);

/**
 * Each status is searched on its own, in the order in which a sale passes through them: a sale that changes its status
 * meanwhile is on a later list.
 */
const statuses = ['paid', 'partially_refunded', 'cancelled'] as const;
type Status = (typeof statuses)[number];
type Place = { status: Status; page: string | null };

/** Orders that were paid, refunded in part or cancelled, by the time of their last change. */
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
    return { events: orders.map(order => orderFound(credential, order)), next: placeAfter(status, next) };
  },
};

function placeAfter(status: Status, next: string | null): string | null {
  if (next !== null) return JSON.stringify({ status, page: next } satisfies Place);
  const following = statuses[statuses.indexOf(status) + 1];
  return following ? JSON.stringify({ status: following, page: null } satisfies Place) : null;
}

/**
 * The notifications that did not reach us, under their own ids. MercadoLibre keeps them for two days and offers no time
 * range, so all of them are read each time. The search above still finds the orders of those it no longer keeps.
 */
export const mercadoLibreMissed: FeedSource = {
  overlapMs: 0,
  stretchMs: 365 * dayMs,
  async read(ctx, { page, credential }) {
    invariant(credential, 'a MercadoLibre feed has its account');
    const offset = page === null ? 0 : Number(page);
    const messages = await withToken(ctx, credential, token =>
      ctx.providers.mercadolibre.missedFeeds(token, { limit, offset }, { signal: ctx.signal }),
    );
    return {
      events: messages.flatMap(message => missed(ctx, credential, message)),
      // The size of a page is not documented: only an empty page ends the list.
      next: messages.length === 0 ? null : `${offset + messages.length}`,
    };
  },
};

function missed(ctx: Context, credential: Credential, message: Listed<MercadoLibreNotification>): NewEvent[] {
  if ('unread' in message) return [unreadElement(credential, message.unread)];
  const { id: eventId, topic, orderId, userId, applicationId } = message.read;
  if (userId !== credential.accountId || applicationId !== ctx.config.mercadolibre.clientId) return [];
  return [
    {
      source: 'mercadolibre',
      eventId,
      type: topic,
      subject: orderId,
      body: notificationBody(message.read),
      credentialId: credential.id,
      wanted: orderId !== undefined,
    },
  ];
}
