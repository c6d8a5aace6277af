import type { Address } from '../domain/address.ts';
import type { CredentialId, UserId } from '../domain/ids.ts';
import type { Money } from '../domain/money.ts';
import type { Channel, Custody } from '../domain/order.ts';
import { Order } from './entities/order.ts';
import type { EntityManager } from './open.ts';
import { newOrderId } from './orders.ts';
import { note } from './timeline.ts';

export type NewOrder = {
  userId: UserId;
  channel: Channel;
  credentialId: CredentialId | null;
  externalOrderId: string | null;
  externalLineId: string | null;
  listingId: string | null;
  variationId: string;
  quantity: number;
  sale: Money;
  marketplaceFee: Money | undefined;
  shipTo: Address | undefined;
  custody: Custody;
};

export const orderOfLine = (em: EntityManager, channel: Channel, orderId: string, lineId: string) =>
  em.findOne(Order, { channel, externalOrderId: orderId, externalLineId: lineId });

/**
 * Makes the order of one marketplace line, or finds it: a notification may come five times, and two at once. Gives the
 * row locked until the transaction ends. `created` tells which it was.
 */
export async function upsertLine(
  em: EntityManager,
  line: NewOrder & { externalOrderId: string; externalLineId: string },
): Promise<{ order: Order; created: boolean }> {
  const { sale, custody } = line;
  const id = newOrderId();
  const [inserted] = await em.execute<{ id: string }[]>(
    `insert into orders (id, user_id, channel, credential_id, external_order_id, external_line_id, listing_id, variation_id,
       quantity, sale_minor, sale_currency, marketplace_fee_minor, ship_to, proceeds_held_by, supplier_paid_by, status)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, 'CREATED')
     on conflict (channel, external_order_id, external_line_id) do nothing returning id`,
    [
      id,
      line.userId,
      line.channel,
      line.credentialId,
      line.externalOrderId,
      line.externalLineId,
      line.listingId,
      line.variationId,
      line.quantity,
      sale.amountMinor,
      sale.currency,
      line.marketplaceFee?.amountMinor ?? null,
      line.shipTo ? JSON.stringify(line.shipTo) : null,
      custody.proceedsHeldBy,
      custody.supplierPaidBy,
    ],
  );
  const key = [line.channel, line.externalOrderId, line.externalLineId];
  await em.execute(
    'select id from orders where channel = ? and external_order_id = ? and external_line_id = ? for update',
    key,
  );
  const order = await orderOfLine(em, line.channel, line.externalOrderId, line.externalLineId);
  if (!order) throw new Error(`order line ${key.join(' ')} vanished`);
  if (inserted)
    await note(em, order.id, 'noted', `imported from ${line.channel}: order ${line.externalOrderId}`, {
      order: line.externalOrderId,
      line: line.externalLineId,
    });
  return { order, created: inserted !== undefined };
}
