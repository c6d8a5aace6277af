import type { LegId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { quoted } from '../database/quoted.ts';
import { PayoutLeg } from '../entities/money.ts';
import { claimLeg, lockOrdersOf } from './legs.ts';

/** At most this many legs are paid in one payout: all of them are locked and checked right before it leaves. */
const atMost = 20;

const owed = ['PENDING', 'SKIPPED_INSUFFICIENT_FUNDS'] as const;

/** Owed to the same receiver, free to leave, and never part of a payout. */
const others = `from payout_legs l join orders o on o.id = l.order_id
  where l.user_id = ? and l.beneficiary = ? and l.currency = ? and l.id <> ?
    and l.status in (${quoted(owed)}) and l.not_before <= clock_now() and o.frozen_for is null
    and not exists (select from effects e where e.purpose = 'pay' and e.subject = l.id
      and (e.first_sent_at is not null or e.status = 'DONE'))
    and not exists (select from collected_legs m join effects e on e.purpose = 'pay' and e.subject = m.collected_id
      where m.leg_id = l.id and (e.first_sent_at is not null or e.status = 'DONE'))`;

const parametersOf = ({ userId, beneficiary, currency, id }: PayoutLeg) => [userId, beneficiary, currency, id];

/** The legs that could leave together with a leg, oldest first. */
export async function companions(em: EntityManager, leg: PayoutLeg): Promise<PayoutLeg[]> {
  const rows = await em.execute<{ id: LegId }[]>(
    `select l.id ${others} order by l.not_before, l.id limit ${atMost - 1}`,
    parametersOf(leg),
  );
  return em.find(PayoutLeg, { id: { $in: rows.map(({ id }) => id) } });
}

/**
 * As `companions`, claimed, with the leg's own order and theirs locked. Fewer when their own jobs have moved them
 * meanwhile.
 */
export async function lockCompanions(em: EntityManager, leg: PayoutLeg): Promise<PayoutLeg[]> {
  const found = await companions(em, leg);
  await lockOrdersOf(em, [leg, ...found]);
  if (found.length === 0) return [];
  const free = await em.execute<{ id: LegId }[]>(`select l.id ${others} and l.id in (?) order by l.id`, [
    ...parametersOf(leg),
    found.map(({ id }) => id),
  ]);
  const claimed: PayoutLeg[] = [];
  for (const { id } of free) {
    const other = await claimLeg(em, id, owed);
    if (other) claimed.push(other);
  }
  return claimed;
}
