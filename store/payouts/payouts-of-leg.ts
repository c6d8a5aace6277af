/** The payout that pays a leg: one of its own, or a collected one. Only this file decides which. */
import type { LegId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { rowsBy } from '../database/table-rows.ts';
import { withdrawUnsent } from '../effects/effects.ts';
import { Effect, PayoutLeg } from '../entities/money.ts';
import { collectionOf, letGo } from './collected-payouts.ts';

type Leg = Pick<PayoutLeg, 'id'>;

/** The standing one, else the newest. */
export async function newestPayout(em: EntityManager, { id }: Leg): Promise<Effect | null> {
  const newest = (columns: string) =>
    `select ${columns} from effects where id = (select effect_id from leg_payouts where leg_id = ?
       order by (status <> 'DISPROVEN') desc, created_at desc, generation desc limit 1)`;
  const [effect = null] = await rowsBy(em, Effect, newest, [id]);
  return effect;
}

/** The payout that may have paid; there is one at most. All others are proven not to have paid. */
export async function standingPayout(em: EntityManager, leg: Leg): Promise<Effect | null> {
  const effect = await newestPayout(em, leg);
  return effect?.status === 'DISPROVEN' ? null : effect;
}

/** The legs that a payout pays or paid; the first leg of a collected payout bears its fee. */
export const legsOfPayout = async (em: EntityManager, { id }: Pick<Effect, 'id'>): Promise<PayoutLeg[]> => {
  const members = await em.execute<{ id: LegId }[]>(
    'select l.id from leg_payouts p join payout_legs l on l.id = p.leg_id where p.effect_id = ? order by p.place',
    [id],
  );
  const legs = await em.find(PayoutLeg, { id: { $in: members.map(member => member.id) } });
  const byId = new Map(legs.map(leg => [leg.id, leg]));
  return members.flatMap(member => byId.get(member.id) ?? []);
};

/** Withdraws an unsent payout, which frees the other legs of a collected one. The caller owns the leg's order. */
export async function withdrawUnsentPayout(em: EntityManager, leg: Leg): Promise<void> {
  await withdrawUnsent(em, 'pay', leg.id);
  const { collected } = await collectionOf(em, leg.id);
  if (!collected) return;
  await withdrawUnsent(em, 'pay', collected.id);
  // A collected payout without an effect frees its legs; one that may have left keeps them.
  if (!(await standingPayout(em, leg))) await letGo(em, collected.id);
}
