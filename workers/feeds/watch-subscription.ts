import { invariant, isFailure, Terminal } from '../../domain/call-outcome.ts';
import { hourMs } from '../../domain/durations.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import type { Destination, Subscription } from '../../providers/ebay/notifications.ts';
import { findCredential } from '../../store/connections/credentials.ts';
import { findSubscription, noteSubscription } from '../../store/connections/ebay-subscriptions.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { EbaySubscription } from '../../store/entities/subscription.ts';
import { withToken } from '../connections/fresh-token.ts';
import { type Context, later, type Processor } from '../context/context.ts';
import { meaningOf } from '../step/error-meaning.ts';

const topic = 'ORDER_CONFIRMATION';
/**
 * Meanwhile the feeds find orders that eBay did not notify us of. A check takes two calls, and the Notification API
 * allows 8,000 a day: enough for a thousand sellers.
 */
const checkEveryMs = 6 * hourMs;
const afterTroubleMs = 300_000;

/** Makes sure that eBay notifies us of a seller's orders: endpoint enabled, topic subscribed, and tested once. */
export const watchSubscription: Processor<'subscriptionId'> = async ({ subscriptionId }, ctx) => {
  const row = await ctx.store.read(em => findSubscription(em, subscriptionId as SubscriptionId));
  const seller = row && (await ctx.store.read(em => findCredential(em, row.credentialId)));
  if (!row || !seller) return 'nothing to do: there is no such subscription';
  if (seller.status !== 'HEALTHY') return rest(ctx, row);
  try {
    const { destination, revived } = await standingDestination(ctx);
    const subscription = await standingSubscription(ctx, seller, destination);
    const testedAt = row.testedAt ?? (await test(ctx, seller, subscription));
    const found = { subscriptionId: subscription.id, testedAt, trouble: null, revived: row.revived + revived };
    await ctx.store.transaction(em => noteSubscription(em, row.id, found, ctx.now(), later(ctx, checkEveryMs)));
    return revived > 0 ? 'eBay had given up on our endpoint: switched on again' : 'eBay tells us of orders';
  } catch (error) {
    if (!isFailure(error)) throw error;
    // A missing permission will still be missing in five minutes; the account's other work is not affected.
    const at = later(ctx, meaningOf(error).kind === 'not-permitted' ? checkEveryMs : afterTroubleMs);
    await ctx.store.transaction(em => noteSubscription(em, row.id, { trouble: error.code }, ctx.now(), at));
    ctx.log.warn({ credentialId: seller.id, code: error.code, err: error }, 'eBay may not tell us of orders');
    return `eBay may not tell us of orders (${error.code}), looked at again at ${at.toISOString()}`;
  }
};

/** Rests until the account is connected again, which schedules the subscription anew. */
async function rest(ctx: Context, row: EbaySubscription): Promise<string> {
  await ctx.store.transaction(em => noteSubscription(em, row.id, {}, ctx.now(), null));
  return 'nothing to do: the account is not connected';
}

const endpointOf = (ctx: Context): string => `${ctx.config.publicUrl}/api/webhooks/ebay`;

/** The destination at eBay, which all sellers share. */
async function standingDestination(ctx: Context): Promise<{ destination: Destination; revived: number }> {
  const { notifications } = ctx.providers.ebay;
  const options = { signal: ctx.signal };
  const endpoint = endpointOf(ctx);
  const facts = { name: 'orders', endpoint, verificationToken: ctx.config.ebay.verificationToken };
  const find = async () => (await notifications.listDestinations(options)).find(one => one.endpoint === endpoint);
  const before = await find();
  if (before?.status === 'ENABLED') return { destination: before, revived: 0 };
  if (before) {
    await notifications.enableDestination(before.id, facts, options);
    ctx.log.error({ endpoint, status: before.status }, 'eBay had given up on our endpoint: switched on again');
  } else {
    await notifications.setAlertEmail(ctx.config.adminPayoutEmail, options);
    await notifications.createDestination(facts, options).catch(unless('EBAY_195021'));
  }
  const destination = await find();
  invariant(destination, 'eBay lists the destination that it has just accepted');
  return { destination, revived: before ? 1 : 0 };
}

async function standingSubscription(
  ctx: Context,
  seller: Credential,
  { id: destinationId }: Destination,
): Promise<Subscription> {
  const { notifications } = ctx.providers.ebay;
  const options = { signal: ctx.signal };
  const find = async () => {
    const all = await withToken(ctx, seller, token => notifications.listSubscriptions(token, options));
    return all.find(one => one.topic === topic && one.destinationId === destinationId);
  };
  const before = await find();
  if (before?.status === 'ENABLED') return before;
  await withToken(ctx, seller, token =>
    before
      ? notifications.enableSubscription(token, before.id, options)
      : notifications.createSubscription(token, { topic, destinationId }, options).catch(unless('EBAY_195012')),
  );
  const subscription = await find();
  invariant(subscription, 'eBay lists the subscription that it has just accepted');
  return subscription;
}

async function test(ctx: Context, seller: Credential, { id }: Subscription): Promise<Date> {
  const { notifications } = ctx.providers.ebay;
  await withToken(ctx, seller, token => notifications.testSubscription(token, id, { signal: ctx.signal }));
  return ctx.now();
}

/** Ignores the refusal that says the object exists already: another job has just created it. */
const unless = (code: string) => (error: unknown) => {
  if (!(error instanceof Terminal && error.code === code)) throw error;
};
