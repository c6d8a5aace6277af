import type { Address } from '../../domain/address.ts';
import type { EventId, OrderId, UserId } from '../../domain/ids.ts';
import type { Channel } from '../../domain/sale-channel.ts';
import type { StoredDetail } from '../../domain/timeline.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { keysOf } from '../database/keyring.ts';
import { storableJson } from '../database/storable-json.ts';
import { openLine, type StoredLine, sealedLine } from '../database/timeline-lines.ts';
import { withdrawUnsent } from '../effects/effects.ts';
import { InboundEvent, Order } from '../entities/order.ts';
import { forgetMessages } from '../orders/order-messages.ts';
import { note } from '../orders/timeline.ts';
import { type ErasureHold, erasureHold } from './erasure-hold.ts';
import { erased, redactJson, redactText } from './redact.ts';

const pageSize = 200;

/** Why the buyer is erased, and by whom if a person did it; both go into the timeline. */
type Erasure = { readonly why: string; readonly by?: UserId };

/** Why a buyer is erased who has asked for it. */
export const atTheirWish = 'at the wish of the buyer';

/** The orders of a buyer, by their account names at a marketplace. Each page is locked until the transaction ends. */
export async function* ordersOfBuyer(
  em: EntityManager,
  channel: Channel,
  persons: readonly string[],
): AsyncGenerator<Order[], void> {
  if (persons.length === 0) return;
  const names = persons.map(() => '?').join(', ');
  for (;;) {
    const rows = await em.execute<{ id: Order['id'] }[]>(
      `select id from orders where channel = ? and buyer_account in (${names}) order by id limit ? for no key update`,
      [channel, ...persons, pageSize],
    );
    if (rows.length === 0) return;
    const page = { id: { $in: rows.map(({ id }) => id) } };
    yield await em.find(Order, page, { orderBy: { id: 'asc' }, refresh: true });
  }
}

/**
 * An order and the other lines of its marketplace order, all locked until the transaction ends, so that nothing is sent
 * for them meanwhile.
 */
export async function lockLines(em: EntityManager, id: OrderId): Promise<Order[]> {
  const rows = await em.execute<{ id: OrderId }[]>(
    `select id from orders where id = ? or (channel, user_id, external_order_id) =
       (select channel, user_id, external_order_id from orders where id = ?)
     order by id for no key update`,
    [id, id],
  );
  return em.find(Order, { id: { $in: rows.map(row => row.id) } }, { orderBy: { id: 'asc' }, refresh: true });
}

type LineHold = ErasureHold & { readonly line: OrderId };
/** What holds the erasure, in words for a person who asked about the order `id`. */
export const holdText = (id: OrderId, { line, note: text }: LineHold): string =>
  line === id ? text : `line ${line}: ${text}`;

/**
 * Erases the buyer in all lines of one marketplace order, or in none; then returns what holds one. The lines are
 * locked.
 */
export async function forgetBuyer(
  em: EntityManager,
  lines: readonly Order[],
  erasure: Erasure,
): Promise<LineHold | null> {
  const left = lines.filter(line => !line.buyerErasedAt);
  for (const line of left) {
    const held = await erasureHold(em, line);
    if (held) return { ...held, line: line.id };
  }
  await eraseOrders(em, left, erasure);
  return null;
}

/**
 * Removes the buyer from these orders: name, address, phone and e-mail, also in the timeline, in the messages about the
 * order, and in requests to the supplier whose result is known. Ids, amounts, times and states stay. Withdraws requests
 * that were never sent.
 */
export async function eraseOrders(em: EntityManager, orders: readonly Order[], { why, by }: Erasure): Promise<void> {
  for (const order of orders) {
    const { id, shipTo, buyerAccount } = order;
    const words = wordsFor(shipTo, buyerAccount);
    await em.execute(
      `update orders set ship_to = null, email_hash = null, name_hash = null, buyer_account = null,
         buyer_erased_at = clock_now() where id = ?`,
      [id],
    );
    await eraseTimeline(em, id, words);
    for (const purpose of ['capture', 'buy', 'refund'] as const) await withdrawUnsent(em, purpose, id);
    // A trigger redacts the request of a closed effect whenever its row is updated.
    await em.execute(`update effects set request = request where purpose = 'buy' and subject = ?`, [id]);
    await forgetMessages(em, order);
    await em.execute('delete from evidence where order_id = ?', [id]);
    await note(em, id, 'noted', `${why}: name, address and contact of the buyer are erased`, by ? { by } : {});
  }
}

/** The erasure request itself names the buyer: it is closed and emptied now, because it cannot be read again later. */
export async function closeForgotten(em: EntityManager, id: EventId, text: string): Promise<void> {
  const emptied = { body: Buffer.alloc(0), headers: {} };
  await em.nativeUpdate(InboundEvent, { id }, { ...emptied, status: 'APPLIED', note: text, nextCheckAt: null });
}

async function eraseTimeline(em: EntityManager, orderId: Order['id'], words: readonly string[]): Promise<void> {
  const lines = await em.execute<(StoredLine & { id: string })[]>(
    'select id, bound_to as "boundTo", note, told, detail from order_events where order_id = ? order by id',
    [orderId],
  );
  for (const line of lines) {
    const { note: said, detail, unopened } = openLine(em, orderId, line);
    // A text that cannot be decrypted is erased whole: its key may turn up again.
    const left = unopened ? erased : redactText(said, words);
    const leftDetail = redactJson(detail, words) as StoredDetail;
    if (left === said && storableJson(leftDetail) === storableJson(detail)) continue;
    const again = sealedLine(keysOf(em), orderId, { note: left, detail: leftDetail }, line.boundTo ?? undefined);
    await em.execute('update order_events set bound_to = ?, note = ?, told = ?, detail = ?::jsonb where id = ?', [
      ...again,
      line.id,
    ]);
  }
}

/** All words that name the buyer, and each part of their name, because a supplier's text may quote a single part. */
function wordsFor(shipTo: Address | null | undefined, buyerAccount: string | null | undefined): string[] {
  const { fullName = '', company, labelReference, line1, line2, city, postalCode, phone, email, taxId } = shipTo ?? {};
  const names = fullName.split(/\s+/).filter(part => part.length > 2);
  const told = [company, labelReference, line1, line2, city, postalCode, phone, email, taxId];
  const words = [buyerAccount, fullName, ...names, ...told];
  return [...new Set(words.flatMap(word => (word && word.trim().length > 1 ? [word.trim()] : [])))];
}
