import { isFollowed, parsePayPalEvent } from '../providers/paypal/webhook.ts';
import { WebhookRejected } from '../providers/webhook-rejected.ts';
import type { Context } from './context.ts';
import type { FeedSource } from './feed-source.ts';

const dayMs = 86_400_000;

const pageSize = 100;

/** The events that PayPal has sent, or tried to, under their own names: what arrived as a webhook is there already. */
export const payPalEvents: FeedSource = {
  overlapMs: 3_600_000,
  stretchMs: dayMs,
  async read(ctx, { from, to, page }) {
    const search = { from, to, pageSize, ...(page === null ? {} : { next: page }) };
    const { events, next } = await ctx.providers.paypal.listWebhookEvents(search, { signal: ctx.signal });
    return {
      events: events.map(({ id: eventId, type, body: text }) => {
        const body = Buffer.from(text);
        const wanted = isFollowed(type) && isReadable(ctx, eventId, body);
        return { source: 'paypal' as const, eventId, type, body, wanted };
      }),
      // A link that leads nowhere on ends the list as well as none does.
      next: events.length === 0 || next === undefined || next === page ? null : next,
    };
  },
};

/** One that cannot be read is kept like one that nobody follows: it must not hide the others. */
function isReadable(ctx: Context, eventId: string, body: Buffer): boolean {
  try {
    parsePayPalEvent(body);
    return true;
  } catch (error) {
    if (!(error instanceof WebhookRejected)) throw error;
    ctx.log.error({ eventId, code: error.code }, 'a listed PayPal event cannot be read');
    return false;
  }
}
