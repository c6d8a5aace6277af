/**
 * A database that was restored from a backup lacks everything from the *lost time*: from the backup to the restore.
 *
 *   openRestore ──► held: no effect leaves, every feed is read ──► endRestore ──► doubted: an older order's first
 *                                                                                effect of each purpose
 *
 * An order that was here by the end of the restore may have had an effect in the lost time. So the first effect that it
 * opens afterwards starts as sent, with an unknown answer: it is looked up, and sent again only under a key that its
 * provider still recognises. A purchase cannot be looked up, and how many keys it had used is unknown: a person decides.
 */

import type { EventId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import type { EntityManager } from './database/entity-manager.ts';
import type { Intent } from './effects/intent.ts';
import { heldByRestore, nothingHeld } from './effects/restore-hold.ts';
import type { Effect } from './entities/money.ts';
import { reopenEvent } from './events/untaken-events.ts';

export type Restore = { readonly lostFrom: Date; readonly openedAt: Date };

/** The code of an effect that is open although this database never sent it. */
export const restored = 'RESTORED';

type Times = { lost_from: Date | string; opened_at: Date | string };
const restoreOf = ({ lost_from, opened_at }: Times): Restore => ({
  lostFrom: new Date(lost_from),
  openedAt: new Date(opened_at),
});

/** The restore that holds all money now. */
export async function standingRestore(em: EntityManager): Promise<Restore | null> {
  const [row] = await em.execute<Times[]>('select lost_from, opened_at from restores where ended_at is null');
  return row ? restoreOf(row) : null;
}

/**
 * Holds all money. `lostFrom` defaults to the last moment that the database knows of. Returns the restore that is
 * already open, if there is one.
 */
export async function openRestore(em: EntityManager, lostFrom?: Date): Promise<Restore> {
  await em.execute(
    `insert into restores (lost_from)
     values (least(clock_now(), coalesce(?::timestamptz, (select at from heartbeats where name = 'sweep'), (select max(at) from order_events))))
     on conflict do nothing`,
    [lostFrom ?? null],
  );
  const standing = await standingRestore(em);
  if (!standing) throw new Error('a restore was opened');
  return standing;
}

/**
 * Lets money leave again. An open effect may have been settled in the lost time, perhaps under another key: it is
 * looked up, and not sent again. An unsent one is opened anew when its turn comes.
 */
export async function endRestore(em: EntityManager, by: string): Promise<void> {
  await em.execute(
    `update effects e set resend_until = least(resend_until, r.lost_from), last_code = ?
     from restores r where r.ended_at is null and e.status = 'OPEN' and e.last_sent_at <= r.opened_at`,
    [restored],
  );
  await em.execute(
    `update effects set status = 'DISPROVEN', last_code = 'WITHDRAWN', closed_at = clock_now(),
       idempotency_key = idempotency_key || '/withdrawn/' || generation
     where status = 'OPEN' and last_sent_at is null`,
  );
  await em.execute('update restores set ended_at = clock_now(), ended_by = ? where ended_at is null', [by]);
}

/**
 * Asked before an effect is opened. The restore is one in whose lost time the effect may already have been caused: its
 * order was here by the end of the restore, and no effect of this purpose was opened for it since. `keysUsed` counts the
 * keys that have left: a withdrawn intent never left, and the next generation uses its key. So a key's number says how
 * often the provider has answered, not how often we tried. @throws NotNow while a restore holds all money
 */
export async function mayBeOpened(
  em: EntityManager,
  { purpose, subject }: Pick<Effect, 'purpose' | 'subject'>,
): Promise<{ keysUsed: number; forgotBy: Restore | null }> {
  const [row] = await em.execute<(Partial<Times> & { used: number; free: boolean })[]>(
    `select ${nothingHeld} as free, forgot.lost_from, forgot.opened_at,
       (select count(*)::int from effects where purpose = ? and subject = ? and last_code is distinct from 'WITHDRAWN') as used
     from (select) one left join lateral (
     select r.lost_from, r.opened_at from restores r
     where r.ended_at is not null
       and not exists (select from effects e where e.purpose = ? and e.subject = ? and e.created_at > r.opened_at)
       -- A checkout of ours that began since is nobody's memory.
       and coalesce((select bool_or(o.created_at <= case o.channel when 'paypal' then r.opened_at else r.ended_at end)
         from orders o where o.id in (select ?::uuid union all select order_id from parcels where id = ?
           union all select order_id from payout_legs where id = ?
           union all select l.order_id from collected_legs m join payout_legs l on l.id = m.leg_id where m.collected_id = ?)), true)
     order by r.id desc limit 1) forgot on true`,
    [purpose, subject, purpose, subject, subject, subject, subject, subject],
  );
  if (!row?.free) throw heldByRestore();
  const { used: keysUsed, lost_from, opened_at } = row;
  return { keysUsed, forgotBy: lost_from && opened_at ? restoreOf({ lost_from, opened_at }) : null };
}

/** SQL that takes a key twice: the message names the key. Messages from before sealing are searched in their body. */
const names = `(position(? in keys_told) > 0 or position(convert_to(?, 'UTF8') in body) > 0)`;

/** Whether a provider has since named a later key of the same subject: then that key was used. */
async function isLaterKeyNamed(em: EntityManager, { lostFrom }: Restore, key: string): Promise<boolean> {
  const stem = key.replace(/\d+$/, '');
  const told = await em.execute<{ words: string }[]>(
    `select coalesce(keys_told, encode(body, 'escape')) as words from inbound_events
     where received_at >= ? and ${names} limit 100`,
    [lostFrom, stem, stem],
  );
  return told.some(({ words }) =>
    [...words.matchAll(new RegExp(`${stem}(\\d+)`, 'g'))].some(([found]) => found !== key),
  );
}

/** Reopens messages that named this key and failed because it was unknown here: they may prove the effect. */
async function reopenMessages(em: EntityManager, { lostFrom }: Restore, key: string): Promise<void> {
  const failed = await em.execute<{ id: EventId }[]>(
    `select id from inbound_events
     where status = 'FAILED' and received_at >= ? and ${names} limit 100`,
    [lostFrom, key, key],
  );
  for (const { id } of failed) await reopenEvent(em, id);
}

/**
 * An effect that may have been caused in the lost time starts as sent, without an answer. It is not sent again if it
 * may have used other keys (a purchase, a payout that may have been collected), or if a provider named a later key.
 */
export async function doubtAfterRestore(
  em: EntityManager,
  restore: Restore,
  effect: Pick<Effect, 'purpose' | 'idempotencyKey'> & Pick<Intent<Json>, 'resendForMs' | 'mayHaveOtherKeys'>,
): Promise<Partial<Effect>> {
  const { lostFrom, openedAt } = restore;
  await reopenMessages(em, restore, effect.idempotencyKey);
  const otherKeys = effect.purpose === 'buy' || effect.mayHaveOtherKeys;
  const isOver = otherKeys || (await isLaterKeyNamed(em, restore, effect.idempotencyKey));
  const resendUntil = isOver ? lostFrom : new Date(lostFrom.getTime() + effect.resendForMs);
  return { sends: 1, firstSentAt: lostFrom, lastSentAt: openedAt, resendUntil, lastCode: restored };
}

/** What must be read before money may leave again, in words; empty when everything up to the restore was read. */
export async function notReadYet(em: EntityManager): Promise<string[]> {
  const feeds = await em.execute<{ kind: string; at: string; code: string | null }[]>(
    `select f.kind, f.cursor_at::text as at, f.last_error as code from feeds f, restores r
     where r.ended_at is null and f.cursor_at < r.opened_at order by f.cursor_at`,
  );
  const [events] = await em.execute<{ due: number }[]>(
    `select count(*)::int as due from inbound_events where status = 'RECEIVED' and next_check_at <= clock_now()`,
  );
  return [
    ...feeds.map(({ kind, at, code }) => `${kind} is read until ${at}${code ? ` (${code})` : ''}`),
    ...(events?.due ? [`${events.due} events wait for their turn`] : []),
  ];
}

/**
 * Orders that money may have left for and that this database has not bought: each needs a person when its turn comes.
 */
export async function purchasesInDoubt(em: EntityManager): Promise<{ id: string; channel: string; number: string }[]> {
  return em.execute(
    `select o.id, o.channel, coalesce(o.external_order_id, '') as number from orders o, restores r
     where r.ended_at is null and o.status in ('PAID', 'WAITING', 'PURCHASING')
       and (o.channel <> 'paypal' or o.created_at <= r.opened_at)
       and not exists (select from effects e where e.purpose = 'buy' and e.subject = o.id and e.status = 'DONE')
     order by o.created_at`,
  );
}
