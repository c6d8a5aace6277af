import { payoutFee } from '../domain/fees.ts';
import type { LegId } from '../domain/ids.ts';
import { legPaid } from '../domain/ledger.ts';
import { add, formatMoney, type Money, zero } from '../domain/money.ts';
import { type Failure, invariant, isFailure, refusalIn, Terminal, Uncertain } from '../domain/outcome.ts';
import type { LegState } from '../domain/payout-leg.ts';
import type { PayoutItem } from '../providers/paypal/payout.ts';
import { once, Unproven } from '../store/effects.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import { consume, type Reserved, release, reserve } from '../store/funding.ts';
import { post } from '../store/ledger.ts';
import { assertLegOwner, claimLeg, legAmount, moveLeg, recheckLeg } from '../store/legs.ts';
import { findOrder, LostClaim } from '../store/orders.ts';
import { note } from '../store/timeline.ts';
import { withBalance } from './balance.ts';
import { type Context, later, onceContext, type Processor } from './context.ts';

/** PayPal recognises a batch's id for 30 days: ours is not sent again after 29. */
const resendForMs = 29 * 86_400_000;
/** An unclaimed payout returns by itself after 30 days. */
const unclaimedAgainMs = 6 * 3_600_000;

/** Pays one share of one sale, once, and follows it until the item itself says how it ended. */
export const payout: Processor<'legId'> = async ({ legId }, ctx) => {
  const open: LegState[] = ['PENDING', 'SENT', 'SKIPPED_INSUFFICIENT_FUNDS', 'UNCLAIMED'];
  const leg = await ctx.store.transaction(em => claimLeg(em, legId as LegId, open));
  if (!leg) return 'nothing to do: the leg is settled, or waits for a person';
  try {
    if (leg.notBefore > ctx.now()) return await again(ctx, leg, leg.notBefore, 'held back until its day');
    const stopped = await frozen(ctx, leg);
    if (stopped) return await again(ctx, leg, later(ctx, ctx.config.waitRecheckMs), `frozen: ${stopped}`);
    if (leg.status === 'PENDING' || leg.status === 'SKIPPED_INSUFFICIENT_FUNDS') {
      const refusal = await reserveFunds(ctx, leg);
      if (refusal) return refusal;
    }
    const { batchId } = await send(ctx, leg);
    return await follow(ctx, leg, batchId);
  } catch (error) {
    return settle(ctx, leg, error);
  }
};

async function again(ctx: Context, leg: PayoutLeg, at: Date, text: string): Promise<string> {
  await ctx.store.transaction(em => recheckLeg(em, leg, at));
  return text;
}

const frozen = async (ctx: Context, leg: PayoutLeg): Promise<string | null | undefined> =>
  leg.status === 'SENT' ? null : (await ctx.store.read(em => findOrder(em, leg.orderId)))?.frozenFor;

/** Reserves amount and fee and moves the leg to SENT in one commit. Gives a text when there is not enough. */
async function reserveFunds(ctx: Context, leg: PayoutLeg): Promise<string | undefined> {
  const amount = add(legAmount(leg), payoutFee);
  const held = await withBalance<Reserved>(ctx, null, async em => {
    const want = { ownerId: null, purpose: 'pay', subject: leg.id, userId: leg.userId, amount } as const;
    const answer = await reserve(em, want);
    if (answer.reserved) await moveLeg(em, leg, 'SENT');
    return answer;
  });
  if (held.reserved) return undefined;
  return skip(ctx, leg, held.free ? `${formatMoney(held.free)} is free` : 'nothing is known of the balance');
}

/** Taken up again by itself: the sweep looks again until the funds are there. */
async function skip(ctx: Context, leg: PayoutLeg, why: string): Promise<string> {
  const at = later(ctx, ctx.config.waitRecheckMs);
  if (leg.status === 'SKIPPED_INSUFFICIENT_FUNDS') return again(ctx, leg, at, `still skipped: ${why}`);
  const reason = 'PAYOUT_SKIPPED_INSUFFICIENT_FUNDS';
  await ctx.store.transaction(async em => {
    await release(em, 'pay', leg.id);
    await moveLeg(em, leg, 'SKIPPED_INSUFFICIENT_FUNDS', { reason, nextCheckAt: at });
  });
  return `${reason}: ${why}`;
}

/** One batch per leg, with a key derived from the leg: PayPal deduplicates batches, never items. */
const send = (ctx: Context, leg: PayoutLeg): Promise<{ batchId: string }> =>
  once(onceContext(ctx), {
    purpose: 'pay',
    subject: leg.id,
    route: 'paypal',
    account: ctx.config.paypal.clientId,
    environment: ctx.config.paypal.environment,
    keyFor: generation => `leg-${leg.id}-${generation}`,
    freeze: batchKey =>
      ctx.providers.paypal.payoutBody({
        batchKey,
        receiver: leg.receiver,
        amount: legAmount(leg),
        note: `Order ${leg.orderId}`,
      }),
    resendForMs,
    deduplicates: true,
    assertOwner: em => assertLegOwner(em, leg),
    // A batch cannot be searched by our key: sending the same body again names the batch that was made before.
    find: async () => ({ answer: 'UNKNOWN' }),
    send: async effect => {
      const { batchId } = await ctx.providers.paypal.createPayout(effect.request, { signal: ctx.signal });
      return { batchId };
    },
    record: async (em, { batchId }, effect) => {
      await em.execute('update payout_legs set provider_batch_id = ? where id = ?', [batchId, leg.id]);
      const detail = { key: effect.idempotencyKey, batch: batchId };
      await note(em, leg.orderId, 'effect', `payout to ${leg.beneficiary} accepted by PayPal`, detail);
    },
  });

