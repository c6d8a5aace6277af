import type { LegId } from '../domain/ids.ts';
import { PayoutLeg } from './entities/money.ts';
import { claimLeg } from './legs.ts';
import type { EntityManager } from './open.ts';

/** So many legs are paid in one payout at most. */
const atMost = 100;

const owed = ['PENDING', 'SKIPPED_INSUFFICIENT_FUNDS'] as const;

/** Owed to the same receiver, free to leave, and never sent by anything. */
const others = `from payout_legs l join orders o on o.id = l.order_id
  where l.user_id = ? and l.beneficiary = ? and l.currency = ? and l.id <> ?
    and l.status in (${owed.map(state => `'${state}'`).join(', ')}) and l.not_before <= clock_now() and o.frozen_for is null
    and not exists (select from leg_payouts p where p.leg_id = l.id and (p.status <> 'DISPROVEN' or p.first_sent_at is not null))`;

const parametersOf = ({ userId, beneficiary, currency, id }: PayoutLeg) => [userId, beneficiary, currency, id];

/** Those that could leave together with a leg, the oldest first. */
export async function companions(em: EntityManager, leg: PayoutLeg): Promise<PayoutLeg[]> {
  const rows = await em.execute<{ id: LegId }[]>(
    `select l.id ${others} order by l.not_before, l.id limit ${atMost - 1}`,
    parametersOf(leg),
  );
  return em.find(PayoutLeg, { id: { $in: rows.map(({ id }) => id) } });
}

/**
 * The same, claimed, with their orders locked and the leg's own: in one order, whoever locks several. Fewer when their
 * own runs have moved them meanwhile.
 */
export async function lockCompanions(em: EntityManager, leg: PayoutLeg): Promise<PayoutLeg[]> {
  const ids = (await companions(em, leg)).map(({ id }) => id);
  if (ids.length === 0) return [];
  await em.execute(
    `select id from orders where id in (select order_id from payout_legs where id in (?)) order by id for no key update`,
    [[leg.id, ...ids]],
  );
  const free = await em.execute<{ id: LegId }[]>(`select l.id ${others} and l.id in (?) order by l.id`, [
    ...parametersOf(leg),
    ids,
  ]);
  const claimed: PayoutLeg[] = [];
  for (const { id } of free) {
    const other = await claimLeg(em, id, owed);
    if (other) claimed.push(other);
  }
  return claimed;
}
