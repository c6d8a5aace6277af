/** Whether the funds for a payout are there, and which legs leave together. */
import { dayMs } from '../../domain/durations.ts';
import { platformCurrency } from '../../domain/fees.ts';
import { add, formatMoney, isGreater, type Money, money, sum } from '../../domain/money.ts';
import { timeIn } from '../../store/database/clock.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { PayoutLeg } from '../../store/entities/money.ts';
import { type Reserved, reserve } from '../../store/money/funding.ts';
import { collect } from '../../store/payouts/collected-payouts.ts';
import { legAmount, lockLeg, moveLeg } from '../../store/payouts/legs.ts';
import { newestPayout, withdrawUnsentPayout } from '../../store/payouts/payouts-of-leg.ts';
import { companions, lockCompanions } from '../../store/payouts/sibling-legs.ts';
import { fitToSale } from '../../transactions/fit-payout-to-sale.ts';
import { shortageText, withBalance } from '../connections/payer-balance.ts';
import type { Context } from '../context/context.ts';
import { type Ended, ended } from '../step/stopped-early.ts';
import { recheckAt, skipUnfunded } from './leg-step.ts';
import { readdress } from './payout-address.ts';
import type { PayoutRoute } from './payout-route.ts';

/** When the other members are looked at: the first one's send is over by then, unless its process has died. */
const othersLookAfterMs = 15_000;

/** The longest that a leg waits for others to be collected with. */
const collectForMs = dayMs;

const minimumOf = ({ config }: Context): Money => money(BigInt(config.payoutMinimumUsd) * 100n, platformCurrency);

/** Moves the leg to SENT, alone or with others for the same receiver, or ends the step when it stays. */
export async function releasePayout(ctx: Context, leg: PayoutLeg, route: PayoutRoute): Promise<Ended | undefined> {
  const isCollected = await mayBeCollected(ctx, leg, route);
  const until = isCollected ? await waitsForOthers(ctx, leg) : undefined;
  if (until) {
    const note = `collected until ${until.toISOString()}, or ${formatMoney(minimumOf(ctx))}`;
    return ended(recheckAt(ctx, leg, until, { note }));
  }
  const payer = { ownerId: null, provider: route.name, read: route.balance };
  const held = await withBalance<Reserved>(ctx, payer, async em => {
    const others = isCollected ? await lockCompanions(em, leg) : [];
    await lockLeg(em, leg);
    // A request of its own that never left: the leg leaves together with others now.
    if (isCollected) await withdrawUnsentPayout(em, leg);
    await fitToSale(em, leg);
    if (leg.status === 'CANCELLED') return { reserved: true };
    const ready = [];
    for (const other of others) if (await goesAlong(em, leg, other)) ready.push(other);
    const answer = await reserveFor(em, leg, route.feeMax);
    if (!answer.reserved) return answer;
    const members: [PayoutLeg, ...PayoutLeg[]] = [leg];
    for (const other of ready) if ((await reserveFor(em, other, route.feeMax)).reserved) members.push(other);
    if (members.length > 1) await collect(em, members);
    await leave(em, members);
    return answer;
  });
  if (leg.status === 'CANCELLED') return { ended: 'CANCELLED: its sale was refunded' };
  return held.reserved ? undefined : ended(skipUnfunded(ctx, leg, { note: shortageText(held) }));
}

/** Collecting saves nothing where a payout costs nothing; a leg that was sent before is paid alone. */
async function mayBeCollected(ctx: Context, leg: PayoutLeg, route: PayoutRoute): Promise<boolean> {
  if (minimumOf(ctx).amountMinor === 0n || route.feeMax.amountMinor === 0n) return false;
  return (await ctx.store.read(em => newestPayout(em, leg)))?.firstSentAt == null;
}

/** Until when the leg waits for others of its receiver; undefined once the sum is enough or the wait is over. */
async function waitsForOthers(ctx: Context, leg: PayoutLeg): Promise<Date | undefined> {
  const others = await ctx.store.read(em => companions(em, leg));
  const due = sum([leg, ...others].map(legAmount), leg.currency);
  if (!isGreater(minimumOf(ctx), due)) return undefined;
  const oldest = Math.min(...[leg, ...others].map(({ notBefore }) => notBefore.getTime()));
  const until = new Date(oldest + collectForMs);
  return until > ctx.now() ? until : undefined;
}

/** Reserves the amount and a fee for each leg: a member that leaves the collection before the send is paid alone. */
async function reserveFor(em: EntityManager, leg: PayoutLeg, fee: Money): Promise<Reserved> {
  const { id: subject, userId, route: provider } = leg;
  const amount = add(legAmount(leg), fee);
  return reserve(em, { ownerId: null, provider, purpose: 'pay', subject, userId, amount });
}

/** Fits another leg to what its sale is worth now, and gives it the first one's address. False if nothing is due. */
async function goesAlong(em: EntityManager, { route, receiver }: PayoutLeg, other: PayoutLeg): Promise<boolean> {
  await withdrawUnsentPayout(em, other);
  if (other.route !== route || other.receiver !== receiver) await readdress(em, other, { provider: route, receiver });
  await fitToSale(em, other);
  return other.status !== 'CANCELLED';
}

/** Moves all members to SENT. The first one's run sends for all; the others are looked at when that must be over. */
async function leave(em: EntityManager, [first, ...others]: readonly PayoutLeg[]): Promise<void> {
  if (first) await moveLeg(em, first, 'SENT');
  for (const other of others) await moveLeg(em, other, 'SENT', { nextCheckAt: timeIn(em, othersLookAfterMs) });
}
