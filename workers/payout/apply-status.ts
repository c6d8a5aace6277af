import { Terminal } from '../../domain/call-outcome.ts';
import { hourMs } from '../../domain/durations.ts';
import type { Posting } from '../../domain/ledger.ts';
import { type LedgerEvent, ledgerEvent } from '../../domain/ledger-event.ts';
import { add, equals, formatMoney, type Money, subtract, sum } from '../../domain/money.ts';
import { legPaid, legReturned, payoutCharged } from '../../domain/postings.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { PayoutLeg } from '../../store/entities/money.ts';
import { consume, moneyReturned, partReturned } from '../../store/money/funding.ts';
import { postingsOf, postTurn } from '../../store/money/ledger.ts';
import { note } from '../../store/orders/timeline.ts';
import { overpaidBy } from '../../store/payouts/leg-worth.ts';
import {
  cancelRequested,
  goOnProvenLeg,
  legAmount,
  lockLeg,
  moveLeg,
  saveProviderReference,
} from '../../store/payouts/legs.ts';
import { fitToSale } from '../../transactions/fit-payout-to-sale.ts';
import { type Context, later } from '../context/context.ts';
import { recheck, review, waitForNews } from './leg-step.ts';
import { openTooLong } from './open-too-long.ts';
import type { PayoutRoute, PayoutStatus } from './payout-route.ts';

/** An unclaimed payout returns by itself after 30 days. */
const unclaimedAgainMs = 6 * hourMs;

/** Moves the leg to the state that its provider reports. */
export async function applyPayoutStatus(
  ctx: Context,
  leg: PayoutLeg,
  route: PayoutRoute,
  standing: PayoutStatus,
): Promise<string> {
  const { state, rawStatus, reason = rawStatus } = standing;
  const { payoutPollMs } = ctx.config;
  switch (state) {
    case undefined: {
      const asked = await openTooLong(ctx, leg, route, standing);
      if (asked) return `NEEDS_REVIEW: ${asked}`;
      return recheck(ctx, leg, payoutPollMs, { note: `${route.label} says ${rawStatus}` });
    }
    case 'PAID':
      if (leg.status === 'PAID') return waitForNews(ctx, leg, { note: 'still paid' });
      return paid(ctx, leg, route, standing);
    case 'UNCLAIMED': {
      if (leg.reason === cancelRequested || (await isTooMuch(ctx, leg))) {
        await route.cancel(standing);
        return recheck(ctx, leg, payoutPollMs, { note: 'taken back; read again' });
      }
      if (leg.status === 'UNCLAIMED') {
        await ctx.store.transaction(em => accepted(em, leg, route));
        return recheck(ctx, leg, unclaimedAgainMs, { note: 'still unclaimed' });
      }
      const at = later(ctx, unclaimedAgainMs);
      const facts = { reason, providerItemId: standing.itemId ?? null, nextCheckAt: at };
      await ctx.store.transaction(async em => {
        await accepted(em, leg, route);
        await moveLeg(em, leg, 'UNCLAIMED', facts);
      });
      return `UNCLAIMED: ${reason}`;
    }
    default:
      return notPaid(ctx, leg, route, { ...standing, state });
  }
}

/** Whether the leg is more than its sale is worth after a refund: then an unclaimed payout is cancelled. */
const isTooMuch = (ctx: Context, leg: PayoutLeg): Promise<boolean> =>
  ctx.store.transaction(async em => {
    await lockLeg(em, leg);
    return (await overpaidBy(em, leg)).amountMinor > 0n;
  });

/**
 * The provider has accepted the payout: consumes the reservation, because amount and fee have left the balance whether
 * or not the receiver claims them. Money that comes back is returned to the balance then.
 */
const accepted = (em: EntityManager, leg: PayoutLeg, { feeMax }: PayoutRoute): Promise<void> =>
  consume(em, 'pay', leg.id, add(legAmount(leg), feeMax));

/** Records the proof that the provider accepted the payout, with the provider's reference. */
export async function acceptedByProvider(
  em: EntityManager,
  leg: PayoutLeg,
  route: PayoutRoute,
  { reference, key }: { reference: string; key: string },
): Promise<void> {
  await accepted(em, leg, route);
  await saveProviderReference(em, leg.id, reference);
  await note(em, leg.orderId, 'effect', `payout to ${leg.beneficiary} accepted by ${route.label}`, { key, reference });
  await goOnProvenLeg(em, leg.id);
}

