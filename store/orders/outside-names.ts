import { invariant } from '../../domain/call-outcome.ts';
import { legName, type OutsideName, orderName, parcelName } from '../../domain/effect-key.ts';
import { findCredential } from '../connections/credentials.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { PayoutLeg } from '../entities/money.ts';
import type { Order, Parcel } from '../entities/order.ts';

type Sold = Pick<Order, 'id' | 'channel' | 'credentialId' | 'externalOrderId' | 'externalLineId'>;

/** The order's name at its channel. An order at our own checkout has PayPal's name, once PayPal knows it. */
export async function nameOfOrder(em: EntityManager, order: Sold): Promise<OutsideName> {
  const { id, channel, credentialId, externalOrderId, externalLineId } = order;
  invariant(externalOrderId, `order ${id} is known outside`);
  const line = { channel, externalOrderId, externalLineId: externalLineId ?? '' };
  if (channel === 'paypal') return orderName(line);
  const seller = credentialId ? await findCredential(em, credentialId) : null;
  invariant(seller, `order ${id} was sold with some account`);
  return orderName({ ...line, seller });
}

/** Names a leg by its order, the ordinal of its sale, its beneficiary, and its part of that share. */
export async function nameOfLeg(em: EntityManager, leg: PayoutLeg): Promise<OutsideName> {
  const [sold] = await em.execute<(Sold & { ordinal: number })[]>(
    `select o.id, o.channel, o.credential_id as "credentialId", o.external_order_id as "externalOrderId",
       o.external_line_id as "externalLineId", (select count(*)::int from sales earlier
         where earlier.order_id = o.id and (earlier.created_at, earlier.id) <= (s.created_at, s.id)) as ordinal
     from sales s join orders o on o.id = s.order_id where s.id = ? and o.id = ?`,
    [leg.saleId, leg.orderId],
  );
  invariant(sold, `leg ${leg.id} is of a sale of its order`);
  return legName(await nameOfOrder(em, sold), sold.ordinal, leg.beneficiary, leg.part);
}

export const nameOfParcel = async (em: EntityManager, order: Order, { trackingNumber }: Parcel): Promise<OutsideName> =>
  parcelName(await nameOfOrder(em, order), trackingNumber);
