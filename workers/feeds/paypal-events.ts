import { dayMs, hourMs } from '../../domain/durations.ts';
import { subjectOf } from '../../providers/paypal/event-subject.ts';
import { isFollowed, isUnreadable, readPayPalEvent } from '../../providers/paypal/webhook.ts';
import type { Context } from '../context/context.ts';
import type { FeedSource } from './feed-source.ts';

const pageSize = 100;

/** The events that PayPal has sent or tried to send. One that arrived as a webhook is stored already, under its id. */
export const payPalEvents: FeedSource = {
  overlapMs: hourMs,
  stretchMs: dayMs,
  async read(ctx, { from, to, page }) {
    const search = { from, to, pageSize, ...(page === null ? {} : { next: page }) };
    const { events, next } = await ctx.providers.paypal.listWebhookEvents(search, { signal: ctx.signal });
    return {
      events: events.map(text => storable(ctx, Buffer.from(text))),
      // A link to the same page ends the list, as a missing link does.
      next: events.length === 0 || next === undefined || next === page ? null : next,
    };
  },
};

/** An event that cannot be read is stored like one that we do not follow: it must not block the others. */
function storable(ctx: Context, body: Buffer) {
  const event = readPayPalEvent(body);
  const { id: eventId, type } = event;
  if (isUnreadable(event)) ctx.log.error({ eventId, type }, 'a listed PayPal event cannot be read');
  return {
    source: 'paypal' as const,
    eventId,
    type,
    subject: subjectOf(event),
    body,
    account: ctx.config.paypal.clientId,
    wanted: isFollowed(event),
  };
}
