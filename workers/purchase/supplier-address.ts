import { invariant, Terminal } from '../../domain/call-outcome.ts';
import { dayMs } from '../../domain/durations.ts';
import { type Destination, toDestination } from '../../providers/aliexpress/address.ts';
import type { Province } from '../../providers/aliexpress/address-names.ts';
import type { AliExpressClient } from '../../providers/aliexpress/client.ts';
import { credentialOf } from '../../store/connections/credentials.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { ReconnectNeeded, withToken } from '../connections/fresh-token.ts';
import { type Context, later } from '../context/context.ts';

/** The order's address in AliExpress's form. @throws Terminal `ADDRESS_…`: what the reseller has to correct */
export async function destinationOf(ctx: Context, order: Order): Promise<Destination> {
  const { shipTo } = order;
  invariant(shipTo, `order ${order.id} has an address`);
  return toDestination(shipTo, await placesIn(ctx, order, shipTo.country));
}

/** AliExpress's names of the country's provinces and cities; empty without an account that may read them. */
async function placesIn(ctx: Context, { userId }: Order, country: string): Promise<readonly Province[]> {
  const known = await keptPlaces(ctx, country)?.catch(() => undefined); // the caller that asked gets the error
  if (known) return known;
  const { environment } = ctx.config.aliexpress;
  const credential = await ctx.store.read(em => credentialOf(em, userId, 'aliexpress-dropshipping', environment));
  if (credential?.status !== 'HEALTHY') return [];
  try {
    return await (keptPlaces(ctx, country) ?? askOnce(ctx, credential, country));
  } catch (error) {
    // Where we may not ask, names are taken as they are; the purchase finds out whether the account may still buy.
    // Any other failure is thrown, so that the list is asked for again: without it a right address may be refused.
    if (!(error instanceof Terminal || error instanceof ReconnectNeeded)) throw error;
    ctx.log.warn({ country, code: error.code }, 'AliExpress does not give its names of places');
    return [];
  }
}

/** An empty list may be a passing fault at AliExpress: it is kept for a short time only. */
const emptyKeptMs = 600_000;

type Kept = { readonly places: Promise<readonly Province[]>; untilMs: number };

/** The lists are the same for all accounts, and AliExpress allows all our users together four calls a second. */
const kept = new WeakMap<AliExpressClient, Map<string, Kept>>();

function keptPlaces({ providers, now }: Context, country: string): Kept['places'] | undefined {
  const found = kept.get(providers.aliexpress)?.get(country);
  return found && found.untilMs > now().getTime() ? found.places : undefined;
}

/** Reads a country's list; callers that ask for the same country meanwhile share the call. */
function askOnce(ctx: Context, credential: Credential, country: string): Promise<readonly Province[]> {
  const { aliexpress } = ctx.providers;
  const answers = kept.get(aliexpress) ?? new Map<string, Kept>();
  kept.set(aliexpress, answers);
  const answer: Kept = {
    places: withToken(ctx, credential, token => aliexpress.getAddress(token, country, { signal: ctx.signal })),
    untilMs: later(ctx, dayMs).getTime(),
  };
  answers.set(country, answer);
  return answer.places.then(
    places => {
      if (places.length === 0) answer.untilMs = later(ctx, emptyKeptMs).getTime();
      return places;
    },
    error => {
      if (answers.get(country) === answer) answers.delete(country);
      throw error;
    },
  );
}
