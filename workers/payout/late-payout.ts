import { hasComeBack } from '../../domain/payout-leg.ts';
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

/** How a provider's event names a payout: by our idempotency key, the provider's reference, or both. */
type Named = { readonly key?: string | undefined; readonly reference?: string | undefined };

/**
 * Handles a provider's event about a payout of any generation. Wakes the leg, which is read back. A payout in doubt is
 * proven first, where the provider shows it. A payout that was given up is read here, and kept as a contradiction if it
 * happened. Undefined when the event names no payout of ours.
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
      // A leg that has ended is woken too: its money may have come back, or arrived after all.
      await enqueueWoken(enqueue, wakeLeg(em, leg.id), payoutQueue.jobFor);
    }
    const what = legs.length === 1 ? 'the leg' : `each of ${legs.length} legs`;
    return `${type}: ${what} of payout ${effect.idempotencyKey} is read back`;
  });
}

/** Reads the payout by the event's reference. It proves the effect only if the provider shows our key with it. */
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

/** Reads a payout that was given up. Even a payout without a final state contradicts us: it should not exist at all. */
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
  const agrees = missing || hasComeBack(state);
  if (agrees && effect.lastCode !== 'EFFECT_CONTRADICTED')
    return `payout ${idempotencyKey} was given up, and is ${rawStatus}`;
  await ctx.store.transaction(em => keepContradiction(em, effect, shown));
  return `payout ${idempotencyKey} was given up, and ${route.label} says ${rawStatus}: a person decides`;
}
