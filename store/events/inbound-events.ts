import { randomUUID } from 'node:crypto';
import { LockMode } from '@mikro-orm/core';
import { dayMs } from '../../domain/durations.ts';
import type { CredentialId, EventId } from '../../domain/ids.ts';
import { keysMentionedIn } from '../../domain/our-idempotency-keys.ts';
import { isMarketplace } from '../../domain/sale-channel.ts';
import { graceMs, wake } from '../database/due-row.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { type Keyring, keysOf, sealBytes } from '../database/keyring.ts';
import type { Store } from '../database/open.ts';
import { storableJson } from '../database/storable-json.ts';
import { type EventSource, InboundEvent, type UnopenedEvent, unopenedEvent } from '../entities/order.ts';
import type { Credential } from '../entities/people.ts';

export type NewEvent = {
  source: EventSource;
  eventId: string;
  type: string;
  /** The order or payout it is about, by its provider's name for it. */
  subject?: string | undefined;
  headers?: Record<string, string>;
  body: Buffer;
  credentialId?: CredentialId | null;
  /** The platform's own account that was told, by its name in our effects; absent for a seller's. */
  account?: string;
  /** False: no queue acts on the event; it is stored and acknowledged all the same. */
  wanted: boolean;
  /** What cannot be read; an operator looks at it. */
  unreadable?: string;
};

/** An event as it is stored; its body, which may name people, is sealed. */
export type EventRow = {
  readonly id: EventId;
  readonly source: EventSource;
  readonly event_id: string;
  readonly type: string;
  readonly subject: string | null;
  readonly headers: Record<string, string>;
  /** ASCII only: sealed text, or empty. */
  readonly body: string;
  readonly keys_told: string | null;
  readonly credential_id: CredentialId | null;
  readonly account: string | null;
  readonly status: 'RECEIVED' | 'IGNORED' | 'FAILED';
  readonly note: string | null;
};

export function eventRow(keys: Keyring, event: NewEvent): EventRow {
  const id = randomUUID() as EventId;
  return {
    id,
    source: event.source,
    event_id: event.eventId,
    type: event.type,
    subject: event.subject ?? null,
    headers: event.headers ?? {},
    body: sealBytes(keys, 'inbound_events', id, event.body).toString('latin1'),
    keys_told: keysMentionedIn(event.body.toString('utf8')) || null,
    credential_id: event.credentialId ?? null,
    account: event.account ?? null,
    status: event.unreadable ? 'FAILED' : event.wanted ? 'RECEIVED' : 'IGNORED',
    note: event.unreadable ?? null,
  };
}

/** SQL: a table of events out of a JSON list of `EventRow`s. @param more columns that only the caller knows */
export const eventsIn = (json: string, more = ''): string =>
  `json_to_recordset(${json}) as e(id uuid, source text, event_id text, type text, subject text, headers jsonb, body text,
     keys_told text, credential_id uuid, account text, status text, note text${more})`;

/**
 * SQL: stores events, each id of a provider once, and returns the new ones. In one order everywhere: two statements that
 * store the same events must not wait for each other.
 */
export const insertEvents = (from: string): string => `
  insert into inbound_events (id, source, event_id, type, subject, headers, body, keys_told, credential_id, account, status, note, next_check_at)
  select id, source, event_id, type, subject, headers, convert_to(body, 'UTF8'), keys_told, credential_id, account, status, note,
    case when status = 'RECEIVED' then date_trunc('milliseconds', clock_now()) + interval '${graceMs} ms' end
  from ${from} order by source, event_id
  on conflict (source, event_id) do nothing returning id, source, type, status, state_entry, wake`;

/** A row that `insertEvents` returns. */
export type StoredRow = Pick<EventRow, 'id' | 'source' | 'type' | 'status'> & {
  readonly state_entry: number;
  readonly wake: number;
};

export const storedEvent = ({ id, source, type, status, state_entry: stateEntry, wake }: StoredRow) =>
  ({ id, source, type, status, stateEntry, wake }) as const;
/** What the events' jobs are made from. */
export type StoredEvent = ReturnType<typeof storedEvent>;

/** Stores a verified event before it is answered. Returns null when the provider has sent this id before. */
export async function storeEvent(em: EntityManager, event: NewEvent): Promise<StoredEvent | null> {
  const rows = [eventRow(keysOf(em), event)];
  const [stored] = await em.execute<StoredRow[]>(insertEvents(eventsIn('?::json')), [storableJson(rows)]);
  return stored ? storedEvent(stored) : null;
}

export const findEvent = (em: EntityManager, id: EventId): Promise<InboundEvent | null> =>
  em.findOne(InboundEvent, { id });

/** Events that wait for an account, oldest first. eBay does not say which account a notification belongs to. */
export const waitingEvents = (
  em: EntityManager,
  { id, apiName }: Credential,
  limit: number,
): Promise<UnopenedEvent[]> =>
  isMarketplace(apiName)
    ? em.find(
        InboundEvent,
        { status: 'RECEIVED', $or: [{ credentialId: id }, { source: apiName, credentialId: null }] },
        { ...unopenedEvent, orderBy: { receivedAt: 'asc' }, limit, lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE },
      )
    : Promise.resolve([]);

/** The event is not done yet: it is looked at again at `at`. */
export async function restEvent(
  em: EntityManager,
  id: EventId,
  at: Date,
  facts: { note: string; absentSince?: Date | null },
): Promise<void> {
  await em.nativeUpdate(InboundEvent, { id, status: 'RECEIVED' }, { ...facts, nextCheckAt: at });
}

export async function closeEvent(
  em: EntityManager,
  id: EventId,
  status: 'APPLIED' | 'IGNORED' | 'FAILED',
  note: string,
): Promise<void> {
  await em.nativeUpdate(InboundEvent, { id, status: 'RECEIVED' }, { status, note, nextCheckAt: null });
}

export const wakeEvent = (em: EntityManager, id: EventId): Promise<UnopenedEvent | null> =>
  wake(em, InboundEvent, id, { where: { status: 'RECEIVED' }, ...unopenedEvent });

/**
 * The body is useless once the event is done. The row itself must outlive every repetition and every re-reading of a
 * feed.
 */
const keptDays = { words: 30, ignored: 90 };
/** Rows per transaction, and transactions per pass; the next pass does the rest. */
const forgetting = { rows: 500, batches: 20 };

const emptyWords = `update inbound_events set body = '', headers = '{}' where id in (
  select id from inbound_events where status <> 'RECEIVED' and received_at < ? and (body <> '' or headers <> '{}')
  limit ? for no key update skip locked) returning id`;
const deleteIgnored = `delete from inbound_events where id in (
  select id from inbound_events where status = 'IGNORED' and received_at < ? limit ? for update skip locked) returning id`;

/** Empties closed events, which name people, and deletes ignored ones. Returns how many. */
export async function forgetEvents(store: Store, now: Date): Promise<number> {
  let forgotten = 0;
  for (const [sql, days] of [
    [deleteIgnored, keptDays.ignored],
    [emptyWords, keptDays.words],
  ] as const) {
    const before = new Date(now.getTime() - days * dayMs);
    for (let batch = 0; batch < forgetting.batches; batch += 1) {
      const rows = await store.transaction(em => em.execute<{ id: string }[]>(sql, [before, forgetting.rows]));
      forgotten += rows.length;
      if (rows.length < forgetting.rows) break;
    }
  }
  return forgotten;
}
