import { type PayTo, presentReceiver, restingChange } from '../../store/accounts/receivers.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { isInDoubt } from '../../store/effects/effects.ts';
import type { PayoutLeg } from '../../store/entities/money.ts';
import { note } from '../../store/orders/timeline.ts';
import { lockLeg, recheckLeg, saveReceiver } from '../../store/payouts/legs.ts';
import { newestPayout, withdrawUnsentPayout } from '../../store/payouts/payouts-of-leg.ts';
import type { Context } from '../context/context.ts';
import type { Ended } from '../step/stopped-early.ts';

/**
 * Gives the leg its beneficiary's present payout address. Once the payout is sent, the address is frozen until the
 * provider says that nothing arrived. A payout that came back waits while a change of that address is not yet in force:
 * that ends the step.
 */
export const addressNow = (ctx: Context, leg: PayoutLeg): Promise<Ended | undefined> =>
  ctx.store.transaction(async em => {
    await lockLeg(em, leg);
    const last = await newestPayout(em, leg);
    if (isInDoubt(last)) return undefined;
    const to = await presentOf(ctx, em, leg);
    const same = leg.route === to.provider && leg.receiver === to.receiver;
    const cameBack = last?.status === 'DISPROVEN' && last.firstSentAt != null;
    const change = same && cameBack && leg.beneficiary === 'reseller' ? await restingChange(em, leg.userId) : null;
    if (change) {
      await recheckLeg(em, leg, change.holdsFrom);
      const until = change.holdsFrom.toISOString();
      return { ended: `came back from ${leg.receiver}: waits until ${until}, when another address takes effect` };
    }
    if (!same) await readdress(em, leg, to);
    return undefined;
  });

const presentOf = async ({ config }: Context, em: EntityManager, { beneficiary, userId }: PayoutLeg): Promise<PayTo> =>
  beneficiary === 'admin'
    ? { provider: 'paypal', receiver: config.adminPayoutEmail }
    : presentReceiver(em, userId, config.payoutProvider);

/** Sets another payout address. The caller must own the leg. */
export async function readdress(
  em: EntityManager,
  leg: PayoutLeg,
  { provider: route, receiver }: PayTo,
): Promise<void> {
  // A request that was frozen and never sent has the old address.
  await withdrawUnsentPayout(em, leg);
  const text = `payout to ${leg.beneficiary} goes to ${receiver} by ${route} now, not to ${leg.receiver} by ${leg.route}`;
  await saveReceiver(em, leg, { route, receiver });
  await note(em, leg.orderId, 'noted', text, { leg: leg.id });
}
