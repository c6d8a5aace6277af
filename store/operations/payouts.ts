/** The list of payouts for operators. */
import type { LegId } from '../../domain/ids.ts';
import { type LegState, legStates } from '../../domain/payout-leg.ts';
import { endedLegs } from '../../domain/settled.ts';
import { normalEmail } from '../accounts/users.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { quoted } from '../database/quoted.ts';
import { PayoutLeg } from '../entities/money.ts';

const goesWell: readonly LegState[] = ['PENDING', 'SENT', 'PAID', 'CANCELLED'];

/** The receiver does not have the money, and will not get it by waiting alone. */
export const isHeldUp = (state: LegState): boolean => !goesWell.includes(state);
const heldUpStates = legStates.filter(isHeldUp);

export type PayoutFilter = {
  readonly state?: LegState | 'held-up' | undefined;
  readonly reason?: string | undefined;
  /** The e-mail address of the share's owner: a reseller, or the admin who gets the commission. */
  readonly receiver?: string | undefined;
};

export type PayoutRow = { readonly leg: PayoutLeg; readonly email: string; readonly frozenFor: string | null };

/** A page of payouts, newest first. */
export async function findPayouts(
  em: EntityManager,
  { state, reason, receiver }: PayoutFilter,
  page: { limit: number; offset: number },
): Promise<PayoutRow[]> {
  const states = state === 'held-up' ? heldUpStates : state ? [state] : [];
  const where: { sql: string; values: readonly unknown[] }[] = [
    ...(states.length > 0 ? [{ sql: 'l.status in (?)', values: [states] }] : []),
    ...(reason ? [{ sql: 'l.reason = ?', values: [reason] }] : []),
    ...(receiver ? [{ sql: 'u.email = ?', values: [normalEmail(receiver)] }] : []),
  ];
  const rows = await em.execute<{ id: LegId; email: string; frozen_for: string | null }[]>(
    `select l.id, u.email, o.frozen_for from payout_legs l join users u on u.id = l.user_id join orders o on o.id = l.order_id
     where ${['true', ...where.map(({ sql }) => sql)].join(' and ')} order by l.created_at desc, l.id limit ? offset ?`,
    [...where.flatMap(({ values }) => values), page.limit, page.offset],
  );
  const found = await em.find(PayoutLeg, { id: { $in: rows.map(({ id }) => id) } });
  const legs = new Map(found.map(leg => [leg.id, leg]));
  return rows.flatMap(({ id, email, frozen_for: frozenFor }) => {
    const leg = legs.get(id);
    return leg ? [{ leg, email, frozenFor }] : [];
  });
}

/** The reasons of payouts that are not over. */
export async function payoutReasons(em: EntityManager): Promise<string[]> {
  const rows = await em.execute<{ reason: string }[]>(
    `select distinct reason from payout_legs where status not in (${quoted(endedLegs)}) and reason is not null order by 1`,
  );
  return rows.map(({ reason }) => reason);
}
