import { invariant, Terminal } from '../../domain/call-outcome.ts';
import { equals, formatMoney, zero } from '../../domain/money.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Effect, PayoutLeg } from '../../store/entities/money.ts';
import { type CollectedPayout, findCollected } from '../../store/payouts/collected-payouts.ts';
import type { PayoutRoute, PayoutStatus } from './payout-route.ts';

/** The route as one leg of a payout sees it: for a collected payout, amounts are the leg's part of the sum. */
export async function partFor(
  em: EntityManager,
  route: PayoutRoute,
  { id }: Pick<PayoutLeg, 'id'>,
  { subject }: Pick<Effect, 'subject'>,
): Promise<PayoutRoute> {
  if (subject === id) return route;
  const collected = await findCollected(em, subject);
  invariant(collected, `payout ${subject} was collected`);
  return partOf(route, collected, id);
}

/** The provider charges one fee for the sum: the first member bears it. */
export function partOf(route: PayoutRoute, { sum, members }: CollectedPayout, leg: PayoutLeg['id']): PayoutRoute {
  const place = members.findIndex(({ legId }) => legId === leg);
  const part = members[place];
  invariant(part, `leg ${leg} is a member of its payout`);
  const first = place === 0;
  const inPart = ({ amount, fee, ...standing }: PayoutStatus): PayoutStatus => {
    if (amount && !equals(amount, sum)) {
      const text = `${route.label} has a payout of ${formatMoney(amount)} where ${formatMoney(sum)} were due`;
      throw new Terminal('PAYOUT_OF_ANOTHER_AMOUNT', text);
    }
    return { ...standing, ...(amount ? { amount: part.amount } : {}), ...(first && fee ? { fee } : {}) };
  };
  return {
    ...route,
    feeMax: first ? route.feeMax : zero(route.feeMax.currency),
    asked: () => part.amount,
    stand: async reference => inPart(await route.stand(reference)),
  };
}
