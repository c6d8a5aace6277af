import { invariant, Terminal } from '../../domain/call-outcome.ts';
import { dayMs } from '../../domain/durations.ts';
import { payoutFee } from '../../domain/fees.ts';
import { payoutAsked } from '../../providers/paypal/payout.ts';
import { legStateOf } from '../../providers/paypal/to-domain.ts';
import type { Context } from '../context/context.ts';
import type { PayoutRoute } from './payout-route.ts';

/** PayPal recognises a batch's `sender_batch_id` for 30 days: ours is not sent again after 29. */
const resendForMs = 29 * dayMs;

/** A batch shows its item within minutes. */
const missForMs = dayMs;

/** One batch per payout, with a key derived from what it pays: PayPal deduplicates batches, never items. */
export const paypalRoute = ({ config, providers: { paypal }, signal }: Context): PayoutRoute => ({
  name: 'paypal',
  label: 'PayPal',
  account: config.paypal.clientId,
  environment: config.paypal.environment,
  feeMax: payoutFee,
  resendForMs,
  lookForMs: resendForMs,
  missForMs,
  deduplicates: true,
  freeze: (payment, batchKey) => paypal.payoutBody({ batchKey, ...payment }),
  asked: payoutAsked,
  // A batch cannot be searched by our key: sending the same body again answers with the batch that exists already.
  find: async () => ({ answer: 'UNKNOWN' }),
  send: async (effect, departure) => ({
    reference: (await paypal.createPayout(effect.request, { signal, departure })).batchId,
  }),
  stand: async batchId => {
    const batch = await paypal.getPayoutBatch(batchId, { signal });
    const key = batch.senderBatchId;
    if (batch.status === 'DENIED') return { key, state: 'FAILED', rawStatus: 'DENIED', reason: 'PAYPAL_BATCH_DENIED' };
    const [item, ...others] = batch.items;
    if (others.length > 0) throw new Terminal('PAYPAL_BATCH_OF_SEVERAL', `batch ${batchId} is not one payout of ours`);
    if (!item) return { key, state: undefined, rawStatus: `${batch.status}, without an item`, missing: true };
    // The batch has this one item: its fees are the item's.
    const { status: rawStatus, itemId, amount, fee = batch.fees, errorName: reason } = item;
    return {
      key,
      state: legStateOf(rawStatus),
      blocked: rawStatus === 'BLOCKED',
      rawStatus,
      itemId,
      amount,
      fee,
      reason,
    };
  },
  cancel: async ({ itemId }) => {
    invariant(itemId, 'an unclaimed payout has an item');
    await paypal.cancelPayoutItem(itemId, { signal });
  },
  balance: () => paypal.getBalances({ signal }),
});
