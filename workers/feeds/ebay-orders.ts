import { invariant } from '../../domain/call-outcome.ts';
import { dayMs } from '../../domain/durations.ts';
import { withToken } from '../connections/fresh-token.ts';
import { type FeedSource, pageByOffset } from './feed-source.ts';
import { orderFound } from './order-found.ts';

/** eBay's maximum per page. */
const limit = 200;

/** Orders that were sold, paid or cancelled: every change of an order moves its `lastmodifieddate`. */
export const ebayOrders: FeedSource = {
  overlapMs: 30 * 60_000,
  stretchMs: 7 * dayMs,
  async read(ctx, { from, to, page, credential }) {
    invariant(credential, 'an eBay feed has its account');
    const { orders, next } = await pageByOffset(page, offset =>
      withToken(ctx, credential, token =>
        ctx.providers.ebay.getOrders(
          token,
          { lastModifiedFrom: from, lastModifiedTo: to, limit, offset },
          { signal: ctx.signal },
        ),
      ),
    );
    return { events: orders.map(order => orderFound(credential, order)), next };
  },
};
