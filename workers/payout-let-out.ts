/** Whether the funds for a payout are there, and which legs leave together. */
import { platformCurrency } from '../domain/fees.ts';
import { add, formatMoney, isGreater, type Money, money, sum, zero } from '../domain/money.ts';
import { collect } from '../store/collected-payouts.ts';
import { companions, lockCompanions } from '../store/companions.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import { type Reserved, reserve } from '../store/funding.ts';
import { fitToSale } from '../store/leg-worth.ts';
import { legAmount, lockLeg, moveLeg } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { newestPayout, withdrawUnsentPayout } from '../store/payouts-of-leg.ts';
import { shortageText, withBalance } from './balance.ts';
import type { Context } from './context.ts';
import { readdress } from './payout-address.ts';
import type { PayoutRoute } from './payout-route.ts';
import { again, skip } from './payout-trouble.ts';

/** Nobody waits longer for others. */
const collectForMs = 86_400_000;

const minimumOf = ({ config }: Context): Money => money(BigInt(config.payoutMinimumUsd) * 100n, platformCurrency);

/** Moves the leg to SENT, alone or with others for the same receiver; gives a text when it stays. */
export async function letOut(ctx: Context, leg: PayoutLeg, route: PayoutRoute): Promise<string | undefined> {
  const isCollected = await mayBeCollected(ctx, leg, route);
  const until = isCollected ? await waitsForOthers(ctx, leg) : undefined;
  if (until) return again(ctx, leg, until, `collected until ${until.toISOString()}, or ${formatMoney(minimumOf(ctx))}`);
  const payer = { ownerId: null, provider: route.name, read: route.balance };
  const held = await withBalance<Reserved>(ctx, payer, async em => {
    const others = isCollected ? await lockCompanions(em, leg) : [];
    await lockLeg(em, leg);
    const answer = await reserveFor(em, leg, route.feeMax);
    if (!answer.reserved || leg.status === 'CANCELLED') return answer;
    const members: [PayoutLeg, ...PayoutLeg[]] = [leg];
    for (const other of others) if (await joins(em, leg, other)) members.push(other);
    if (members.length > 1) await collect(em, members);
    for (const member of members) await moveLeg(em, member, 'SENT');
    return answer;
  });
  if (leg.status === 'CANCELLED') return 'CANCELLED: its sale was refunded';
  return held.reserved ? undefined : skip(ctx, leg, shortageText(held));
}

/** Where a payout costs nothing there is nothing to save; what came back is paid by itself. */
async function mayBeCollected(ctx: Context, leg: PayoutLeg, route: PayoutRoute): Promise<boolean> {
  if (minimumOf(ctx).amountMinor === 0n || route.feeMax.amountMinor === 0n) return false;
  return (await ctx.store.read(em => newestPayout(em, leg)))?.firstSentAt == null;
}

/** Until when the leg waits for others that are owed to its receiver; nothing once there is enough, or long enough. */
async function waitsForOthers(ctx: Context, leg: PayoutLeg): Promise<Date | undefined> {
  const others = await ctx.store.read(em => companions(em, leg));
  const due = sum([leg, ...others].map(legAmount), leg.currency);
  if (!isGreater(minimumOf(ctx), due)) return undefined;
  const oldest = Math.min(...[leg, ...others].map(({ notBefore }) => notBefore.getTime()));
  const until = new Date(oldest + collectForMs);
  return until > ctx.now() ? until : undefined;
}

/** Makes the leg what its sale is worth now, and reserves that and the fee. */
async function reserveFor(em: EntityManager, leg: PayoutLeg, fee: Money): Promise<Reserved> {
  await fitToSale(em, leg);
  if (leg.status === 'CANCELLED') return { reserved: true };
  const { id: subject, userId, route: provider } = leg;
  const amount = add(legAmount(leg), fee);
  return reserve(em, { ownerId: null, provider, purpose: 'pay', subject, userId, amount });
}

/** Goes where the first one goes. One whose money is not there, or which is worth nothing any more, stays. */
async function joins(em: EntityManager, { route, receiver, currency }: PayoutLeg, other: PayoutLeg): Promise<boolean> {
  await withdrawUnsentPayout(em, other);
  if (await newestPayout(em, other).then(sent => sent?.firstSentAt)) return false;
  if (other.route !== route || other.receiver !== receiver) await readdress(em, other, { provider: route, receiver });
  const { reserved } = await reserveFor(em, other, zero(currency));
  return reserved && other.status !== 'CANCELLED';
}
