/** The stored messages about an order: its channel's, under the names that the channel gives it, and its own shop's. */

import type { EntityManager } from '../database/entity-manager.ts';
import type { Order } from '../entities/order.ts';

/**
 * An id in a channel's message identifies the order there. In a message that a shop sends inline, it is only that
 * shop's claim.
 */
async function messagesOf(em: EntityManager, order: Order): Promise<{ where: string; names: unknown[] } | undefined> {
  const { id, channel, externalOrderId, credentialId = null } = order;
  const payments = await em.execute<{ reference: string }[]>(
    'select reference from payments where order_id = ? union select reference from refunds where order_id = ?',
    [id, id],
  );
  const names = [...(externalOrderId ? [externalOrderId] : []), ...payments.map(({ reference }) => reference)];
  if (names.length === 0) return undefined;
  const list = names.map(() => '?').join(', ');
  const where = `(source = ? and subject in (${list}) or source = 'inline' and credential_id = ? and subject in (${list}))`;
  return { where, names: [channel, ...names, credentialId, ...names] };
}

/** Whether a message about the order was not processed. A failed message counts until a person dismisses it. */
export async function hasUnreadMessage(em: EntityManager, order: Order): Promise<boolean> {
  const told = await messagesOf(em, order);
  if (!told) return false;
  const sql = `select 1 from inbound_events where status in ('RECEIVED', 'FAILED') and ${told.where} limit 1`;
  return (await em.execute<object[]>(sql, told.names)).length > 0;
}

/** Empties the messages. An unread one is closed too: what became of the sale is then read at its channel. */
export async function forgetMessages(em: EntityManager, order: Order): Promise<void> {
  const told = await messagesOf(em, order);
  if (!told) return;
  await em.execute(
    `update inbound_events set body = '', headers = '{}', next_check_at = null,
       status = case status when 'RECEIVED' then 'IGNORED' else status end,
       note = case status when 'RECEIVED' then 'erased with its buyer' else note end
     where ${told.where}`,
    told.names,
  );
}
