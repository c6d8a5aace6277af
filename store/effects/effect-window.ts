/** When an effect was sent, and how much of its windows is left. Only the database's clock stamps and judges. */
import { Uncertain } from '../../domain/call-outcome.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Effect } from '../entities/money.ts';
import { nothingHeld, refuseWhileRestoring } from './restore-hold.ts';

/** In ms; negative for a moment in the future, as after the clock was set back. */
type Ages = {
  /** Since the first and the last send. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** How long the provider still recognises the key, by our estimate; 0 when the effect may not be sent again. */
  readonly resendLeftMs: number;
};

/** The ages of an effect that was sent. */
export async function agesOf(em: EntityManager, { id }: Pick<Effect, 'id'>): Promise<Ages> {
  const [row] = await em.execute<{ first: number; last: number; left: number }[]>(
    `select (extract(epoch from t.now - coalesce(first_sent_at, last_sent_at)) * 1000)::float8 as first,
       (extract(epoch from t.now - last_sent_at) * 1000)::float8 as last,
       greatest(0, coalesce(extract(epoch from resend_until - t.now) * 1000, 0))::float8 as left
     from effects, (select clock_now() as now) t where id = ?`,
    [id],
  );
  if (!row) throw new Error(`there is no effect ${id}`);
  return { firstMs: row.first, lastMs: row.last, resendLeftMs: row.left };
}

/** The error to throw, with its delay, while the last send may still be running; undefined once it cannot be. */
export function inFlight(
  { idempotencyKey }: Pick<Effect, 'idempotencyKey'>,
  { lastMs }: Ages,
  quarantineMs: number,
): Uncertain | undefined {
  const retryAfterMs = Math.ceil(quarantineMs - lastMs);
  if (retryAfterMs <= 0) return undefined;
  return new Uncertain('EFFECT_IN_FLIGHT', `${idempotencyKey} was cut off and may still be running`, { retryAfterMs });
}

/**
 * Marks the send before it leaves, if it is the first or the resend window is open. @throws Uncertain when the window
 * is over, or another run sends the same row; NotNow while a restore holds all money
 */
export async function markSent(
  em: EntityManager,
  { id, sends, idempotencyKey }: Effect,
  { resendForMs, quarantineMs }: { resendForMs: number; quarantineMs: number },
): Promise<void> {
  const marked = await em.execute<{ id: string }[]>(
    `update effects set sends = sends + 1, last_sent_at = t.now, first_sent_at = coalesce(first_sent_at, t.now),
       resend_until = case when first_sent_at is null then t.now + ? * interval '1 millisecond' else resend_until end
     from (select clock_now() as now) t
     where id = ? and status = 'OPEN' and sends = ? and ${nothingHeld}
       and (last_sent_at is null or (t.now < resend_until and t.now >= last_sent_at + ? * interval '1 millisecond'))
     returning id`,
    [resendForMs, id, sends, quarantineMs],
  );
  if (marked.length === 1) return;
  await refuseWhileRestoring(em);
  const same = await em.execute<{ id: string }[]>(
    `select id from effects where id = ? and status = 'OPEN' and sends = ?`,
    [id, sends],
  );
  if (same.length === 0) throw new Uncertain('EFFECT_SENT_ELSEWHERE', `${idempotencyKey} is being sent elsewhere`);
  throw new Uncertain('EFFECT_WINDOW_OVER', `${idempotencyKey} may no longer be sent again`);
}

/** The last marked send certainly did nothing: undoes the mark. The doubt about earlier sends remains. */
export const unmarkSent = (em: EntityManager, effect: Effect): Promise<unknown> =>
  em.execute(
    `update effects set last_sent_at = ?, first_sent_at = ?, resend_until = ?
     where id = ? and status = 'OPEN' and sends = ?`,
    [effect.lastSentAt ?? null, effect.firstSentAt ?? null, effect.resendUntil ?? null, effect.id, effect.sends + 1],
  );

/**
 * A clock that is set back by less than this does no harm: every provider keeps keys longer than we resend, by more
 * than this.
 */
const harmless = '10 minutes';

/**
 * A send that lies in the future was made before the clock was set back. How long ago is unknown, so it is not sent
 * again when that time comes.
 */
export const closeWindowsAhead = (em: EntityManager): Promise<unknown> =>
  em.execute(
    `update effects set resend_until = last_sent_at
     where status = 'OPEN' and last_sent_at > clock_now() + interval '${harmless}' and resend_until > last_sent_at`,
  );
