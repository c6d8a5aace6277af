import { Terminal } from '../../domain/call-outcome.ts';
import { hourMs } from '../../domain/durations.ts';
import { platformCurrency } from '../../domain/fees.ts';
import { zero } from '../../domain/money.ts';
import { payoutAsked } from '../../providers/payoneer/payout.ts';
import { legStateOf } from '../../providers/payoneer/to-domain.ts';
import type { Context } from '../context/context.ts';
import type { PayoutRoute } from './payout-route.ts';

/** Payoneer promises no deduplication: no payout is sent twice. It creates payouts late, so they are looked for. */
const lookForMs = hourMs;

/** Undefined where no Payoneer account is configured. */
export function payoneerRoute({ config, providers: { payoneer }, signal }: Context): PayoutRoute | undefined {
  const { programId, environment } = config.payoneer;
  if (!payoneer || !programId) return undefined;
  return {
    name: 'payoneer',
    label: 'Payoneer',
    account: programId,
    environment,
    feeMax: zero(platformCurrency),
    resendForMs: 0,
    lookForMs,
    missForMs: lookForMs,
    deduplicates: false,
    freeze: ({ receiver: payeeId, amount, note: description }, reference) =>
      payoneer.payoutBody({ reference, payeeId, amount, description }),
    asked: payoutAsked,
    find: async ({ idempotencyKey: reference }) => {
      const found = await payoneer.getPayoutStatus(reference, { signal });
      return found ? { answer: 'FOUND', result: { reference } } : { answer: 'ABSENT' };
    },
    send: async (effect, departure) => {
      await payoneer.createPayout(effect.request, { signal, departure });
      return { reference: effect.idempotencyKey };
    },
    stand: async reference => {
      const found = await payoneer.getPayoutStatus(reference, { signal });
      if (!found) return { key: reference, state: undefined, rawStatus: 'unknown so far', missing: true };
      // Payoneer's own number may be missing; our reference names this payout and no other.
      const { status: rawStatus, amount, reason, payoutId: itemId = reference } = found;
      return { key: reference, state: legStateOf(rawStatus), rawStatus, amount, reason, itemId };
    },
    cancel: async () => {
      throw new Terminal('PAYOUT_NOT_CANCELLABLE', 'Payoneer knows no unclaimed payouts');
    },
    balance: async () => {
      const { available, asOf } = await payoneer.getBalance({ signal });
      return { asOf, available: [available] };
    },
  };
}
