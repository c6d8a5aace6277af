import type { Posting } from '../domain/ledger.ts';
import { add, equals, formatMoney } from '../domain/money.ts';
import { Terminal } from '../domain/outcome.ts';
import { legPaid, legReturned, payoutCharged } from '../domain/postings.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import { consume, moneyReturned, release } from '../store/funding.ts';
import { post } from '../store/ledger.ts';
import { cancelRequested, legAmount, moveLeg, neverCreated } from '../store/legs.ts';
import type { EntityManager } from '../store/open.ts';
import { type Context, later } from './context.ts';
import { missedTooLong } from './payout-missing.ts';
import type { PayoutRoute, Standing } from './payout-route.ts';
import { again, rest, review } from './payout-trouble.ts';

/** An unclaimed payout returns by itself after 30 days. */
const unclaimedAgainMs = 6 * 3_600_000;

/** Moves the leg to where its provider says it stands. */
export async function takeStanding(
  ctx: Context,
  leg: PayoutLeg,
  route: PayoutRoute,
  standing: Standing,
): Promise<string> {
  const { state, rawStatus, reason = rawStatus } = standing;
  const look = (ms: number, text: string) => again(ctx, leg, later(ctx, ms), text);
  switch (state) {
    case undefined:
      if (standing.missing && (await missedTooLong(ctx, leg, route))) return `NEEDS_REVIEW: ${neverCreated}`;
      return look(ctx.config.payoutPollMs, `${route.label} says ${rawStatus}`);
    case 'PAID':
      return leg.status === 'PAID' ? rest(ctx, leg, 'still paid') : paid(ctx, leg, route, standing);
    case 'UNCLAIMED': {
      if (leg.reason === cancelRequested) {
        await route.cancel(standing);
        return look(ctx.config.payoutPollMs, 'taken back; read again');
      }
      if (leg.status === 'UNCLAIMED') return look(unclaimedAgainMs, 'still unclaimed');
      const at = later(ctx, unclaimedAgainMs);
      const facts = { reason, providerItemId: standing.itemId ?? null, nextCheckAt: at };
      await ctx.store.transaction(em => moveLeg(em, leg, 'UNCLAIMED', facts));
      return `UNCLAIMED: ${reason}`;
    }
    default:
      return notPaid(ctx, leg, route, { ...standing, state });
  }
}

const shareOf = (leg: PayoutLeg) => ({
  beneficiary: leg.beneficiary,
  holder: leg.userId,
  amount: legAmount(leg),
  from: leg.route,
});

async function paid(ctx: Context, leg: PayoutLeg, route: PayoutRoute, standing: Standing): Promise<string> {
  const amount = legAmount(leg);
  const { itemId = leg.id } = standing;
  if (standing.amount && !equals(standing.amount, amount)) {
    const text = `${route.label} paid ${formatMoney(standing.amount)} where ${formatMoney(amount)} was due`;
    return review(ctx, leg, new Terminal('PAYOUT_OF_ANOTHER_AMOUNT', text));
  }
  // Where the provider does not say its fee, the one that was held back for it is taken for it.
  const fee = standing.fee?.currency === amount.currency ? standing.fee : route.feeMax;
  await ctx.store.transaction(async em => {
    await consume(em, 'pay', leg.id, add(amount, fee));
    await moveLeg(em, leg, 'PAID', { feeMinor: fee.amountMinor, providerItemId: itemId, reason: null });
    await book(em, leg, `leg:${leg.id}:${itemId}`, legPaid({ ...shareOf(leg), fee }));
  });
  return `PAID: ${formatMoney(amount)}`;
}

/** Failed, returned or reversed: the money is owed again. What was booked as paid is taken back. */
async function notPaid(
  ctx: Context,
  leg: PayoutLeg,
  route: PayoutRoute,
  { state, rawStatus, reason = rawStatus, itemId, fee }: Standing & { state: NonNullable<Standing['state']> },
): Promise<string> {
  const wasPaid = leg.status === 'PAID';
  // What was paid cannot fail any more: a provider that calls it so has the money back.
  const to = wasPaid && state === 'FAILED' ? 'RETURNED' : state;
  const providerItemId = itemId ?? leg.providerItemId ?? null;
  await ctx.store.transaction(async em => {
    await (wasPaid ? moneyReturned : release)(em, 'pay', leg.id);
    if (wasPaid) await book(em, leg, `leg-back:${leg.id}:${providerItemId}`, legReturned(shareOf(leg)));
    // What came back had left, and has cost its fee; what failed never left.
    else if (fee && to !== 'FAILED')
      await book(em, leg, `leg-fee:${leg.id}:${providerItemId}`, payoutCharged({ fee, from: leg.route }));
    await moveLeg(em, leg, to, { reason, providerItemId });
  });
  ctx.log.warn({ legId: leg.id, orderId: leg.orderId, route: route.name, rawStatus }, 'payout did not arrive');
  return `${to}: ${reason}`;
}

const book = (em: EntityManager, leg: PayoutLeg, event: string, postings: Posting[]) =>
  post(em, { source: leg.route, event, orderId: leg.orderId, postings });
