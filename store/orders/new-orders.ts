import type { Address } from '../../domain/address.ts';
import type { CredentialId, OrderId, UserId } from '../../domain/ids.ts';
import type { Money } from '../../domain/money.ts';
import type { Custody } from '../../domain/order.ts';
import type { Channel } from '../../domain/sale-channel.ts';
import { addressColumns, storedAddress } from '../database/buyer-address.ts';
import { timeIn } from '../database/clock.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { insertRow } from '../database/table-rows.ts';
import { Order } from '../entities/order.ts';
import type { Product } from '../entities/people.ts';
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
  /** The buyer's account name at the marketplace; an erasure request of the marketplace names it. */
  buyerAccount: string | undefined;
  custody: Custody;
};

/**
 * Creates the order of one marketplace line, or finds it: a notification may come five times, and twice at once.
 * Returns the row, locked until the transaction ends; `created` tells which it was.
 */
export async function upsertLine(
  em: EntityManager,
  line: NewOrder & { externalOrderId: string; externalLineId: string },
): Promise<{ order: Order; created: boolean }> {
  const { sale, custody } = line;
  const id = newOrderId();
  const address = line.shipTo && storedAddress(em, id, line.shipTo);
  const [inserted] = await em.execute<{ id: string }[]>(
    `insert into orders (id, user_id, channel, credential_id, external_order_id, external_line_id, listing_id, variation_id,
       quantity, sale_minor, sale_currency, marketplace_fee_minor, ship_to, email_hash, name_hash, buyer_account, proceeds_held_by,
       supplier_paid_by, status)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, 'CREATED')
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
      address ? JSON.stringify(address.shipTo) : null,
      address?.emailHash ?? null,
      address?.nameHash ?? null,
      line.buyerAccount ?? null,
      custody.proceedsHeldBy,
      custody.supplierPaidBy,
    ],
  );
  const { channel, externalOrderId, externalLineId } = line;
  const key = [channel, externalOrderId, externalLineId];
  await em.execute(
    'select id from orders where channel = ? and external_order_id = ? and external_line_id = ? for no key update',
    key,
  );
  const order = await em.findOne(Order, { channel, externalOrderId, externalLineId });
  if (!order) throw new Error(`order line ${key.join(' ')} vanished`);
  if (inserted)
    await note(em, order.id, 'noted', `imported from ${line.channel}: order ${line.externalOrderId}`, {
      order: line.externalOrderId,
      line: line.externalLineId,
    });
  return { order, created: inserted !== undefined };
}

/** An order at our own checkout, before PayPal knows of it. */
export async function createCheckoutOrder(
  em: EntityManager,
  checkout: {
    product: Product;
    quantity: number;
    sale: Money;
    shipTo: Address;
    custody: Custody;
    checkoutTokenHash: string;
  },
): Promise<Order> {
  const { product, quantity, sale, shipTo, custody } = checkout;
  const id = newOrderId();
  const order = await insertRow(em, Order, {
    id,
    userId: product.userId,
    channel: 'paypal',
    productId: product.id,
    variationId: '',
    quantity,
    saleMinor: sale.amountMinor,
    saleCurrency: sale.currency,
    ...addressColumns(em, id, shipTo),
    ...custody,
    purchaseRoute: 'api',
    status: 'CREATED',
    checkoutTokenHash: checkout.checkoutTokenHash,
    stateEntry: 1,
    wake: 0,
    fence: 0n,
    nextCheckAt: timeIn(em, firstQuestionMs),
  });
  await note(em, id, 'noted', `created at the checkout: ${quantity} × ${product.title}`);
  return order;
}

/** When the sweep first asks PayPal about an order whose buyer has not returned. */
const firstQuestionMs = 10 * 60_000;

export async function keepPayPalOrder(
  em: EntityManager,
  id: OrderId,
  { paypalOrderId, approveUrl, account: paypalAccount }: { paypalOrderId: string; approveUrl: string; account: string },
): Promise<void> {
  const kept = { externalOrderId: paypalOrderId, externalLineId: '', approveUrl, paypalAccount };
  await em.nativeUpdate(Order, { id }, kept);
  await note(em, id, 'noted', `PayPal order ${paypalOrderId}`, { paypalOrder: paypalOrderId });
}
