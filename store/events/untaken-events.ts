/**
 * Events without a result: those that failed, and those that wait longer than they should. Each may be a sale, so an
 * operator sees all of them until a person dismisses them.
 */
import { raw } from '@mikro-orm/core';
import type { EventId } from '../../domain/ids.ts';
import { timeIn } from '../database/clock.ts';
import { graceMs } from '../database/due-row.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { type EventSource, InboundEvent, type UnopenedEvent, unopenedEvent } from '../entities/order.ts';

/** An event is usually processed within minutes; one whose sale is not found is read once more after ten. */
const lateAfter = '15 minutes';

/** A condition on `inbound_events e`. */
export const untaken = `e.status = 'FAILED' or (e.status = 'RECEIVED' and e.received_at < clock_now() - interval '${lateAfter}')`;

export type UntakenEvent = {
  id: EventId;
  source: EventSource;
  type: string;
  /** The order or payout that the event is about. */
  subject: string | null;
  status: 'FAILED' | 'RECEIVED';
  receivedAt: Date;
  /** Why the event has no result. */
  note: string | null;
  /** The account it belongs to, if that is known. */
  accountName: string | null;
  /** The body was emptied because of its age. */
  isEmpty: boolean;
};

export async function untakenEvents(
  em: EntityManager,
  page: { limit: number; offset: number },
): Promise<UntakenEvent[]> {
  const rows = await em.execute<(Omit<UntakenEvent, 'receivedAt'> & { receivedAt: string })[]>(
    `select e.id, e.source, e.type, e.subject, e.status, e.received_at::text as "receivedAt", e.note,
            c.account_name as "accountName", e.body = '' as "isEmpty"
     from inbound_events e left join api_credentials c on c.id = e.credential_id
     where ${untaken} order by e.received_at desc, e.id limit ? offset ?`,
    [page.limit, page.offset],
  );
  return rows.map(row => ({ ...row, receivedAt: new Date(row.receivedAt) }));
}

export type UntakenCount = { failed: number; waiting: number };

export async function countUntaken(em: EntityManager): Promise<UntakenCount> {
  const [row] = await em.execute<UntakenCount[]>(
    `select (count(*) filter (where e.status = 'FAILED'))::int as failed,
            (count(*) filter (where e.status = 'RECEIVED'))::int as waiting
     from inbound_events e where ${untaken}`,
  );
  return row ?? { failed: 0, waiting: 0 };
}

/** The code of a list element that cannot be read: there is nothing to retry. */
export const unreadableElement = 'UNREADABLE_ELEMENT';

/** Reopens a failed event. Returns null when there is none, or when it has nothing to read. */
export async function reopenEvent(em: EntityManager, id: EventId): Promise<UnopenedEvent | null> {
  const reopened = await em.nativeUpdate(
    InboundEvent,
    { id, status: 'FAILED', type: { $ne: unreadableElement }, body: { $ne: Buffer.alloc(0) } },
    {
      status: 'RECEIVED',
      note: null,
      absentSince: null,
      stateEntry: raw<number>('state_entry + 1'),
      wake: 0,
      nextCheckAt: timeIn(em, graceMs),
    },
  );
  return reopened === 1 ? em.findOne(InboundEvent, { id }, unopenedEvent) : null;
}

/** A person has looked, and nothing is to be done. False when the event has not failed. */
export async function dismissEvent(em: EntityManager, id: EventId, by: string): Promise<boolean> {
  const rows = await em.execute<{ id: string }[]>(
    `update inbound_events set status = 'IGNORED', note = concat_ws('; ', note, 'looked at by ' || ?)
     where id = ? and status = 'FAILED' returning id`,
    [by, id],
  );
  return rows.length === 1;
}
