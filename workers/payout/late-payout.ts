import { cameBack, type LegState } from '../../domain/payout-leg.ts';
import { enqueueWoken } from '../../queues/enqueue-woken.ts';
import { payoutQueue } from '../../queues/payout.ts';
import { keepContradiction } from '../../store/contradictions.ts';
import { isInDoubt, proveOpen } from '../../store/effects/effects.ts';
import type { Effect } from '../../store/entities/money.ts';
import { note } from '../../store/orders/timeline.ts';
import { payoutEffect, wakeLeg } from '../../store/payouts/legs.ts';
import { legsOfPayout } from '../../store/payouts/payouts-of-leg.ts';
import { atAccount } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { acceptedByProvider } from './apply-status.ts';
import { payoutRoute } from './choose-route.ts';
import { partFor } from './part-of-collected.ts';

/** What a provider's news names a payout by: our key, and its own reference. */
export type Named = { readonly key?: string | undefined; readonly reference?: string | undefined };

const notThere: ReadonlySet<LegState | undefined> = new Set<LegState>(cameBack);

/**
 * A provider tells of a payout, in whichever generation it was sent: its leg is read back. One that was given up is asked
 * about by itself; what happened all the same is kept as a contradiction. One of which nobody knew is proven by its
 * news. Nothing when no payout of ours is named.
 */
export async function latePayout(
  ctx: Context,
  route: 'paypal' | 'payoneer',
  type: string,
  named: Named,
): Promise<string | undefined> {
  const effect = await ctx.store.read(em => payoutEffect(em, route, named));
  if (!effect) return undefined;
  if (effect.status === 'DISPROVEN') return givenUp(ctx, route, effect, named);
  if (isInDoubt(effect)) await proven(ctx, route, effect, named);
  return ctx.transact(async (em, enqueue) => {
    const legs = await legsOfPayout(em, effect);
    for (const leg of legs) {
      if (leg.status === 'NEEDS_REVIEW')
        await note(em, leg.orderId, 'noted', `${type}: its provider tells of the payout that is in review`, {
          ...named,
        });
      // Also when it has ended: its money may have come back, or arrived after all.
      await enqueueWoken(enqueue, wakeLeg(em, leg.id), payoutQueue.jobFor);
    }
    const what = legs.length === 1 ? 'the leg' : `each of ${legs.length} legs`;
    return `${type}: ${what} of payout ${effect.idempotencyKey} is read back`;
  });
}

/** The event is a hint: the provider is asked under the name that it gives, and shows our key, or proves nothing. */
async function proven(
  ctx: Context,
  name: 'paypal' | 'payoneer',
  effect: Effect,
  { reference = effect.idempotencyKey }: Named,
): Promise<void> {
  const route = payoutRoute(atAccount(ctx, name, effect.account), { route: name });
  const { key, missing } = await route.stand(reference);
  if (missing || key !== effect.idempotencyKey) return;
  await ctx.store.transaction(async em => {
    if (!(await proveOpen(em, effect, { reference }))) return;
    for (const leg of await legsOfPayout(em, effect))
      await acceptedByProvider(em, leg, await partFor(em, route, leg, effect), { reference, key });
  });
}

/** The event is a hint: the provider is asked. What is not final either was not to exist at all. */
async function givenUp(
  ctx: Context,
  name: 'paypal' | 'payoneer',
  effect: Effect,
  { reference = effect.idempotencyKey }: Named,
): Promise<string> {
  const route = payoutRoute(atAccount(ctx, name, effect.account), { route: name });
  const { key, state, rawStatus, amount, itemId, missing } = await route.stand(reference);
  const { idempotencyKey } = effect;
  if (key !== undefined && key !== idempotencyKey) return `payout ${reference} is ${key}, not ${idempotencyKey}`;
  const shown = {
    reference,
    status: rawStatus,
    ...(itemId ? { item: itemId } : {}),
    ...(amount ? { amountMinor: `${amount.amountMinor}`, currency: amount.currency } : {}),
  };
  const agrees = missing || notThere.has(state);
  if (agrees && effect.lastCode !== 'EFFECT_CONTRADICTED')
    return `payout ${idempotencyKey} was given up, and is ${rawStatus}`;
  await ctx.store.transaction(em => keepContradiction(em, effect, shown));
  return `payout ${idempotencyKey} was given up, and ${route.label} says ${rawStatus}: a person decides`;
}
