import type { CredentialId, ProductId, UserId } from '../domain/ids.ts';
import { enqueueWoken } from '../queues/enqueue-woken.ts';
import { jobForOrder } from '../queues/next-job.ts';
import type { Enqueue } from '../queues/transact.ts';
import { findProduct, mapListing } from '../store/catalogue/products.ts';
import { findCredential } from '../store/connections/credentials.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order } from '../store/entities/order.ts';
import { waitingFor, wakeOrder } from '../store/orders/orders.ts';
import { refusal } from './decision-refused.ts';

/** A variation of a marketplace listing, or the whole listing when `variationId` is empty. */
type ListingName = {
  readonly credentialId: CredentialId;
  readonly externalId: string;
  readonly variationId: string;
};

/** The listing that an order waits for; null when it does not wait for a mapping. */
export function listingWanted(
  order: Pick<Order, 'waitReason' | 'credentialId' | 'listingId' | 'variationId'>,
): ListingName | null {
  const { waitReason, credentialId, listingId: externalId, variationId } = order;
  if (waitReason !== 'LISTING_NOT_MAPPED' || !credentialId || !externalId) return null;
  return { credentialId, externalId, variationId };
}

type Mapping = ListingName & { readonly productId: ProductId };

/** The connection and the product must both belong to the reseller. @throws DecisionRefused */
export async function assertMappable(em: EntityManager, owner: UserId, mapping: Mapping): Promise<void> {
  const credential = await findCredential(em, mapping.credentialId);
  if (credential?.userId !== owner) throw refusal('NOT_FOUND', 'there is no such connection');
  const product = await findProduct(em, mapping.productId);
  if (product?.userId !== owner) throw refusal('NOT_FOUND', 'there is no such product');
}

/** Maps a listing to a product, and wakes the orders that waited for it. Returns how many. @throws DecisionRefused */
export async function mapListingToProduct(
  em: EntityManager,
  enqueue: Enqueue,
  owner: UserId,
  mapping: Mapping,
): Promise<number> {
  await assertMappable(em, owner, mapping);
  await mapListing(em, mapping);
  const { credentialId, externalId: listingId } = mapping;
  const waiting = await waitingFor(em, 'LISTING_NOT_MAPPED', { credentialId, listingId });
  for (const { id } of waiting) await enqueueWoken(enqueue, wakeOrder(em, id), jobForOrder);
  return waiting.length;
}