/** What an item's status means for the leg; undefined: not final, look again. */
const itemStates: Readonly<Record<string, LegState | undefined>> = {
  SUCCESS: 'PAID',
  UNCLAIMED: 'UNCLAIMED',
  RETURNED: 'RETURNED',
  FAILED: 'FAILED',
  BLOCKED: 'FAILED',
  DENIED: 'FAILED',
  REFUNDED: 'RETURNED',
  REVERSED: 'REVERSED',
};

async function follow(ctx: Context, leg: PayoutLeg, batchId: string): Promise<string> {
  const batch = await ctx.providers.paypal.getPayoutBatch(batchId, { signal: ctx.signal }).catch(refusalIn);
  // It was sent, and may be paid: a "no" to our question does not undo that.
  if (batch instanceof Terminal) return review(ctx, leg, batch);
  if (batch.status === 'DENIED') return failed(ctx, leg, 'PAYPAL_BATCH_DENIED');
  const [item, ...others] = batch.items;
  invariant(others.length === 0, `batch ${batchId} has one item`);
  const next = item && itemStates[item.status];
  if (!item || !next)
    return again(ctx, leg, later(ctx, ctx.config.payoutPollMs), `PayPal says ${item?.status ?? batch.status}`);
  if (next === 'PAID') return paid(ctx, leg, item);
  if (next === 'UNCLAIMED') return unclaimed(ctx, leg, item);
  await ctx.store.transaction(async em => {
    await release(em, 'pay', leg.id);
    await moveLeg(em, leg, next, { reason: item.errorName ?? item.status, providerItemId: item.itemId });
  });
  return `${next}: ${item.errorName ?? item.status}`;
}

async function paid(ctx: Context, leg: PayoutLeg, item: PayoutItem): Promise<string> {
  const amount = legAmount(leg);
  const fee: Money = item.fee ?? zero(amount.currency);
  invariant(item.amount.amountMinor === amount.amountMinor, `PayPal paid what leg ${leg.id} says`);
  await ctx.store.transaction(async em => {
    await consume(em, 'pay', leg.id, add(amount, fee));
    await moveLeg(em, leg, 'PAID', { feeMinor: fee.amountMinor, providerItemId: item.itemId, reason: null });
    const postings = legPaid({ beneficiary: leg.beneficiary, holder: leg.userId, amount, fee });
    await post(em, { source: 'paypal', event: `leg:${leg.id}:${item.itemId}`, orderId: leg.orderId, postings });
  });
  return `PAID: ${formatMoney(amount)}`;
}

async function unclaimed(ctx: Context, leg: PayoutLeg, item: PayoutItem): Promise<string> {
  const at = later(ctx, unclaimedAgainMs);
  if (leg.status === 'UNCLAIMED') return again(ctx, leg, at, 'still unclaimed');
  const reason = item.errorName ?? 'RECEIVER_UNREGISTERED';
  await ctx.store.transaction(em =>
    moveLeg(em, leg, 'UNCLAIMED', { reason, providerItemId: item.itemId, nextCheckAt: at }),
  );
  return `UNCLAIMED: ${reason}`;
}

async function failed(ctx: Context, leg: PayoutLeg, reason: string): Promise<string> {
  await ctx.store.transaction(async em => {
    await release(em, 'pay', leg.id);
    await moveLeg(em, leg, 'FAILED', { reason });
  });
  return `FAILED: ${reason}`;
}

async function review(ctx: Context, leg: PayoutLeg, { code, message }: Failure): Promise<string> {
  await ctx.store.transaction(em => moveLeg(em, leg, 'NEEDS_REVIEW', { reason: code }));
  return `NEEDS_REVIEW: ${message}`;
}

async function settle(ctx: Context, leg: PayoutLeg, error: unknown): Promise<string> {
  if (error instanceof LostClaim) return 'another run owns the leg now';
  if (error instanceof Unproven) return review(ctx, leg, error);
  if (isFailure(error) && error.code.includes('INSUFFICIENT_FUNDS')) return skip(ctx, leg, error.message);
  if (error instanceof Uncertain) {
    const at = later(ctx, error.retryAfterMs ?? ctx.config.lookUpQuarantineMs);
    return again(ctx, leg, at, `uncertain (${error.code}), looked up again at ${at.toISOString()}`);
  }
  // Before the leg is SENT only the balance was asked for.
  if (!(error instanceof Terminal) || leg.status !== 'SENT') throw error;
  return failed(ctx, leg, error.code);
}
