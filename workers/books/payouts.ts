import { type Money, money, zero } from '../../domain/money.ts';
import { cameBack, hasComeBack, type LegState } from '../../domain/payout-leg.ts';
import { legsToCheck } from '../../store/books/rows-to-check.ts';
import type { PayoutLeg } from '../../store/entities/money.ts';
import { legAmount } from '../../store/payouts/legs.ts';
import { newestPayout } from '../../store/payouts/payouts-of-leg.ts';
import { atAccount } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { payoutRoute } from '../payout/choose-route.ts';
import { partFor } from '../payout/part-of-collected.ts';
import type { PayoutStatus } from '../payout/payout-route.ts';
import { followedSince, onceAsked, overRows, type Question, sameAmount } from './check-stage.ts';

/** A leg that we do not believe paid, although something was sent for it. */
const notPaid: LegState[] = [...cameBack, 'CANCELLED', 'NEEDS_REVIEW'];

/** Payouts with a provider's number: a paid one must match our amount and fee, an unpaid one must have no money out. */
export const payouts = overRows(
  'payouts',
  (ctx, after, limit) =>
    ctx.store.read(em => legsToCheck(em, ['PAID', ...notPaid], { after, since: followedSince(ctx), limit })),
  (ctx, leg) => (leg.status === 'PAID' ? ofPayout(ctx, leg) : [ofNoPayout(ctx, leg)]),
);

/** The payout's status, read from the account that it was sent from. */
async function standing(ctx: Context, leg: PayoutLeg): Promise<PayoutStatus> {
  const effect = await ctx.store.read(em => newestPayout(em, leg));
  const route = payoutRoute(effect ? atAccount(ctx, leg.route, effect.account) : ctx, leg);
  const then = effect ? await ctx.store.read(em => partFor(em, route, leg, effect)) : route;
  return then.stand(leg.providerBatchId ?? '');
}

function ofPayout(ctx: Context, leg: PayoutLeg): Question[] {
  const { id: about, orderId: subject, currency } = leg;
  const stands = onceAsked(() => standing(ctx, leg));
  const fee = money(leg.feeMinor ?? 0n, currency);
  const whenPaid = async (amount: () => Promise<Money | undefined>) =>
    (await stands()).state === 'PAID' ? amount() : undefined;
  const arrived = { rule: 'the payout arrived as we booked it', subject, about } as const;
  const cost = { rule: 'the payout cost the fee that we booked', subject, about } as const;
  return [
    sameAmount(arrived, legAmount(leg), () => whenPaid(async () => (await stands()).amount)),
    sameAmount(cost, fee, () => whenPaid(async () => (await stands()).fee ?? fee)),
  ];
}

function ofNoPayout(ctx: Context, leg: PayoutLeg): Question {
  const { id: about, orderId: subject } = leg;
  const rule = 'no money is out for a payout that we do not believe paid';
  return sameAmount({ rule, subject, about }, zero(leg.currency), async () => {
    const { state, amount = legAmount(leg) } = await standing(ctx, leg);
    return hasComeBack(state) ? zero(leg.currency) : amount;
  });
}
