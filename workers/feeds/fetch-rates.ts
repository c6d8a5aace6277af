import { isFailure } from '../../domain/call-outcome.ts';
import type { RateFeedId } from '../../domain/ids.ts';
import type { Rates } from '../../providers/fx/client.ts';
import type { RateFeed } from '../../store/entities/money.ts';
import { takeRate } from '../../store/money/fx.ts';
import { findRateFeed, noteRates } from '../../store/money/rate-feeds.ts';
import { type Context, later, type Processor } from '../context/context.ts';

/** How soon a source that did not answer is asked again, unless the usual interval is shorter. */
const retryMs = 900_000;

/** Fetches the rates of one base currency. An order waits while the rate that it needs is missing, stale or absurd. */
export const fetchRates: Processor<'feedId'> = async ({ feedId }, ctx) => {
  const { rates: source } = ctx.providers;
  const feed = await ctx.store.read(em => findRateFeed(em, feedId as RateFeedId));
  if (!feed || !source) return 'nothing to do: no source of rates is configured';
  try {
    const { asOf, quotes } = await source.latest(feed.base, { signal: ctx.signal });
    return await keep(ctx, feed, source.name, { asOf, quotes });
  } catch (error) {
    if (!isFailure(error)) throw error;
    const at = later(ctx, Math.min(retryMs, ctx.config.fxFetchIntervalMs));
    await ctx.store.transaction(em => noteRates(em, feed.id, { error: error.code }, at));
    ctx.log.warn({ source: source.name, code: error.code, err: error }, 'no exchange rates');
    return `no rates from ${source.name} (${error.code}), asked again at ${at.toISOString()}`;
  }
};

async function keep(ctx: Context, { id, base }: RateFeed, source: string, { asOf, quotes }: Rates): Promise<string> {
  const held = await ctx.store.transaction(async em => {
    const jumped: string[] = [];
    for (const { quote, rate } of quotes) {
      const taken = await takeRate(em, { base, quote, rate, source, asOf });
      if (taken.held) jumped.push(quote);
    }
    await noteRates(em, id, { at: ctx.now() }, later(ctx, ctx.config.fxFetchIntervalMs));
    return jumped;
  });
  if (held.length > 0) ctx.log.error({ source, base, held }, 'exchange rates jumped: an admin must confirm them');
  const waiting = held.length > 0 ? `; ${held.join(', ')} jumped and must be confirmed` : '';
  return `${quotes.length} rates of ${source} as of ${asOf.toISOString()}${waiting}`;
}