const shareOf = (leg: PayoutLeg) => ({
  beneficiary: leg.beneficiary,
  holder: leg.userId,
  amount: legAmount(leg),
  from: leg.route,
});

async function paid(ctx: Context, leg: PayoutLeg, route: PayoutRoute, standing: PayoutStatus): Promise<string> {
  const amount = legAmount(leg);
  const { itemId = leg.id } = standing;
  if (standing.amount && !equals(standing.amount, amount)) {
    const text = `${route.label} paid ${formatMoney(standing.amount)} where ${formatMoney(amount)} was due`;
    return review(ctx, leg, new Terminal('PAYOUT_OF_ANOTHER_AMOUNT', text));
  }
  // Where the provider does not report its fee, the reserved fee is booked.
  const fee = standing.fee?.currency === amount.currency ? standing.fee : route.feeMax;
  await ctx.store.transaction(async em => {
    await accepted(em, leg, route);
    await partReturned(em, 'pay', leg.id, subtract(route.feeMax, fee));
    await moveLeg(em, leg, 'PAID', { feeMinor: fee.amountMinor, providerItemId: itemId, reason: null });
    const feeLeft = subtract(fee, await feeBooked(em, leg, itemId));
    await book(em, leg, ledgerEvent.legPaid(leg.id, itemId), legPaid({ ...shareOf(leg), fee: feeLeft }));
  });
  return `PAID: ${formatMoney(amount)}`;
}

/** Failed, returned or reversed: the leg is owed again, and a booked payment is reversed in the ledger. */
async function notPaid(
  ctx: Context,
  leg: PayoutLeg,
  route: PayoutRoute,
  { state, rawStatus, reason = rawStatus, itemId, fee }: PayoutStatus & { state: NonNullable<PayoutStatus['state']> },
): Promise<string> {
  const wasPaid = leg.status === 'PAID';
  // A paid payout cannot fail any more: a provider that reports FAILED has the money back.
  const to = wasPaid && state === 'FAILED' ? 'RETURNED' : state;
  const providerItemId = itemId ?? leg.providerItemId ?? null;
  await ctx.store.transaction(async em => {
    await lockLeg(em, leg);
    await moneyReturned(em, 'pay', leg.id);
    if (wasPaid) await book(em, leg, ledgerEvent.legReturned(leg.id, providerItemId), legReturned(shareOf(leg)));
    // A payout that came back had left, and has cost its fee once; one that failed never left.
    else if (fee && to !== 'FAILED') {
      const feeLeft = subtract(fee, await feeBooked(em, leg, providerItemId));
      await book(
        em,
        leg,
        ledgerEvent.legCharged(leg.id, providerItemId),
        payoutCharged({ fee: feeLeft, from: leg.route }),
      );
    }
    await moveLeg(em, leg, to, { reason, providerItemId });
    await fitToSale(em, leg);
  });
  ctx.log.warn({ legId: leg.id, orderId: leg.orderId, route: route.name, rawStatus }, 'payout did not arrive');
  return leg.status === to ? `${to}: ${reason}` : `${to}: ${reason}; ${leg.status}, its sale was refunded`;
}

const book = async (em: EntityManager, leg: PayoutLeg, event: LedgerEvent, postings: Posting[]): Promise<void> => {
  if (postings.length > 0) await postTurn(em, { source: leg.route, event, orderId: leg.orderId, postings });
};

/** The fee booked so far: a provider charges it once, however often the payout changes between paid and returned. */
async function feeBooked(em: EntityManager, leg: PayoutLeg, itemId: string | null): Promise<Money> {
  const named = [ledgerEvent.legPaid(leg.id, `${itemId}`), ledgerEvent.legCharged(leg.id, itemId)];
  const fees = (await postingsOf(em, leg.orderId, leg.route, { named })).filter(
    ({ account }) => account === 'fees:payout',
  );
  return sum(
    fees.map(({ amount }) => amount),
    leg.currency,
  );
}
