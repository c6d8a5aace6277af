import { randomUUID } from 'node:crypto';
import { raw } from '@mikro-orm/core';
import type { CredentialId, EventId } from '../domain/ids.ts';
import { type EventSource, InboundEvent } from './entities/order.ts';
import type { EntityManager } from './open.ts';
import { graceMs } from './orders.ts';

export type NewEvent = {
  source: EventSource;
  eventId: string;
  type: string;
  /** The order or payout it is about, by its provider's name for it. */
  subject?: string | undefined;
  headers?: Record<string, string>;
  body: Buffer;
  credentialId?: CredentialId | null;
  /** An event nobody acts on is kept all the same, and acknowledged. */
  wanted: boolean;
};

/** Stores a verified event before it is answered. Gives nothing when the provider has sent this id before. */
export async function storeEvent(em: EntityManager, event: NewEvent): Promise<InboundEvent | null> {
  const id = randomUUID() as EventId;
  const [row] = await em.execute<{ id: EventId }[]>(
    `insert into inbound_events (id, source, event_id, type, subject, headers, body, credential_id, status, next_check_at)
     values (?, ?, ?, ?, ?, ?::jsonb, decode(?, 'base64'), ?, ?, ?) on conflict (source, event_id) do nothing returning id`,
    [
      id,
      event.source,
      event.eventId,
      event.type,
      event.subject ?? null,
      JSON.stringify(event.headers ?? {}),
      event.body.toString('base64'),
      event.credentialId ?? null,
      event.wanted ? 'RECEIVED' : 'IGNORED',
      event.wanted ? new Date(Date.now() + graceMs) : null,
    ],
  );
  return row ? em.findOneOrFail(InboundEvent, { id: row.id }) : null;
}

export const findEvent = (em: EntityManager, id: EventId): Promise<InboundEvent | null> =>
  em.findOne(InboundEvent, { id });

export async function closeEvent(
  em: EntityManager,
  id: EventId,
  status: 'APPLIED' | 'IGNORED' | 'FAILED',
  note: string,
): Promise<void> {
  await em.nativeUpdate(InboundEvent, { id, status: 'RECEIVED' }, { status, note, nextCheckAt: null });
}

export async function wakeEvent(em: EntityManager, id: EventId): Promise<InboundEvent | null> {
  const woken = await em.nativeUpdate(
    InboundEvent,
    { id, status: 'RECEIVED' },
    { wake: raw<number>('wake + 1'), nextCheckAt: new Date(Date.now() + graceMs) },
  );
  return woken === 1 ? em.findOne(InboundEvent, { id }) : null;
}
