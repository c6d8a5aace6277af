/** Rows as whoever reads them holds them, and rows as a release before the sealing stored them. */
import type { FilterQuery } from '@mikro-orm/core';
import type { Address } from '../../domain/address.ts';
import type { Store } from '../../store/database/open.ts';
import { InboundEvent } from '../../store/entities/order.ts';
import { findEvidence } from '../../store/orders/evidence.ts';

type ReadEvent = Omit<InboundEvent, 'body'> & { readonly text: string };

/** Messages, the oldest first, with what they say. */
export async function eventsWith(store: Store, where: FilterQuery<InboundEvent> = {}): Promise<ReadEvent[]> {
  const events = await store.read(em => em.find(InboundEvent, where, { orderBy: { receivedAt: 'asc' } }));
  return events.map(({ body, ...event }) => ({ ...event, text: Buffer.from(body).toString('utf8') }));
}

/** What was sent, with something else instead in it. */
export async function rewriteEvents(store: Store, change: (text: string) => string): Promise<void> {
  for (const { id, text } of await eventsWith(store, { status: 'RECEIVED' }))
    await store.read(em =>
      em.execute(`update inbound_events set body = decode(?, 'base64') where id = ?`, [
        Buffer.from(change(text)).toString('base64'),
        id,
      ]),
    );
}

/** The address of an order, as it was stored before addresses were sealed. */
export const storePlainAddress = (store: Store, id: string, address: Address): Promise<unknown> =>
  store.read(em => em.execute('update orders set ship_to = ?::jsonb where id = ?', [JSON.stringify(address), id]));

/** The texts of what was kept of an order as evidence, the oldest first. */
export const evidenceTexts = (store: Store, orderId: string): Promise<string[]> =>
  store.read(async em => {
    const kept = await em.execute<{ id: string }[]>('select id from evidence where order_id = ? order by taken_at', [
      orderId,
    ]);
    const found = [];
    for (const { id } of kept) found.push((await findEvidence(em, orderId as never, id))?.text ?? '');
    return found;
  });
