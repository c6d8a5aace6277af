import { NotNow, Retryable, Terminal } from '../../domain/call-outcome.ts';
import { collectedName, effectKey, type OutsideName } from '../../domain/effect-key.ts';
import { legStates } from '../../domain/payout-leg.ts';
import { LostClaim } from '../../store/database/due-row.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { isInDoubt, isKeyUsed } from '../../store/effects/effects.ts';
import { askedWhenLeaving, type Hindrance, type Intent } from '../../store/effects/intent.ts';
import type { Effect, PayoutLeg } from '../../store/entities/money.ts';
import { findOrder } from '../../store/orders/orders.ts';
import { nameOfLeg } from '../../store/orders/outside-names.ts';
import { type CollectedPayout, collectionOf, stillCollected } from '../../store/payouts/collected-payouts.ts';
import { legHindrance } from '../../store/payouts/leg-hindrance.ts';
import {
  assertLegOwner,
  claimLeg,
  findLegs,
  legAmount,
  lockLeg,
  lockLegs,
  lockOrdersOf,
} from '../../store/payouts/legs.ts';
import { once } from '../../store/send-once.ts';
import { type Context, onceContext } from '../context/context.ts';
import { acceptedByProvider } from './apply-status.ts';
import { partOf } from './part-of-collected.ts';
import type { PayoutRoute, Sent } from './payout-route.ts';

/** Sends the payout of a released leg, once: alone, or together with the legs that it was collected with. */
export async function sendPayout(ctx: Context, leg: PayoutLeg, route: PayoutRoute): Promise<Sent> {
  const { collected, everCollected } = await ctx.store.read(em => collectionOf(em, leg.id));
  const ofRoute = byRoute(route, ctx.config.payoutMinimumUsd > 0 || everCollected);
  if (!collected) return once(onceContext(ctx), { ...ofRoute, ...alone(leg, route) });
  const ofAll = await together(ctx, leg, route, collected);
  return once(onceContext(ctx), { ...ofRoute, ...ofAll }).catch((error: unknown) => {
    if (!(error instanceof Terminal)) throw error;
    throw new Retryable('PAYOUT_TAKEN_APART', `each is tried alone: together they were refused, ${error.message}`);
  });
}

type OfRoute = Omit<Intent<Sent>, keyof OfLegs>;
type OfLegs = Pick<
  Intent<Sent>,
  'subject' | 'keyFor' | 'freeze' | 'mayStillLeave' | 'assertOwner' | 'leaving' | 'record'
>;

const byRoute = (route: PayoutRoute, mayHaveOtherKeys: boolean): OfRoute => ({
  purpose: 'pay',
  route: route.name,
  account: route.account,
  environment: route.environment,
  resendForMs: route.resendForMs,
  lookForMs: route.lookForMs,
  deduplicates: route.deduplicates,
  mayHaveOtherKeys,
  find: effect => route.find(effect),
  send: (effect, departure) => route.send(effect, departure),
});

const alone = (leg: PayoutLeg, route: PayoutRoute): OfLegs => ({
  subject: leg.id,
  keyFor: async (em, number) => effectKey('pay', await nameOfLeg(em, leg), number),
  freeze: key => route.freeze({ receiver: leg.receiver, amount: legAmount(leg), note: `Order ${leg.orderId}` }, key),
  mayStillLeave: askedWhenLeaving,
  assertOwner: em => assertLegOwner(em, leg),
  // Under the order's lock, so that no refund is booked in between.
  leaving: em => legHindrance(em, leg),
  record: (em, sent, effect) => acceptedByProvider(em, leg, route, { ...sent, key: effect.idempotencyKey }),
});

/** Takes over all members of a collected payout, and sends for all of them. */
async function together(ctx: Context, leg: PayoutLeg, route: PayoutRoute, collected: CollectedPayout): Promise<OfLegs> {
  const members = await ctx.store.transaction(em => takeOver(em, leg, collected));
  const { receiver, sum } = collected;
  return {
    subject: collected.id,
    keyFor: async (em, number) => {
      const names = [];
      for (const member of members) names.push(await nameOfLeg(em, member));
      return freeKey(em, collectedName(names), number);
    },
    freeze: key => route.freeze({ receiver, amount: sum, note: `${members.length} orders` }, key),
    mayStillLeave: askedWhenLeaving,
    assertOwner: async em => {
      await lockLegs(em, members);
      // Another run may have sent it meanwhile, been refused, and dissolved the collection.
      if (!(await stillCollected(em, collected))) throw new LostClaim(leg.id);
    },
    leaving: (em, effect) => hindranceOf(ctx, em, members, effect),
    record: async (em, sent, { idempotencyKey: key }) => {
      for (const member of members)
        await acceptedByProvider(em, member, partOf(route, collected, member.id), { ...sent, key });
    },
  };
}

/** The same members may have been collected before under other numbers of this name: takes the first unused key. */
async function freeKey(em: EntityManager, name: OutsideName, number: number): Promise<string> {
  const key = effectKey('pay', name, number);
  return (await isKeyUsed(em, key)) ? freeKey(em, name, number + 1) : key;
}

async function takeOver(em: EntityManager, leg: PayoutLeg, { members }: CollectedPayout): Promise<PayoutLeg[]> {
  await lockOrdersOf(
    em,
    await findLegs(
      em,
      members.map(({ legId }) => legId),
    ),
  );
  // Another member's run may have taken over this leg: then that run sends.
  await lockLeg(em, leg);
  const legs: PayoutLeg[] = [];
  for (const { legId } of members) {
    const member = legId === leg.id ? leg : await claimLeg(em, legId, legStates);
    if (!member) throw new LostClaim(legId);
    legs.push(member);
  }
  return legs;
}

/**
 * A hindrance of one member hinders all, because the sum is frozen.
 * @throws NotNow while the effect is in doubt and the order of a member is frozen
 */
async function hindranceOf(
  { config }: Context,
  em: EntityManager,
  members: readonly PayoutLeg[],
  effect: Effect,
): Promise<Hindrance | undefined> {
  for (const member of members) {
    const { beneficiary, orderId, status } = member;
    if (status !== 'SENT') return { note: `the payout of order ${orderId} to ${beneficiary} is ${status}` };
    const stopped = (await findOrder(em, orderId))?.frozenFor;
    if (stopped && isInDoubt(effect))
      throw new NotNow('ORDER_FROZEN', `order ${orderId} is frozen: ${stopped}`, {
        retryAfterMs: config.waitRecheckMs,
      });
    if (stopped) return { note: `order ${orderId} is frozen: ${stopped}` };
    const hindrance = await legHindrance(em, member);
    if (hindrance) return hindrance;
  }
  return undefined;
}
