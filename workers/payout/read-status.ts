import { isFailure, Terminal } from '../../domain/call-outcome.ts';
import { saidByPerson } from '../../store/effects/effects-by-hand.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { PayoutRoute, PayoutStatus, Sent } from './payout-route.ts';

/**
 * Reads the status of a payout that was sent. If a person entered its reference, that may name another payout, or none.
 * @throws Terminal when it is not the payout that the effect is about
 */
export async function readPayout(route: PayoutRoute, effect: Effect): Promise<PayoutStatus> {
  const { reference } = effect.result as Sent;
  const standing = await route.stand(reference).catch((error: unknown) => {
    // An id from the provider may not be readable everywhere yet; an id that a person typed must be wrong.
    if (saidByPerson(effect) && isFailure(error) && error.code.endsWith('NOT_FOUND'))
      throw new Terminal('PAYOUT_NOT_KNOWN', `${route.label} knows no payout ${reference}`);
    throw error;
  });
  if (standing.key === undefined || standing.key === effect.idempotencyKey) return standing;
  throw new Terminal(
    'PAYOUT_OF_ANOTHER',
    `${reference} is ${standing.key} at ${route.label}: it was not sent for this leg`,
  );
}
